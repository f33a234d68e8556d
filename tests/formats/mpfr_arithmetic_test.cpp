// Arithmetic on wide and mixed IEEE-like formats against MPFR, which emulates a format by its precision, its
// exponent range and mpfr_subnormalize.

#include <mpfr.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "formats/catalog.hpp"
#include "formats/codec.hpp"
#include "formats/operations/operation.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/splitmix64.hpp"

namespace {

using namespace exmy;
using Random = exmy::test::SplitMix64;

/// A format by numbers that are written here, not derived.
struct Target {
  const char* name;
  int precision, e_min, e_max;
};
constexpr std::array targets{
    Target{"e5m2", 3, -14, 15},    Target{"fp16", 11, -14, 15},    Target{"bf16", 8, -126, 127},
    Target{"e6m9", 10, -30, 31},   Target{"tf32", 11, -126, 127},  Target{"e7m16", 17, -62, 63},
    Target{"fp32", 24, -126, 127}, Target{"e9m30", 31, -254, 255}, Target{"fp64", 53, -1022, 1023}};
constexpr std::array roundings{
    std::pair{Rounding::nearest_even, MPFR_RNDN}, std::pair{Rounding::toward_zero, MPFR_RNDZ},
    std::pair{Rounding::toward_positive, MPFR_RNDU}, std::pair{Rounding::toward_negative, MPFR_RNDD}};

class Number {
 public:
  explicit Number(mpfr_prec_t precision, double x = 0) {
    mpfr_init2(value_, precision);
    mpfr_set_d(value_, x, MPFR_RNDN);
  }
  Number(const Number&) = delete;
  Number& operator=(const Number&) = delete;
  ~Number() { mpfr_clear(value_); }
  operator mpfr_ptr() { return value_; }

 private:
  mpfr_t value_;
};

int ternary(const std::string& name, mpfr_ptr r, mpfr_ptr x, mpfr_ptr y, mpfr_ptr z, mpfr_rnd_t rnd) {
  if (name == "add") return mpfr_add(r, x, y, rnd);
  if (name == "sub") return mpfr_sub(r, x, y, rnd);
  if (name == "mul") return mpfr_mul(r, x, y, rnd);
  if (name == "div") return mpfr_div(r, x, y, rnd);
  if (name == "fma") return mpfr_fma(r, x, y, z, rnd);
  if (name == "hypot") return mpfr_hypot(r, x, y, rnd);
  if (name == "recip") return mpfr_ui_div(r, 1, x, rnd);
  return mpfr_sqrt(r, x, rnd);
}

struct Expected {
  double value;
  bool inexact;
};

/// Rounded once to the target's precision, then brought into its exponent range by mpfr_check_range, which knows
/// from `inexact` on which side the exact result lies. (With that range set before, mpfr_sub of MPFR 4.2.0 takes
/// some negative results just above half of the smallest number for ties.)
Expected expected(const std::string& name, const Target& to, const std::array<double, 3>& x, mpfr_rnd_t rnd) {
  Number r(to.precision), a(53, x[0]), b(53, x[1]), c(53, x[2]);
  int inexact = ternary(name, r, a, b, c, rnd);
  mpfr_set_emin(to.e_min - to.precision + 2);
  mpfr_set_emax(to.e_max + 1);
  inexact = mpfr_check_range(r, inexact, rnd);
  inexact = mpfr_subnormalize(r, inexact, rnd);
  mpfr_set_emin(MPFR_EMIN_DEFAULT);
  mpfr_set_emax(MPFR_EMAX_DEFAULT);
  return {mpfr_get_d(r, MPFR_RNDN), inexact != 0};
}

/// Values of formats that are mixed, near each other so that they cancel, or near the ends of the target.
std::array<double, 3> draw(const Target& to, Random& random) {
  std::array<double, 3> x{};
  const Target& from = targets[random.below(targets.size())];
  const Format f = format_of(from.name);
  for (double& v : x) {
    const int low = to.e_min - to.precision - 3, high = to.e_max + 2;
    const int e = random.below(2) == 0
                      ? low + static_cast<int>(random.below(static_cast<std::uint64_t>(high - low)))
                      : static_cast<int>(random.below(7)) - 3;
    std::uint64_t m = random.bits() >> 11;
    if (random.below(3) == 0) m &= ~((std::uint64_t{1} << random.below(52)) - 1);  // few bits: ties
    if (random.below(3) == 0) m |= (std::uint64_t{1} << random.below(52)) - 1;     // next to one
    const double any = std::ldexp(static_cast<double>(m | (std::uint64_t{1} << 52)), e - 52);
    v = project({f, Rounding::toward_zero, Saturation::finite}, random.below(2) == 0 ? any : -any).value;
  }
  if (random.below(4) == 0) x[1] = -x[0] * (1 + std::ldexp(1.0, -static_cast<int>(random.below(60))));
  if (random.below(6) == 0) x[2] = -x[0] * x[1];
  for (double& v : x) v = std::isfinite(v) ? v : 1.5;
  return x;
}

}  // namespace

TEST_CASE("arithmetic into wide and mixed formats equals MPFR", "[oracle][arithmetic]") {
  Random random(20);
  std::uint64_t cases = 0, wrong = 0;
  std::string first;
  for (const Target& to : targets) {
    const Format format = format_of(to.name);
    for (int trial = 0; trial < 30000; ++trial) {
      const std::array<double, 3> x = draw(to, random);
      for (const char* name : {"add", "sub", "mul", "div", "fma", "hypot", "recip", "sqrt"}) {
        const Operation& row = *find_operation(name);
        for (const auto& [rounding, rnd] : roundings) {
          const Expected want = expected(name, to, x, rnd);
          const Outcome got =
              row.project(row, {format, rounding}, {{x[0], x[1], x[2], 0}, Semantics::ieee754}, 0);
          const bool same_value =
              std::isnan(want.value)
                  ? std::isnan(got.value)
                  : got.value == want.value && std::signbit(got.value) == std::signbit(want.value);
          const bool same_flag = ((ieee_flags(got) & flag_inexact) != 0) == want.inexact;
          ++cases;
          if ((same_value && same_flag) || wrong++ > 0) continue;
          first =
              std::string(name) + " into " + to.name + " mode " + std::to_string(static_cast<int>(rounding));
          CAPTURE(first, x[0], x[1], x[2], want.value, got.value, want.inexact);
          CHECK(first.empty());
        }
      }
    }
  }
  CHECK(wrong == 0);
  CHECK(cases == targets.size() * 30000 * 8 * 4);
}
