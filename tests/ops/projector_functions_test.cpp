// exp, log, tanh and sigmoid of every fp16 and bf16 number, projected to four formats, against MPFR.

#include <mpfr.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "sim/ops/projector.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;

/// A format by numbers that are written here, not derived.
struct Target {
  const char* name;
  int mantissa_bits, e_min;
  double maximum, beyond;
};
constexpr Target targets[] = {{"fp16", 10, -14, 65504, infinity64},
                              {"bf16", 7, -126, 0x1.fep127, infinity64},
                              {"e4m3fn", 3, -6, 448, nan64},
                              {"fp32", 23, -126, 0x1.fffffep127, infinity64}};

/// 220 bits decide every rounding here: of the values that are no ties only those of tiny arguments come
/// close to one, and the tie x >= 2^-25 of a target is left by tanh x = x - x^3/3, exp x and sigmoid x stay
/// near 1 and 1/2, which are no ties.
class Number {
 public:
  Number() { mpfr_init2(value_, 220); }
  Number(const Number&) = delete;
  Number& operator=(const Number&) = delete;
  ~Number() { mpfr_clear(value_); }
  mpfr_ptr raw() { return value_; }

  /// To the nearest value of the format, ties to even; NaN is positive.
  double rounded(const Target& to) const {
    if (mpfr_nan_p(value_) != 0) return nan64;
    const double sign = mpfr_signbit(value_) != 0 ? -1.0 : 1.0;
    if (mpfr_inf_p(value_) != 0) return is_nan(to.beyond) ? nan64 : sign * to.beyond;
    if (mpfr_zero_p(value_) != 0) return sign * 0.0;
    if (mpfr_get_exp(value_) > 200) return is_nan(to.beyond) ? nan64 : sign * to.beyond;
    const long e = mpfr_get_exp(value_) - 1;
    const int unit = static_cast<int>(std::max<long>(e, to.e_min)) - to.mantissa_bits;
    Number scaled;
    mpfr_mul_2si(scaled.value_, value_, -unit, MPFR_RNDN);
    mpfr_rint(scaled.value_, scaled.value_, MPFR_RNDN);
    const double z = std::ldexp(mpfr_get_d(scaled.value_, MPFR_RNDN), unit);
    if (std::fabs(z) > to.maximum) return is_nan(to.beyond) ? nan64 : sign * to.beyond;
    return z == 0 ? sign * 0.0 : z;
  }

 private:
  mpfr_t value_;
};

/// A function by MPFR and at a site.
struct SiteFunction {
  const char* name;
  void (*compute)(mpfr_ptr y);  ///< y = f(y)
  Tensor<float> (*run)(Projector<float>& p, const Tensor<float>& x);
};

template <functions::Function f>
Tensor<float> apply(Projector<float>& p, const Tensor<float>& x) {
  return p.apply(f, x);
}

const SiteFunction functions_of_site[] = {
    {"exp", [](mpfr_ptr y) { mpfr_exp(y, y, MPFR_RNDN); }, apply<functions::Function::exp>},
    {"log", [](mpfr_ptr y) { mpfr_log(y, y, MPFR_RNDN); }, apply<functions::Function::log>},
    {"tanh", [](mpfr_ptr y) { mpfr_tanh(y, y, MPFR_RNDN); }, apply<functions::Function::tanh>},
    {"sigmoid",
     [](mpfr_ptr y) {
       mpfr_neg(y, y, MPFR_RNDN);
       mpfr_exp(y, y, MPFR_RNDN);
       mpfr_add_ui(y, y, 1, MPFR_RNDN);
       mpfr_ui_div(y, 1, y, MPFR_RNDN);
     },
     apply<functions::Function::sigmoid>},
    {"sqrt", [](mpfr_ptr y) { mpfr_sqrt(y, y, MPFR_RNDN); },
     [](Projector<float>& p, const Tensor<float>& x) { return p.sqrt(x); }}};

/// Every number of fp16 or bf16 but NaN: the codes, read by hand.
std::vector<float> all_numbers(bool bf16) {
  std::vector<float> all;
  for (std::uint32_t code = 0; code < 0x10000; ++code) {
    float x = std::bit_cast<float>(code << 16);
    if (!bf16) {
      const int field = static_cast<int>(code >> 10 & 31), m = static_cast<int>(code & 1023);
      const float size = field == 31  ? (m == 0 ? std::numeric_limits<float>::infinity() : std::nanf(""))
                         : field == 0 ? std::ldexp(static_cast<float>(m), -24)
                                      : std::ldexp(static_cast<float>(1024 + m), field - 25);
      x = code >> 15 != 0 ? -size : size;
    }
    if (x == x) all.push_back(x);
  }
  return all;
}

Tensor<float> computed(const Target& to, const SiteFunction& f, const std::vector<float>& arguments) {
  Rule rule;
  rule.format = format_of(to.name);
  const Policy policy({rule});
  Telemetry telemetry({.counters = false});
  Context context(policy, telemetry, 1);
  context.begin_step(0);
  Tensor<float> x({arguments.size()}, Format{});
  x.data.assign(arguments.begin(), arguments.end());
  Projector<float> projector(context, "l", "f", Pass::forward, Role::elementwise);
  return f.run(projector, x);
}

std::string text(double x) { return std::to_string(x) + " " + std::to_string(bits_of(x)); }

void check(const SiteFunction& f, const std::vector<float>& arguments) {
  std::vector<Tensor<float>> got;
  for (const Target& to : targets) got.push_back(computed(to, f, arguments));
  std::size_t differences = 0;
  std::string first;
  Number y;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    mpfr_set_d(y.raw(), static_cast<double>(arguments[i]), MPFR_RNDN);
    f.compute(y.raw());
    for (std::size_t k = 0; k < got.size(); ++k) {
      const double want = y.rounded(targets[k]);
      const auto value = static_cast<double>(got[k].data[i]);
      if (bits_of(value) != bits_of(want) && differences++ == 0)
        first = std::string(targets[k].name) + " of " + text(static_cast<double>(arguments[i])) + ": got " +
                text(value) + ", want " + text(want);
    }
  }
  INFO("function " << f.name);
  CHECK(first == "");
  CHECK(differences == 0);
}

}  // namespace

TEST_CASE("functions of every fp16 number are correctly rounded", "[projector][mpfr]") {
  const std::vector<float> arguments = all_numbers(false);
  REQUIRE(arguments.size() == 63'490);
  for (const SiteFunction& f : functions_of_site) check(f, arguments);
}

TEST_CASE("functions of every bf16 number are correctly rounded", "[projector][mpfr]") {
  const std::vector<float> arguments = all_numbers(true);
  REQUIRE(arguments.size() == 65'282);
  for (const SiteFunction& f : functions_of_site) check(f, arguments);
}
