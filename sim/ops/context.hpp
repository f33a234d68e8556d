#pragma once
// What every operation needs: the policy, the counters, the random numbers, the step.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "formats/kernels/float_spans.hpp"
#include "formats/kernels/kernels.hpp"
#include "sim/base/philox.hpp"
#include "sim/ops/operation_trace.hpp"
#include "sim/quant/policy.hpp"
#include "sim/quant/telemetry.hpp"

namespace exmy {

/// A site as the engine knows it: resolved once, used in every step.
struct SiteState {
  Site site;
  Treatment treatment{};
  std::optional<FastProjection> fast{};                  ///< of the quantiser's projection
  std::optional<FastProjection> fast_outer{};            ///< of the outer one
  std::unique_ptr<const FloatProjection> spans{};        ///< of the quantiser's, or null
  std::unique_ptr<const FloatProjection> spans_p3109{};  ///< the same for operands of P3109 formats
  SiteRecord* record = nullptr;                          ///< null when nothing is counted
  std::uint64_t uses = 0;                                ///< in the current step
};

/// Sites in their order, found without making one: by strings that live elsewhere.
struct SiteOrder {
  using is_transparent = void;
  using Key = std::tuple<std::string_view, std::string_view, Pass, Role>;
  static Key key(const Key& k) { return k; }
  static Key key(const Site& s) { return {s.layer, s.op, s.pass, s.role}; }
  template <class A, class B>
  bool operator()(const A& a, const B& b) const {
    return key(a) < key(b);
  }
};

/// Whether tensors get their values. `skipped`: sites, shapes, multiply-adds and the number of projections are those of the
/// step (but for the one quotient of a norm that is clipped), tensors hold zeros or whatever was in their memory, and nothing
/// that depends on values is counted.
enum class Values : std::uint8_t { computed, skipped };

class Context {
 public:
  /// IoError where arithmetic is not in its usual modes (sim/base/arithmetic_modes.hpp).
  Context(const Policy& policy, Telemetry& telemetry, std::uint64_t seed, Values values = Values::computed);

  /// Starts a step, with its first micro-batch t. Evaluations draw from streams of their own and are not counted.
  void begin_step(std::uint64_t t);
  /// Another micro-batch of the same step, with random numbers of its own.
  void begin_micro_batch(std::uint64_t t);
  void begin_evaluation(std::uint64_t t);

  SiteState& at(const std::string& layer, const std::string& op, Pass pass, Role role);
  /// The random numbers of one use of a site; the second use in a step has `#2` in its name, and so on.
  RandomStream next_use(SiteState& state, const Projection& how);
  /// Null when this projection is not counted.
  SiteRecord* record_of(const SiteState& state) const { return evaluating_ ? nullptr : state.record; }

  Telemetry& telemetry() { return *telemetry_; }
  const Telemetry& telemetry() const { return *telemetry_; }
  /// From now on `trace`, unless null, is told of sites and, by tapes, of operations.
  void trace_to(OperationTrace* trace) { trace_ = trace; }
  OperationTrace* trace() const { return trace_; }
  std::uint64_t step() const { return step_; }
  std::uint64_t seed() const { return seed_; }
  bool evaluating() const { return evaluating_; }
  bool skips_values() const { return values_ == Values::skipped; }
  /// Every site met so far; and the names, with `#n`, of the current step: for checks at start-up.
  std::vector<Site> sites() const;
  std::vector<std::string> names_of_step() const;
  /// What a policy cannot tell by itself: why a site does not fit what it is used for; the first time counts.
  void note_problem(const Site& site, const std::string& text) { problems_.try_emplace(site, text); }
  const std::map<Site, std::string>& problems() const { return problems_; }

 private:
  void restart_uses();

  const Policy* policy_;
  Telemetry* telemetry_;
  std::uint64_t seed_;
  Values values_;
  std::uint64_t step_ = 0;
  bool evaluating_ = false;
  std::map<Site, SiteState, SiteOrder> states_;
  std::map<Site, std::string> problems_;
  OperationTrace* trace_ = nullptr;
};

}  // namespace exmy
