#pragma once
// A self-check is a list of parts. A part compares two implementations over numbered units of work, of which
// a level of checking takes all or a seeded sample, in parallel; the result depends on neither the number of
// threads nor their order.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace exmy::verify {

struct Mismatch {
  std::string how;       ///< format, mode, path: "fp16 nearest_even none, x86-64-v3"
  std::string operands;  ///< "x 0x1.8p+3"
  std::string expected, got;
};

/// Counts comparisons and keeps the first differences.
class Tally {
 public:
  static constexpr std::size_t kept = 4;

  /// `n` comparisons that found no difference.
  void equal(std::uint64_t n = 1) { cases_ += n; }
  /// One comparison; `describe` returns a Mismatch and is called for the first differences only.
  template <class Describe>
  void expect(bool same, const Describe& describe) {
    ++cases_;
    if (same) return;
    if (mismatches_++ < kept) first_.push_back(describe());
  }
  std::uint64_t cases() const { return cases_; }
  std::uint64_t mismatches() const { return mismatches_; }
  const std::vector<Mismatch>& first() const { return first_; }

 private:
  std::uint64_t cases_ = 0, mismatches_ = 0;
  std::vector<Mismatch> first_;
};

/// Some units of a part, ascending, in one go.
struct Batch {
  std::span<const std::uint64_t> units;
  std::uint64_t seed;  ///< differs from part to part
};

struct Part {
  std::string name;           ///< "kernels", "sweep/fp16"
  std::string first, second;  ///< what is compared with what
  std::string what;           ///< on which cases
  std::uint64_t units = 0;    ///< of the full level
  std::uint64_t quick = 1;    ///< the quick level takes one unit of this many
  std::uint64_t batch = 1;    ///< units of one call
  std::function<void(const Batch&, Tally&)> run;
  std::string impossible;  ///< why this machine or build cannot run it; else empty
};

struct Options {
  bool full = false;
  std::uint64_t seed = 1;
  std::uint64_t sample = 1;          ///< one unit of this many, on top of the level's own
  std::vector<std::string> names{};  ///< parts, or the words before their slash; none: all
};

struct PartResult {
  const Part* part = nullptr;
  std::uint64_t units_count = 0;  ///< checked
  std::uint64_t sample = 1;       ///< one of this many was
  std::uint64_t cases = 0, mismatches = 0;
  std::vector<Mismatch> first;  ///< by unit
  double wall_s = 0;
};

/// Sees the units of a part go by; called by one thread at a time.
using Observer = std::function<void(const Part&, std::uint64_t done, std::uint64_t units)>;

/// Whether `part` is asked for by one of the names (or there are none).
bool is_chosen(const Part& part, const std::vector<std::string>& names);

/// Runs a part as the options say.
PartResult run(const Part& part, const Options& options, const Observer& observer);

}  // namespace exmy::verify
