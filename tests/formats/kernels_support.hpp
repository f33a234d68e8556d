#pragma once
// What the tests of the kernels share: the levels of this machine, numbers that hurt, differences in words.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "formats/binary64.hpp"
#include "formats/counters.hpp"
#include "formats/kernels/kernels.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/splitmix64.hpp"
#include "tests/support/words.hpp"

namespace exmy {
extern const Kernels kernels_baseline;
#ifdef __x86_64__
extern const Kernels kernels_v2;
extern const Kernels kernels_v3;
extern const Kernels kernels_v4;
#endif
}  // namespace exmy

namespace exmy::test {

using Values = std::vector<double>;
inline constexpr Saturation saturations[] = {Saturation::none, Saturation::finite, Saturation::propagate};

inline std::vector<const Kernels*> levels_of_this_machine() {
  std::vector<const Kernels*> all{&kernels_baseline};
#ifdef __x86_64__
  __builtin_cpu_init();
  if (__builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt")) all.push_back(&kernels_v2);
  const bool v3 =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  if (v3) all.push_back(&kernels_v3);
  if (v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl"))
    all.push_back(&kernels_v4);
#endif
  return all;
}

/// Counts comparisons and keeps the first few differences.
class Differences {
 public:
  template <class Describe>
  void expect(bool same, const Describe& describe) {
    ++cases_;
    if (!same && ++count_ <= 5) text_ += describe() + "\n";
  }
  template <class Describe>
  void value(double got, double want, const Describe& where) {
    expect(bits_of(got) == bits_of(want),
           [&] { return where() + ": got " + oracle::text(got) + ", want " + oracle::text(want); });
  }
  template <class Describe>
  void counters(const Counters& got, const Counters& want, const Describe& where) {
    for (std::size_t i = 0; i < counters_count; ++i)
      expect(got.counts[i] == want.counts[i], [&] {
        return where() + " " + std::string(counter_names[i]) + ": got " + std::to_string(got.counts[i]) +
               ", want " + std::to_string(want.counts[i]);
      });
  }
  /// `least_cases`: of all levels, where there are three.
  void check(std::uint64_t least_cases) const {
    check_once(0);
    CHECK(3 * cases_ >= least_cases * levels_of_this_machine().size());
  }
  std::uint64_t cases() const { return cases_; }
  std::uint64_t count() const { return count_; }
  /// Of one level.
  void check_once(std::uint64_t least_cases) const {
    CHECK(text_ == "");
    CHECK(count_ == 0);
    CHECK(cases_ >= least_cases);
  }

 private:
  std::uint64_t cases_ = 0, count_ = 0;
  std::string text_;
};

// ---- modes ----------------------------------------------------------------------------------------

/// A mode of rounding, every second time nearest-even; as many random bits as the fast form can take.
inline Projection with_any_mode(Projection how, SplitMix64& random) {
  const int most = std::min(32, 50 - how.format.mantissa_bits);
  if (random.below(2) == 0) how.rounding = static_cast<Rounding>(random.below(most > 0 ? 9 : 6));
  how.random_bits = most > 0 ? 1 + static_cast<int>(random.below(static_cast<std::uint64_t>(most))) : 16;
  return how;
}

/// R for n projections, often the smallest and the largest one.
inline std::vector<std::uint32_t> drawn(const Projection& how, std::size_t n, SplitMix64& random) {
  const auto last = static_cast<std::uint32_t>((std::uint64_t{1} << how.random_bits) - 1);
  std::vector<std::uint32_t> r(n);
  for (std::uint32_t& x : r) {
    const std::uint64_t kind = random.below(8);
    x = kind == 0 ? 0 : kind == 1 ? last : static_cast<std::uint32_t>(random.bits()) & last;
  }
  return r;
}

// ---- numbers that hurt ----------------------------------------------------------------------------

/// A grid point, the quarters up to the next one, and the doubles beside them; both signs.
inline void add_around_code(const Format& f, std::uint64_t code, Values& all) {
  const double v = f.finite_value(code);
  const bool last = code == f.max_finite_code();
  const double gap = last ? v - f.finite_value(code - 1) : f.finite_value(code + 1) - v;
  for (const double quarter : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    const double x = v + quarter * gap;
    for (const double y : {x, std::nextafter(x, 0.0), std::nextafter(x, infinity64)}) {
      all.push_back(y);
      all.push_back(-y);
    }
  }
}

/// Zeros, subnormals of the carriers, numbers far beyond every maximum, infinities, NaN; both signs.
inline void add_specials(const Format& f, Values& all) {
  for (const double x : {0.0, 0x1p-1074, 0x1p-1022, 0x1p-149, 0x1.fffffcp-127, 0x1p900, 0x1.fffffffffffffp959,
                         0x1p965, 0x1.fffffffffffffp1010, 0x1.8p1023, infinity64, nan64, f.min_positive() / 4,
                         f.min_positive() * 0.375, f.max_finite() * 2})
    for (const double y : {x, -x}) all.push_back(y);
}

/// Hard arguments of the projection into f; `n` of them at random.
inline Values adversarial(const Format& f, SplitMix64& random, int n = 200) {
  Values all;
  const std::uint64_t normal = std::uint64_t{1} << f.mantissa_bits, top = f.max_finite_code();
  for (const std::uint64_t code :
       {std::uint64_t{0}, std::uint64_t{1}, normal - 2, normal - 1, normal, normal + 1, top - 1, top})
    if (code <= top) add_around_code(f, code, all);
  for (int i = 0; i < n / 5; ++i) add_around_code(f, random.below(top + 1), all);
  add_specials(f, all);
  for (int i = 0; i < n; ++i) {
    const auto spread = static_cast<std::uint64_t>(f.e_max() - f.e_min() + f.mantissa_bits + 8);
    const int exponent = f.e_min() - f.mantissa_bits - 4 + static_cast<int>(random.below(spread));
    const std::uint64_t keep = ~std::uint64_t{0} << random.below(52);  // short significands make ties
    const double m = std::bit_cast<double>((random.bits() & keep & 0x800fffffffffffff) | 0x3ff0000000000000);
    all.push_back(std::ldexp(m, exponent));
  }
  return all;
}

/// Any float: ordinary, subnormal, short, huge, tiny, zero; infinite or NaN if `specials`.
inline float any_float(SplitMix64& random, bool specials = true) {
  const auto bits = static_cast<std::uint32_t>(random.bits());
  const auto near_one = (bits & 0x807fffffu) | static_cast<std::uint32_t>(118 + random.below(18)) << 23;
  const std::uint64_t kind = random.below(8);
  const std::uint32_t wild = kind == 0 ? bits & 0x807fffffu : kind == 1 ? bits & 0xfff80000u : bits;
  if (kind == 2) return std::bit_cast<float>(bits & 0x80000000u);
  const bool finite = (wild & 0x7f800000u) != 0x7f800000u;
  return std::bit_cast<float>(kind <= 3 && (finite || specials) ? wild : near_one);
}

}  // namespace exmy::test
