// Functions at a site, by table, span, kernel or reference: values, counters and histograms are those of
// functions::apply, element by element.

#include <algorithm>
#include <string>
#include <vector>

#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "sim/ops/function_source.hpp"
#include "sim/ops/projector.hpp"
#include "tests/formats/kernels_support.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/threads.hpp"

namespace {

using namespace exmy;
using functions::Function;
using test::Differences;
using Random = exmy::test::SplitMix64;

constexpr std::uint64_t seed = 99, step = 4;
constexpr const char* site = "l/o/forward/elementwise";

constexpr Function functions_of_site[] = {
    Function::exp,   Function::log,  Function::tanh, Function::sigmoid, Function::gelu,  Function::sin,
    Function::rsqrt, Function::exp2, Function::tan,  Function::silu,    Function::log1p, Function::gelu_grad};

Policy policy_of(const Projection& how) {
  Rule rule;
  rule.format = how.format;
  rule.rounding = how.rounding;
  rule.saturation = how.saturation;
  rule.random_bits = how.random_bits;
  return Policy({rule});
}

/// What apply says, element by element.
struct Expected {
  std::vector<double> values;
  Counters counters;
  ExponentHistogram before, after;

  Expected(Function f, const Projection& how, const std::vector<double>& x, Semantics operands) {
    const RandomStream random(seed, site, step);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::uint32_t r = is_stochastic(how.rounding) ? random.bits(i, how.random_bits) : 0;
      const Outcome out = functions::apply(f, how, x[i], r, operands);
      values.push_back(out.value);
      counters.add(out.events);
      after.add(out.value);
      const Events e = out.events;
      if (!e.has(Event::zero_in) && !e.has(Event::inf_in) && !e.has(Event::nan_in))
        before.add_exponent(out.exponent);
    }
  }
};

template <class T>
void compare(Differences& d, Function f, const Projection& how, const Format& operand,
             const std::vector<double>& x) {
  const Policy policy = policy_of(how);
  Expected want(f, how, x, operand.semantics);
  const auto where = [&] {
    return "function " + std::to_string(static_cast<int>(f)) + " into " + oracle::text(how);
  };
  for (const bool counted : {true, false}) {
    Telemetry telemetry({.counters = counted, .histograms = Histograms::tensors});
    Context context(policy, telemetry, seed);
    context.begin_step(step);
    Tensor<T> t({x.size()}, operand);
    std::transform(x.begin(), x.end(), t.data.begin(), [](double v) { return static_cast<T>(v); });
    const Tensor<T> y = Projector<T>(context, "l", "o", Pass::forward, Role::elementwise).apply(f, t);
    for (std::size_t i = 0; i < x.size(); ++i)
      d.value(static_cast<double>(y.data[i]), want.values[i],
              [&] { return where() + " of " + oracle::text(x[i]); });
    if (!counted) continue;
    SiteRecord& record = telemetry.records().begin()->second;
    d.counters(record.total, want.counters, where);
    d.expect(record.before.trimmed() == want.before.trimmed(), [&] { return where() + " before"; });
    d.expect(record.after.trimmed() == want.after.trimmed(), [&] { return where() + " after"; });
  }
}

/// Values of a format: moderate ones, any, and specials.
std::vector<double> values_of(Random& random, const Format& f, std::size_t n, bool wild) {
  std::vector<double> x;
  while (x.size() < n) {
    const double any = static_cast<double>(test::any_float(random, wild));
    const double moderate = static_cast<double>(static_cast<int>(random.below(20'001)) - 10'000) * 0x1p-10;
    x.push_back(project({f, Rounding::nearest_even, Saturation::propagate}, wild ? any : moderate).value);
  }
  return x;
}

template <class T>
void compare_all(Differences& d, std::uint64_t start) {
  Random random(start);
  for (const char* of : {"fp32", "fp16", "bf16", "e4m3fn", "Binary8p4se"})
    for (const char* to : {"fp32", "fp16", "bf16", "e4m3fn", "e2m1fn", "Binary8p4se"})
      for (const Function f : functions_of_site) {
        const bool wild = random.below(2) == 0;
        const auto mode =
            random.below(2) == 0 ? Rounding::nearest_even : static_cast<Rounding>(random.below(9));
        const Projection how{format_of(to), mode, test::saturations[random.below(3)], 16};
        compare<T>(d, f, how, format_of(of),
                   values_of(random, format_of(of), f == Function::tan ? 20 : 600, wild));
      }
}

}  // namespace

TEST_CASE("functions at a site equal the definition, float carrier", "[projector]") {
  Differences d;
  for (const std::uint64_t start : {51u, 52u, 53u}) compare_all<float>(d, start);
  d.check_once(1'000'000);
}

TEST_CASE("functions at a site equal the definition, double carrier", "[projector]") {
  Differences d;
  compare_all<double>(d, 61);
  Random random(62);
  const Projection wide{format_of("fp64"), Rounding::nearest_even, Saturation::none, 16};
  for (const Function f : functions_of_site)
    compare<double>(d, f, wide, format_of("fp32"), values_of(random, format_of("fp32"), 40, true));
  d.check_once(300'000);
}

TEST_CASE("values far outside of the formats' range are counted like any other", "[projector]") {
  Differences d;
  const std::vector<double> x{1, 700, 1000, 3e38, -700, -1000, -3e38, 0, infinity64, -infinity64, 2};
  for (const char* to : {"fp32", "fp16", "e4m3fn"})
    for (const Function f :
         {Function::exp, Function::exp2, Function::expm1, Function::sigmoid, Function::gelu})
      for (const Saturation s : test::saturations)
        for (int mode = 0; mode < 9; ++mode)
          compare<float>(d, f, {format_of(to), static_cast<Rounding>(mode), s, 16}, format_of("fp32"), x);
  d.check_once(10'000);
}

TEST_CASE("a table is built when it pays, once", "[projector]") {
  const Format narrow = format_of("e5m9"), wide = format_of("fp32");
  CHECK(function_table(Function::exp, wide, 1'000'000) == nullptr);
  CHECK(function_table(Function::cos, narrow, 20'000) == nullptr);
  const functions::FunctionTable* table = function_table(Function::cos, narrow, 20'000);
  REQUIRE(table != nullptr);
  CHECK(function_table(Function::cos, narrow, 1) == table);
  CHECK(function_table(Function::sin, narrow, 1) == nullptr);
}

// From 2^15 elements on threads share a step.
TEST_CASE("of a step that threads share, everything is told", "[projector]") {
  Differences d;
  Random random(63);
  const test::Threads three(3);
  const Format fp32 = format_of("fp32");
  const std::vector<double> x = values_of(random, fp32, 33'009, true);
  for (const auto& [to, mode] :
       {std::pair{"e4m3fn", Rounding::nearest_even}, {"fp32", Rounding::stochastic_a}}) {
    compare<float>(d, Function::exp, {format_of(to), mode, Saturation::none, 16}, fp32, x);
    compare<double>(d, Function::exp, {format_of(to), mode, Saturation::none, 16}, fp32, x);
  }
  for (const char* to : {"e2m1fn", "fp32"}) {  // without NaN, and with
    const Policy policy = policy_of({format_of(to)});
    Telemetry telemetry;
    Context context(policy, telemetry, seed);
    context.begin_step(step);
    Tensor<float> zeros({33'009}, fp32);
    zeros.data.back() = static_cast<float>(nan64);
    Projector<float>(context, "l", "o", Pass::forward, Role::elementwise).quantize(zeros);
    CHECK(telemetry.nan_lost() == (to == std::string("e2m1fn")));
    CHECK(telemetry.first_non_finite().has_value());
  }
  d.check_once(100'000);
}
