#pragma once
// What is counted while a network trains: one record a site.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "formats/counters.hpp"
#include "sim/quant/histogram.hpp"
#include "sim/quant/kernel_uses.hpp"
#include "sim/quant/policy.hpp"
#include "sim/quant/profile.hpp"
#include "sim/quant/site.hpp"
#include "sim/quant/state.hpp"

namespace exmy {

/// Whose exponents are counted, before and after rounding. `tensors`: every role but product and accumulator;
/// those have so many values that `all` takes the slow scalar path through every matrix product.
enum class Histograms : std::uint8_t { none, tensors, all };

struct StatsOptions {
  bool counters = true;  ///< all counters of every projection; off costs nothing
  Histograms histograms = Histograms::tensors;
  std::uint64_t every = 10;  ///< steps between two points of a series
};

/// The counts of one site.
struct SiteRecord {
  Treatment treatment;
  Counters total;
  Counters interval;             ///< since the last point of the series
  std::vector<Counters> series;  ///< one sum for each interval
  ExponentHistogram before;
  ExponentHistogram after;
  KernelUses kernels;  ///< of accumulators
};

/// Elements that changed format at a quantiser, and their size before and after.
struct CastLedger {
  std::uint64_t count = 0;
  std::uint64_t bits_in = 0;
  std::uint64_t bits_out = 0;

  void add(std::uint64_t elements, const Format& from, const Format& to) {
    if (from == to) return;
    count += elements;
    bits_in += elements * static_cast<std::uint64_t>(from.bits());
    bits_out += elements * static_cast<std::uint64_t>(to.bits());
  }
};

/// Multiply-adds by formats of operands and accumulator.
struct MacKey {
  std::string a, b, accumulator;
  friend auto operator<=>(const MacKey&, const MacKey&) = default;
};

class Telemetry {
 public:
  explicit Telemetry(StatsOptions options = {}) : options_(options) {}

  const StatsOptions& options() const { return options_; }
  SiteRecord& record(const Site& site, const Treatment& treatment) {
    return records_.try_emplace(site, SiteRecord{treatment, {}, {}, {}, {}, {}, {}}).first->second;
  }
  void close_interval(std::uint64_t step);
  /// The first site of this step whose result was NaN or infinite, or lost a NaN.
  void note_non_finite(const Site& site) {
    if (!non_finite_) non_finite_ = site;
  }
  void note_nan_lost(const Site& site) {
    note_non_finite(site);
    nan_lost_ = true;
  }
  void begin_step() {
    non_finite_.reset();
    nan_lost_ = false;
  }
  const std::optional<Site>& first_non_finite() const { return non_finite_; }
  bool nan_lost() const { return nan_lost_; }

  std::map<Site, SiteRecord>& records() { return records_; }
  const std::map<Site, SiteRecord>& records() const { return records_; }
  std::vector<std::uint64_t>& series_steps() { return series_steps_; }
  const std::vector<std::uint64_t>& series_steps() const { return series_steps_; }

  Profile& profile() { return profile_; }
  const Profile& profile() const { return profile_; }
  Profile::Reading reading() const;

  /// Everything that was counted. `record_of` gives the record of a site, new ones too (null: it is not
  /// counted): when a visitor replaces what it is shown, sites may appear that this run has not met yet.
  using RecordOf = std::function<SiteRecord*(const Site&)>;
  void visit(NumbersVisitor& visitor, const RecordOf& record_of);

  CastLedger casts;
  std::map<MacKey, std::uint64_t> macs;
  std::uint64_t projections = 0;  ///< all of them, counted or not

 private:
  void visit_macs(NumbersVisitor& visitor);

  StatsOptions options_;
  std::map<Site, SiteRecord> records_;
  std::vector<std::uint64_t> series_steps_;
  std::optional<Site> non_finite_;
  bool nan_lost_ = false;
  Profile profile_;
};

/// While it lives, work is done for one operation (Profile).
class WorkScope {
 public:
  WorkScope(Telemetry& telemetry, std::string_view layer, std::string_view op, WorkPhase phase)
      : telemetry_(&telemetry) {
    telemetry.profile().enter(telemetry.reading(), layer, op, phase);
  }
  /// Of no operation.
  WorkScope(Telemetry& telemetry, WorkPhase phase) : WorkScope(telemetry, "", "", phase) {}
  WorkScope(const WorkScope&) = delete;
  WorkScope& operator=(const WorkScope&) = delete;
  ~WorkScope() { telemetry_->profile().leave(telemetry_->reading()); }

 private:
  Telemetry* telemetry_;
};

}  // namespace exmy
