// Functions rounded to odd over spans, against MPFR, the scalar exact value, and the definition of a
// projection.

#include "formats/functions/spans.hpp"

#include "formats/arithmetic.hpp"
#include "formats/catalog.hpp"
#include "tests/functions/first_stage_support.hpp"

namespace {

using namespace exmy;
using functions::Function;
using functions::to_odd;
using test::Differences;
using Random = exmy::test::SplitMix64;

std::vector<double> odd_values(Function f, const std::vector<double>& x, int bits) {
  std::vector<double> odd(x.size());
  to_odd(f, x.data(), odd.data(), x.size(), bits);
  return odd;
}

/// f(x) rounded to odd by MPFR: toward zero with `bits` bits, the last one set if that was not exact.
class OddByMpfr {
 public:
  explicit OddByMpfr(int bits) {
    mpfr_init2(x_, 53);
    mpfr_init2(y_, bits);
  }
  OddByMpfr(const OddByMpfr&) = delete;
  OddByMpfr& operator=(const OddByMpfr&) = delete;
  ~OddByMpfr() {
    mpfr_clear(x_);
    mpfr_clear(y_);
  }

  double operator()(const test::MpfrFunction& f, double x) {
    mpfr_set_d(x_, x, MPFR_RNDN);
    const bool inexact = f.compute(y_, x_, MPFR_RNDZ) != 0;
    if (inexact && mpfr_zero_p(y_) != 0)  // below MPFR's own range
      return mpfr_signbit(y_) != 0 ? -functions::tiny_odd : functions::tiny_odd;
    if (mpfr_regular_p(y_) == 0) return is_nan(mpfr_get_d(y_, MPFR_RNDZ)) ? nan64 : mpfr_get_d(y_, MPFR_RNDZ);
    const double sign = mpfr_signbit(y_) != 0 ? -1 : 1;
    if (mpfr_get_exp(y_) > 960) return sign * functions::huge_odd;
    if (mpfr_get_exp(y_) <= -1000) return sign * functions::tiny_odd;
    const auto bits = static_cast<int>(mpfr_get_prec(y_));
    const double unit = std::ldexp(1.0, static_cast<int>(mpfr_get_exp(y_)) - bits);
    const double cut = std::fabs(mpfr_get_d(y_, MPFR_RNDZ)), whole = cut / unit;
    return sign * (inexact && std::fmod(whole, 2) == 0 ? cut + unit : cut);
  }

 private:
  mpfr_t x_, y_;
};

constexpr double specials[] = {0.0, -0.0, infinity64, -infinity64, nan64,
                               1.0, -1.0, 4.0,        0x1p-1074,   -0x1p-1060};

std::vector<double> hard_and_easy(Function f, std::size_t count, std::uint64_t seed) {
  return test::joined({test::arguments_of(f, count, seed),
                       test::log_uniform(200, -1074, 1024, seed + 9),
                       {std::begin(specials), std::end(specials)}});
}

std::string text(Function f, double x, int bits) {
  return std::string(functions::named_functions()[static_cast<std::size_t>(f)].name) + " of " +
         oracle::text(x) + " with " + std::to_string(bits) + " bits";
}

void compare_with_exact(Differences& d, Function f, int bits, std::size_t count, std::uint64_t seed) {
  const std::vector<double> x = hard_and_easy(f, count, seed);
  const std::vector<double> odd = odd_values(f, x, bits);
  for (std::size_t i = 0; i < x.size(); ++i)
    d.value(odd[i], functions::rounded_to_odd(functions::exact_value(f, x[i], bits), bits),
            [&] { return text(f, x[i], bits); });
}

/// Arguments among `count` random ones whose values come closest to a boundary of `bits` bits.
std::vector<double> closest(Function f, int bits, std::size_t count, std::size_t keep) {
  const std::vector<double> x = test::arguments_of(f, count, 31);
  std::vector<std::pair<std::uint64_t, double>> all;
  for (const double xi : x) {
    const Exact v = functions::exact_value(f, xi, 90);
    if (v.kind != Exact::Kind::finite || v.exponent < -1000 || v.exponent > 959) continue;
    const auto rest = static_cast<std::uint64_t>((v.significand << bits) >> 64);
    if (rest != 0 || !v.sticky) all.emplace_back(std::min(rest, ~rest), xi);
  }
  const std::size_t n = std::min(keep, all.size());
  std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n), all.end());
  std::vector<double> best;
  for (std::size_t i = 0; i < n; ++i) best.push_back(all[i].second);
  return best;
}

Projection any_projection(Random& random, const char* name) {
  const auto mode = static_cast<Rounding>(random.below(9));
  const auto n = static_cast<int>(1 + random.below(32));
  return {format_of(name), mode, test::saturations[random.below(3)], n};
}

void compare_projections(Differences& d, Random& random, Function f, const Projection& how,
                         std::size_t count) {
  const int bits = functions::deciding_bits(how);
  if (!functions::serves(how, std::min(bits, functions::most_odd_bits))) return;
  const std::vector<double> x = hard_and_easy(f, count, random.bits());
  const std::vector<double> odd = odd_values(f, x, bits);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto r = static_cast<std::uint32_t>(random.bits() & ((std::uint64_t{1} << how.random_bits) - 1));
    const Outcome want = functions::apply(f, how, x[i], r);
    const Outcome got = project_function(how, Exact::of(odd[i]), x[i], r, Semantics::ieee754);
    const auto where = [&] { return text(f, x[i], bits) + " into " + oracle::text(how); };
    if (f == Function::rsqrt && how.format.semantics == Semantics::p3109) continue;  // the caller's part
    d.value(got.value, want.value, where);
    const bool stands_in = functions::is_huge(odd[i]) || functions::is_tiny(odd[i]);
    if (!stands_in)
      d.expect(got.events.bits == want.events.bits && got.exponent == want.exponent,
               [&] { return where() + ": events"; });
  }
}

}  // namespace

TEST_CASE("spans are rounded to odd as by MPFR", "[functions][mpfr]") {
  Differences d;
  for (const int bits : {2, 13, 27, 43, 53}) {
    OddByMpfr expected(bits);
    for (const test::MpfrFunction& f : test::mpfr_functions) {
      const std::vector<double> x = hard_and_easy(f.f, 4'000, static_cast<std::uint64_t>(bits));
      const std::vector<double> odd = odd_values(f.f, x, bits);
      for (std::size_t i = 0; i < x.size(); ++i) {
        if (f.f == Function::rsqrt && x[i] == 0) continue;  // MPFR: inf for -0 too
        d.value(odd[i], expected(f, x[i]), [&] { return text(f.f, x[i], bits); });
      }
    }
  }
  d.check_once(500'000);
}

TEST_CASE("spans equal the scalar exact value", "[functions]") {
  Differences d;
  for (const functions::NamedFunction& named : functions::named_functions())
    for (const int bits : {5, 26, 34, 53}) {
      const std::size_t count = test::is_slow(named.function) ? 200 : 60'000;
      compare_with_exact(d, named.function, bits, count, static_cast<std::uint64_t>(100 + bits));
    }
  d.check_once(4'000'000);
}

TEST_CASE("spans decide next to rounding boundaries", "[functions][mpfr]") {
  Differences d;
  for (const int bits : {26, 40}) {
    OddByMpfr expected(bits);
    for (const test::MpfrFunction& f : test::mpfr_functions) {
      if (test::is_slow(f.f)) continue;
      const std::vector<double> x = closest(f.f, bits, 40'000, 400);
      const std::vector<double> odd = odd_values(f.f, x, bits);
      for (std::size_t i = 0; i < x.size(); ++i)
        d.value(odd[i], expected(f, x[i]), [&] { return text(f.f, x[i], bits); });
    }
  }
  d.check_once(9'000);
}

TEST_CASE("projections of spans are those of the definition, events included", "[functions]") {
  Differences d;
  Random random(71);
  for (const char* name : {"fp32", "fp16", "bf16", "tf32", "e6m9", "e5m2", "e4m3fn", "e4m3fnuz", "e2m1fn",
                           "e8m0fnu", "dlfloat16", "Binary8p4se", "Binary8p1uf", "Binary16p8se"})
    for (const functions::NamedFunction& named : functions::named_functions()) {
      if (test::is_slow(named.function)) continue;
      for (int k = 0; k < 4; ++k)
        compare_projections(d, random, named.function, any_projection(random, name), 400);
    }
  d.check_once(1'000'000);
}

TEST_CASE("which projections spans serve", "[functions]") {
  const auto serves = [](const char* name, Rounding mode, int n) {
    return functions::serves({format_of(name), mode, Saturation::none, n}, functions::most_odd_bits);
  };
  CHECK(serves("fp32", Rounding::nearest_even, 16));
  CHECK(serves("fp32", Rounding::stochastic_b, 27));  // 24 + 27 + 2 = 53
  CHECK_FALSE(serves("fp32", Rounding::stochastic_b, 28));
  CHECK(serves("e5m18", Rounding::stochastic_a, 32));  // 19 + 32 + 2 = 53
  CHECK_FALSE(serves("e5m19", Rounding::stochastic_a, 32));
  CHECK(serves("e5m50", Rounding::toward_zero, 16));
  CHECK_FALSE(serves("e5m51", Rounding::toward_zero, 16));
  CHECK_FALSE(serves("fp64", Rounding::nearest_even, 16));
  CHECK_FALSE(serves("e11m4", Rounding::nearest_even, 16));  // binary64's whole range
  CHECK(serves("e10m9", Rounding::stochastic_c, 32));
}

TEST_CASE("numbers that stand in for values outside of the middle range", "[functions]") {
  const auto one = [](Function f, double x) { return odd_values(f, {x}, 30)[0]; };
  CHECK(one(Function::exp, 666) == functions::huge_odd);
  CHECK(one(Function::exp2, 960) == functions::huge_odd);
  CHECK(one(Function::exp2, 959) == 0x1p959);
  CHECK(one(Function::exp2, -1000) == 0x1p-1000);
  CHECK(one(Function::exp2, -1000.5) == functions::tiny_odd);
  CHECK(one(Function::exp, -1e9) == functions::tiny_odd);
  CHECK(one(Function::gelu, -1e9) == -functions::tiny_odd);
  CHECK(functions::is_huge(-functions::huge_odd));
  CHECK(functions::is_tiny(-functions::tiny_odd));
}

TEST_CASE("a span may be empty, long, or its own result", "[functions]") {
  to_odd(Function::exp, nullptr, nullptr, 0, 30);
  for (const std::size_t n : {std::size_t{1}, std::size_t{255}, std::size_t{257}, std::size_t{1000}}) {
    std::vector<double> x(n);
    for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<double>(i % 7) - 3.25;
    const std::vector<double> odd = odd_values(Function::tanh, x, 30);
    to_odd(Function::tanh, x.data(), x.data(), n, 30);
    CHECK(x == odd);
    for (std::size_t i = 7; i < n; ++i) CHECK(odd[i] == odd[i - 7]);
  }
}
