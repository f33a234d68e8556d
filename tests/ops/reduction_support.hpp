#pragma once
// The definition of the library beside the oracle, and numbers to sum.

#include <array>
#include <bit>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "formats/catalog.hpp"
#include "tests/ops/reduction_oracle.hpp"
#include "tests/support/comparison.hpp"
#include "tests/support/splitmix64.hpp"

namespace exmy::test {

using Random = SplitMix64;

struct Computed {
  double sum = 0;
  DotCounters counters;
  bool nan_lost = false;
  const Counters& sums() const { return counters.accumulator.counters; }
};

inline Computed computed(const Reduction& how, const Values& a, const Values& b, std::uint64_t o = 0,
                         Semantics operands = Semantics::ieee754) {
  Computed c;
  c.counters.histograms = true;
  c.sum = reduce_by_definition(how, a.data(), b.data(), a.size(), o, test::streams(), operands, &c.counters,
                               &c.nan_lost);
  return c;
}

inline std::map<long, std::uint64_t> counts_of(const ExponentHistogram& h) {
  std::map<long, std::uint64_t> counts;
  const auto [first, numbers] = h.trimmed();
  for (std::size_t i = 0; i < numbers.size(); ++i)
    if (numbers[i] != 0) counts[first + static_cast<long>(i)] = numbers[i];
  return counts;
}

inline std::string difference(const StepCounters& got, const Counted& want, const std::string& role) {
  std::string out;
  for (std::size_t i = 0; i < counters_count; ++i)
    if (got.counters.counts[i] != want.counters.counts[i]) out += role + std::string(counter_names[i]);
  if (counts_of(got.before) != want.before) out += role + "before";
  if (counts_of(got.after) != want.after) out += role + "after";
  return out;
}

inline std::string difference(const Computed& got, const Expected& want) {
  std::string out;
  if (bits_of(got.sum) != bits_of(want.sum))
    out += oracle::text(got.sum) + " is not " + oracle::text(want.sum);
  if (got.nan_lost != want.nan_lost) out += " nan_lost";
  return out + difference(got.counters.product, want.product, " product ") +
         difference(got.counters.accumulator, want.accumulator, " accumulator ");
}

inline Projection some_projection(Random& random) {
  constexpr std::array names{"fp16", "bf16",        "tf32",        "fp32",        "fp64",
                             "e5m2", "e4m3fn",      "e4m3fnuz",    "e2m1fn",      "e3m2fn",
                             "e6m9", "Binary8p4se", "Binary8p3sf", "Binary8p4ue", "e8m0fnu"};
  return {format_of(names[random.below(names.size())]), static_cast<Rounding>(random.below(9)),
          static_cast<Saturation>(random.below(3)), 1 + static_cast<int>(random.below(32))};
}

inline double draw(Random& random) {
  const auto x = [&](std::uint64_t exponents, std::uint64_t lowest) {
    const std::uint64_t keep = ~std::uint64_t{0} << (52 - random.below(24));
    const std::uint64_t field = lowest + random.below(exponents);
    return std::bit_cast<double>((random.bits() & keep & 0x800fffffffffffff) | field << 52);
  };
  switch (random.below(24)) {
    case 0: return 0.0;
    case 1: return -0.0;
    case 2: return random.below(8) == 0 ? infinity64 : 1.0;
    case 3: return random.below(8) == 0 ? nan64 : -1.0;
    case 4: return x(250, 898);  // any float exponent
    default: return x(12, 1019);
  }
}

inline Values numbers(Random& random, std::size_t n) {
  Values x(n);
  for (double& v : x) v = draw(random);
  return x;
}

/// Numbers that hurt: of every kind, small integers (ties), a few large ones among small ones (swamping), pairs
/// that cancel, a scale near the formats' smallest numbers, infinities and NaN, full significands.
inline Values adversarial(Random& random, std::size_t n) {
  Values x = numbers(random, n);
  const std::uint64_t kind = random.below(7);
  const double scale = kind == 4 ? pow2(-static_cast<int>(random.below(160))) : 1;
  for (std::size_t k = 0; k < n && kind > 0; ++k) {
    const double integer = static_cast<double>(random.below(65)) - 32;
    if (kind == 1) x[k] = integer / 2;
    if (kind == 2) x[k] = random.below(10) == 0 ? integer * 0x1p12 : integer * 0x1p-6;
    if (kind == 3 && k % 2 == 1) x[k] = -x[random.below(k)];
    if (kind == 4) x[k] = integer * scale;
    if (kind == 6)
      x[k] = std::bit_cast<double>((random.bits() >> 2) % (bits_of(1024.0) - bits_of(0x1p-10)) +
                                   bits_of(0x1p-10));
    if (kind == 5 && random.below(2 * n) == 0)
      x[k] = random.below(3) == 0 ? nan64 : with_sign(infinity64, integer < 0);
  }
  return x;
}

}  // namespace exmy::test
