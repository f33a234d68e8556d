// The error bounds of the first stages, against MPFR; and that every instruction-set level computes the same.

#include "formats/functions/spans.hpp"
#include "tests/functions/first_stage_support.hpp"
#include "tests/functions/oracle.hpp"

namespace {

using namespace exmy;
using functions::Estimate;
using functions::Function;
using test::Real;

std::vector<Estimate> estimates(functions::FirstStages level, Function f, const std::vector<double>& x) {
  std::vector<Estimate> all(x.size());
  level(f).estimate(x.data(), all.data(), x.size());
  return all;
}

bool tells_something(const Estimate& e) { return e.error > 0 && e.error < 0.25 * std::fabs(e.high); }

/// The number nearest to f(x) that 256 bits hold; of what MPFR does not have, its first 90 bits.
Real value_of(Function f, double x) {
  for (const test::MpfrFunction& known : test::mpfr_functions)
    if (known.f == f) {
      Real y(x);
      known.compute(y.raw(), y.raw(), MPFR_RNDN);
      return y;
    }
  const Exact v = functions::exact_value(f, x, 90);
  const Real high(static_cast<double>(static_cast<std::uint64_t>(v.significand >> 75)));
  const Real low(
      static_cast<double>(static_cast<std::uint64_t>(v.significand >> 22) & ((std::uint64_t{1} << 53) - 1)));
  const Real y = (high + low.times_power_of_two(-53)).times_power_of_two(v.exponent - 52);
  return v.negative ? Real(0) - y : y;
}

double as_double(const Real& x) { return mpfr_get_d(x.raw(), MPFR_RNDN); }

/// The error as a part of its bound. Where the tail is only known to lie between 0 and `low`, or where 90
/// bits are not enough to see the error: 0 if f(x) is on the right side, else 2.
double part_of_bound(Function f, double x, const Estimate& e) {
  const Real y = value_of(f, x);
  const double low = as_double(y - Real(e.high));
  const double error = std::fabs(as_double(y - Real(e.high) - Real(e.low)));
  const bool seen = e.error > 0x1p-83 * std::fabs(e.high) || f == Function::rsqrt || f == Function::log2;
  if (seen) return error / e.error;
  const bool right_side =
      e.low == 0 || (low * e.low >= 0 && std::fabs(low) <= std::fabs(e.low) + 0x1p-83 * std::fabs(e.high));
  return right_side ? 0 : 2;
}

/// The largest part of a bound that is used.
double worst_part(Function f, const std::vector<double>& x) {
  double worst = 0;
  const std::vector<Estimate> all = estimates(functions::first_stage_baseline, f, x);
  for (std::size_t i = 0; i < x.size(); ++i)
    if (tells_something(all[i])) worst = std::max(worst, part_of_bound(f, x[i], all[i]));
  return worst;
}

void check_bound(Function f, std::size_t count) {
  const double worst = worst_part(f, test::arguments_of(f, count, 11));
  INFO("function " << static_cast<int>(f));
  CHECK(worst <= 1);
  CHECK(worst > 1.0 / 32);  // a bound 2^6 smaller would be wrong: it would be seen
}

}  // namespace

TEST_CASE("first stages keep their bounds: functions that MPFR has", "[functions][mpfr]") {
  for (const test::MpfrFunction& known : test::mpfr_functions) check_bound(known.f, 12'000);
}

TEST_CASE("first stages keep their bounds: composed functions", "[functions][mpfr]") {
  for (const Function f : test::composed) check_bound(f, test::is_slow(f) ? 1'000 : 40'000);
}

TEST_CASE("first stages are the same at every level", "[functions]") {
  const auto levels = test::first_stages_of_this_machine();
  for (const functions::NamedFunction& named : functions::named_functions()) {
    const std::vector<double> x = test::arguments_of(named.function, 40'000, 12);
    if (levels[0](named.function).decide == nullptr) continue;
    const std::vector<Estimate> want = estimates(levels[0], named.function, x);
    for (std::size_t level = 1; level < levels.size(); ++level) {
      const std::vector<Estimate> got = estimates(levels[level], named.function, x);
      std::size_t differences = 0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        const bool both = tells_something(want[i]) && tells_something(got[i]);
        const bool same = bits_of(got[i].high) == bits_of(want[i].high) && got[i].low == want[i].low &&
                          got[i].error == want[i].error;
        differences += both ? !same : tells_something(want[i]) != tells_something(got[i]);
      }
      INFO(named.name << " at level " << level);
      CHECK(differences == 0);
    }
  }
}

// `decide` is compiled again, in vectors; spans_test judges what it gives at the level of this machine.
TEST_CASE("first stages decide the same at every level, whatever the length of a span", "[functions]") {
  const auto levels = test::first_stages_of_this_machine();
  for (const functions::NamedFunction& named : functions::named_functions()) {
    if (levels[0](named.function).decide == nullptr) continue;
    std::vector<double> x = test::arguments_of(named.function, 4'000, 13);
    x.insert(x.end(), {0.0, -0.0, infinity64, -infinity64, nan64, 0x1p-1074, 0x1.fffffffffffffp1023});
    for (const int shift : {0, 19, 27, 48}) {
      std::vector<double> want(x.size());
      levels[0](named.function).decide(x.data(), want.data(), x.size(), shift);
      for (std::size_t level = 1; level < levels.size(); ++level) {
        std::vector<double> got(x.size(), 1.5);
        const std::size_t length =
            1 + static_cast<std::size_t>(shift) % 23;  // the others are done by remainders
        for (std::size_t i = 0; i < x.size(); i += i < 2'000 ? length : x.size())
          levels[level](named.function)
              .decide(x.data() + i, got.data() + i, i < 2'000 ? length : x.size() - i, shift);
        std::size_t differences = 0;
        for (std::size_t i = 0; i < x.size(); ++i)
          differences += is_nan(want[i]) ? !is_nan(got[i]) : bits_of(want[i]) != bits_of(got[i]);
        INFO(named.name << " at level " << level << ", shift " << shift);
        CHECK(differences == 0);
      }
    }
  }
}
