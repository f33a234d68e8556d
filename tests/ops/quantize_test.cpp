// One tensor quantised at two sites: where the second would repeat the first, it is not computed again, and nobody can
// tell. The other side of each comparison quantises it afresh.

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "formats/catalog.hpp"
#include "sim/ops/quantize.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/splitmix64.hpp"

namespace {

using namespace exmy;

Rule rule_of(const char* format, Rounding rounding = Rounding::nearest_even) {
  Rule rule;
  rule.format = format_of(format);
  rule.rounding = rounding;
  return rule;
}

/// Two sites, forward and wgrad, with counters.
struct Place {
  Policy policy;
  Telemetry telemetry;
  Context context;

  explicit Place(std::vector<Rule> rules, StatsOptions stats = {})
      : policy(std::move(rules)), telemetry(stats), context(policy, telemetry, 3) {
    context.begin_step(1);
  }
  template <class T>
  SharedOperand<T> at(Pass pass, const Tensor<T>& x, const SharedOperand<T>& same = nullptr) {
    return quantize(context, {"l", "dot", pass}, Role::activation, x, same);
  }
  SiteRecord& record(Pass pass) { return telemetry.records().at(Site{"l", "dot", pass, Role::activation}); }
};

template <class T>
Tensor<T> numbers(bool specials) {
  exmy::test::SplitMix64 random(11);
  Tensor<T> x({3, 1000}, {});
  for (T& v : x.data)
    v = static_cast<T>(static_cast<float>(static_cast<int>(random.below(20'001)) - 10'000) * 0x1p-4f);
  if (specials)
    x.data[2500] = std::numeric_limits<T>::infinity(), x.data[10] = std::numeric_limits<T>::quiet_NaN();
  return x;
}

void check_same(Place& a, Place& b) {
  for (const Pass pass : {Pass::forward, Pass::wgrad}) {
    CHECK(a.record(pass).total == b.record(pass).total);
    CHECK(a.record(pass).interval == b.record(pass).interval);
    CHECK(a.record(pass).before.packed() == b.record(pass).before.packed());
    CHECK(a.record(pass).after.packed() == b.record(pass).after.packed());
  }
  CHECK(a.telemetry.projections == b.telemetry.projections);
  CHECK(a.telemetry.casts.count == b.telemetry.casts.count);
  CHECK(a.telemetry.casts.bits_in == b.telemetry.casts.bits_in);
  CHECK(a.telemetry.casts.bits_out == b.telemetry.casts.bits_out);
  CHECK(a.telemetry.first_non_finite() == b.telemetry.first_non_finite());
  CHECK(a.telemetry.nan_lost() == b.telemetry.nan_lost());
  CHECK(a.context.names_of_step() == b.context.names_of_step());
}

template <class T>
void compare(const std::vector<Rule>& rules, const Tensor<T>& x) {
  for (const Histograms histograms : {Histograms::tensors, Histograms::none}) {
    Place shared(rules, {.histograms = histograms}), afresh(rules, {.histograms = histograms});
    const auto first = shared.at(Pass::forward, x), second = shared.at(Pass::wgrad, x, first);
    CHECK(first == second);
    CHECK(first->value.q.size() == x.size());
    const auto third = afresh.at(Pass::forward, x), fourth = afresh.at(Pass::wgrad, x);
    CHECK(third != fourth);
    CHECK(second->value.scaled == fourth->value.scaled);
    CHECK(second->value.scale == fourth->value.scale);
    CHECK(std::equal(second->value.q.data.begin(), second->value.q.data.end(), fourth->value.q.data.begin(),
                     [](T a, T b) { return a == b || (a != a && b != b); }));
    CHECK(second->value.q.format == fourth->value.q.format);
    CHECK(shared.record(Pass::wgrad).total[Counter::total] == x.size());
    CHECK(shared.record(Pass::wgrad).after.empty() == (histograms == Histograms::none));
    check_same(shared, afresh);
    Place plain(rules, {.histograms = histograms});
    for (const Pass pass : {Pass::forward, Pass::wgrad})
      Projector<T>(plain.context, "l", "dot", pass, Role::activation).quantize_scaled(x);
    check_same(shared, plain);
  }
}

/// Whether the second site takes the first one's result.
bool shares(std::vector<Rule> rules, Rule at_second, StatsOptions stats = {}) {
  at_second.match.passes = {Pass::wgrad};
  rules.push_back(std::move(at_second));
  Place place(std::move(rules), stats);
  const Tensor<float> x = numbers<float>(false);
  const auto first = place.at(Pass::forward, x);
  return place.at(Pass::wgrad, x, first) == first;
}

}  // namespace

TEST_CASE("a quantisation that would be repeated leaves the same traces as its repetition", "[quantize]") {
  for (const bool specials : {false, true})
    for (const char* format : {"e4m3fn", "e5m2", "fp32", "e2m1fn", "Binary8p4se"})
      for (const Rounding rounding : {Rounding::nearest_even, Rounding::toward_zero, Rounding::to_odd}) {
        std::vector<Rule> rules{rule_of(format, rounding)};
        compare(rules, numbers<float>(specials));
        compare(rules, numbers<double>(specials));
        rules[0].scale = Scale{Granularity::tensor, 0.75};
        compare(rules, numbers<float>(specials));
      }
}

TEST_CASE("sites of unequal treatment quantise for themselves", "[quantize]") {
  const Rule e4m3 = rule_of("e4m3fn");
  CHECK(shares({e4m3}, {}));
  CHECK(shares({e4m3}, e4m3));
  CHECK_FALSE(shares({e4m3}, rule_of("e5m2")));
  CHECK_FALSE(shares({e4m3}, rule_of("e4m3fn", Rounding::toward_zero)));
  Rule other = e4m3;
  other.saturation = Saturation::finite;
  CHECK_FALSE(shares({e4m3}, other));
  other = e4m3;
  other.scale = Scale{Granularity::tensor, 2};
  CHECK_FALSE(shares({e4m3}, other));
  CHECK_FALSE(shares({rule_of("e4m3fn", Rounding::stochastic_a)}, {}));
}

TEST_CASE("a quantisation serves its step and its tensor's format, and no evaluation", "[quantize]") {
  const Tensor<float> x = numbers<float>(false);
  Place place({rule_of("e4m3fn")});
  const auto first = place.at(Pass::forward, x);
  CHECK(place.at(Pass::wgrad, x, first) == first);
  Tensor<float> half = x;
  half.format = format_of("fp16");
  CHECK(place.at(Pass::wgrad, half, first) != first);
  place.context.begin_evaluation(1);
  const auto evaluated = place.at(Pass::forward, x);
  CHECK(place.at(Pass::wgrad, x, first) != first);
  place.context.begin_step(1);
  CHECK(place.at(Pass::wgrad, x, evaluated) != evaluated);  // nothing was counted there
  CHECK(place.at(Pass::wgrad, x, first) == first);
  place.context.begin_step(2);
  CHECK(place.at(Pass::wgrad, x, first) != first);

  Place uncounted({rule_of("e4m3fn")}, {.counters = false});
  const auto trained = uncounted.at(Pass::forward, x);
  CHECK(uncounted.at(Pass::wgrad, x, trained) == trained);
  uncounted.context.begin_evaluation(1);
  CHECK(uncounted.at(Pass::wgrad, x, trained) != trained);
}

TEST_CASE(
    "products look at an operand once, as it lies or transposed, and not at numbers that are not its own") {
  Rule operands = rule_of("e4m3fn"), sums = rule_of("fp16");
  operands.match.roles = {Role::activation}, sums.match.roles = {Role::accumulator};
  Place place({operands, sums});
  Tensor<float> x({2, 3}, {}), w({3, 2}, {});
  x.data = {1, -2, 3, 0.5f, 0, 4}, w.data = {8, 1, -0.25f, 2, 3, 0};
  const auto a = place.at(Pass::forward, x), b = place.at(Pass::wgrad, w);
  const auto product = [&](const QuantizedView<float>& left, const QuantizedView<float>& right) {
    return dot(place.context, {"l", "dot", Pass::forward}, left, right).data;
  };
  const Elements<float> want{17.5f, -3, 16, 0.5f};  // [1 -2 3; 1/2 0 4] [8 1; -1/4 2; 3 0]
  for (int i = 0; i < 2; ++i) {
    CHECK(product(QuantizedView<float>(a->value), QuantizedView<float>(b->value)) == want);
    REQUIRE(a->value.magnitudes);
    REQUIRE(b->value.magnitudes);
    CHECK((a->value.magnitudes->largest == 4 && a->value.magnitudes->smallest == 0.5f));
    CHECK((b->value.magnitudes->largest == 8 && b->value.magnitudes->smallest == 0.25f));
  }
  CHECK(product(QuantizedView<float>(b->value).transposed(), QuantizedView<float>(a->value).transposed()) ==
        Elements<float>{17.5f, 16, -3, 0.5f});
  // What is known is believed.
  a->value.magnitudes = Magnitudes{std::numeric_limits<float>::infinity(), 1};
  CHECK(product(QuantizedView<float>(a->value), QuantizedView<float>(b->value)) == want);
  const KernelUses& kernels =
      place.telemetry.records().at(Site{"l", "dot", Pass::forward, Role::accumulator}).kernels;
  const auto refused = [](const auto& use) { return use.first.find("not finite") != std::string::npos; };
  CHECK(std::ranges::count_if(kernels.counts(), refused) == 1);
}
