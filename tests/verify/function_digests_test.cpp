// sim/verify/function_digests.inc against MPFR: f(x) for every fp16 and bf16 argument, rounded once to nearest.
// From MPFR's number on, the second implementation takes part, and nothing of formats/ but the codes' meaning,
// which other tests judge. With EXMY_PRINT_DIGESTS set it prints the file.

#include <mpfr.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "formats/catalog.hpp"
#include "sim/verify/second.hpp"
#include "sim/verify/value_table.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;

struct Digest {
  std::string_view function, format, sha256;
};
constexpr Digest shipped[] = {
#include "sim/verify/function_digests.inc"
};

/// A number of 640 bits: exact for what is added and multiplied here, or far better than any rounding needs.
struct Real {
  mpfr_t v;
  explicit Real(double x = 0) {
    mpfr_init2(v, 640);
    mpfr_set_d(v, x, MPFR_RNDN);
  }
  Real(const Real&) = delete;
  Real& operator=(const Real&) = delete;
  ~Real() { mpfr_clear(v); }
};

using Direct = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);

/// The function of MPFR with that meaning, for those that it has.
const std::map<std::string_view, Direct> direct{
    {"exp", mpfr_exp},     {"exp2", mpfr_exp2},   {"expm1", mpfr_expm1}, {"log", mpfr_log},
    {"log2", mpfr_log2},   {"log10", mpfr_log10}, {"log1p", mpfr_log1p}, {"sin", mpfr_sin},
    {"cos", mpfr_cos},     {"tanh", mpfr_tanh},   {"erf", mpfr_erf},     {"rsqrt", mpfr_rec_sqrt},
    {"sigmoid", nullptr},  {"silu", nullptr},     {"softplus", nullptr}, {"gelu", nullptr},
    {"gelu_tanh", nullptr}};

/// 1 / (1 + e^-u).
void sigmoid(Real& r, const Real& u) {
  mpfr_neg(r.v, u.v, MPFR_RNDN);
  mpfr_exp(r.v, r.v, MPFR_RNDN);
  mpfr_add_ui(r.v, r.v, 1, MPFR_RNDN);
  mpfr_ui_div(r.v, 1, r.v, MPFR_RNDN);
}

/// max(x, 0) + log(1 + e^-|x|).
void softplus(Real& r, const Real& x) {
  mpfr_abs(r.v, x.v, MPFR_RNDN);
  mpfr_neg(r.v, r.v, MPFR_RNDN);
  mpfr_exp(r.v, r.v, MPFR_RNDN);
  mpfr_log1p(r.v, r.v, MPFR_RNDN);
  if (mpfr_sgn(x.v) > 0) mpfr_add(r.v, r.v, x.v, MPFR_RNDN);
}

/// x / 2 erfc(-x / sqrt 2).
void gelu(Real& r, const Real& x) {
  Real root(2);
  mpfr_sqrt(root.v, root.v, MPFR_RNDN);
  mpfr_div(r.v, x.v, root.v, MPFR_RNDN);
  mpfr_neg(r.v, r.v, MPFR_RNDN);
  mpfr_erfc(r.v, r.v, MPFR_RNDN);
  mpfr_mul(r.v, r.v, x.v, MPFR_RNDN);
  mpfr_div_2ui(r.v, r.v, 1, MPFR_RNDN);
}

/// x sigmoid(2 sqrt(2/pi) (x + 0.044715 x^3)), since 1 + tanh u = 2 sigmoid(2 u).
void gelu_tanh(Real& r, const Real& x) {
  Real u, factor;
  mpfr_set_str(factor.v, "0.044715", 10, MPFR_RNDN);
  mpfr_sqr(u.v, x.v, MPFR_RNDN);
  mpfr_mul(u.v, u.v, factor.v, MPFR_RNDN);
  mpfr_add_ui(u.v, u.v, 1, MPFR_RNDN);
  mpfr_mul(u.v, u.v, x.v, MPFR_RNDN);
  mpfr_const_pi(factor.v, MPFR_RNDN);
  mpfr_ui_div(factor.v, 8, factor.v, MPFR_RNDN);
  mpfr_sqrt(factor.v, factor.v, MPFR_RNDN);
  mpfr_mul(u.v, u.v, factor.v, MPFR_RNDN);
  sigmoid(r, u);
  mpfr_mul(r.v, r.v, x.v, MPFR_RNDN);
}

void composed(std::string_view function, Real& r, const Real& x) {
  if (function == "softplus") return softplus(r, x);
  if (function == "gelu") return gelu(r, x);
  if (function == "gelu_tanh") return gelu_tanh(r, x);
  sigmoid(r, x);
  if (function == "silu") mpfr_mul(r.v, r.v, x.v, MPFR_RNDN);
}

/// Cut to 128 bits. Exponents beyond every format stay so.
second::Number number_of(const Real& x, int ternary) {
  const bool negative = mpfr_signbit(x.v) != 0;
  if (mpfr_nan_p(x.v) != 0) return second::nan();
  if (mpfr_inf_p(x.v) != 0) return second::infinity(negative);
  if (mpfr_zero_p(x.v) != 0) return second::zero(negative);  // after underflow: nearest is zero
  Real cut;
  mpfr_set_prec(cut.v, 128);
  const int lost = mpfr_set(cut.v, x.v, MPFR_RNDZ);
  const long exponent = mpfr_get_exp(cut.v), held = std::min(std::max(exponent, -9000L), 9000L);
  second::U128 whole = 0;
  mpfr_abs(cut.v, cut.v, MPFR_RNDZ);
  mpfr_set_exp(cut.v, 64);
  for (int digit = 0; digit < 2; ++digit) {
    const unsigned long top = mpfr_get_ui(cut.v, MPFR_RNDZ);
    whole = whole << 64 | top;
    mpfr_sub_ui(cut.v, cut.v, top, MPFR_RNDZ);
    mpfr_mul_2ui(cut.v, cut.v, 64, MPFR_RNDZ);
  }
  return {second::Number::Kind::number, negative, whole, static_cast<int>(held) - 128,
          lost != 0 || ternary != 0};
}

/// The values at infinities that a formula would make NaN of; and rsqrt(-0), where MPFR is not IEEE 754-2019.
bool is_special(std::string_view function, double x, second::Number& f) {
  const double inf = std::numeric_limits<double>::infinity();
  if (function == "rsqrt" && x == 0) {
    f = second::infinity(std::signbit(x));
    return true;
  }
  if (function == "silu" || function == "gelu" || function == "gelu_tanh") {
    if (x == -inf) f = second::zero(true);
    return x == -inf;
  }
  if (function == "softplus" && x == -inf) {
    f = second::zero(false);
    return true;
  }
  return false;
}

second::Number exact(std::string_view function, double x) {
  second::Number special;
  if (is_special(function, x, special)) return special;
  const Real argument(x);
  Real result;
  if (const Direct f = direct.at(function)) return number_of(result, f(result.v, argument.v, MPFR_RNDZ));
  composed(function, result, argument);
  return number_of(result, x != 0 ? 1 : 0);  // none is a number of 128 bits, but sigmoid(0) and zeros
}

std::string digest_of(std::string_view function, std::string_view format) {
  const Format f = format_of(format);
  const second::Model model(f);
  return verify::table_digest(std::uint64_t{1} << 16, [&](std::uint64_t code) {
    return model.project({f}, exact(function, model.value(code)), 0).value;
  });
}

}  // namespace

TEST_CASE("the digests of functions are those of MPFR's results", "[verify][slow]") {
  const bool print = std::getenv("EXMY_PRINT_DIGESTS") != nullptr;
  if (print)
    std::puts("// Generated by tests/verify/function_digests_test.cpp: MPFR's f(x) for every code x.");
  for (const auto& row : direct)
    for (const std::string_view format : {"fp16", "bf16"}) {
      const std::string_view function = row.first;
      const std::string digest = digest_of(function, format);
      if (print)
        std::printf("{\"%s\", \"%s\", \"%s\"},\n", std::string(function).c_str(), std::string(format).c_str(),
                    digest.c_str());
      const bool found = std::any_of(std::begin(shipped), std::end(shipped), [&](const Digest& d) {
        return d.function == function && d.format == format && d.sha256 == digest;
      });
      INFO(function << " " << format << " " << digest);
      CHECK((found || print));
    }
  CHECK(std::size(shipped) == 2 * direct.size());
}
