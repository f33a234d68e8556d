// Rules that say how a site is projected: which match, in which order they act, what they contradict.

#include <string>
#include <vector>

#include "formats/catalog.hpp"
#include "sim/quant/policy.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;

const Site weight{"blocks.3.attn.q", "dot", Pass::forward, Role::weight};
const Site sums{"fc1", "dot", Pass::dgrad, Role::accumulator};
const Site products{"fc1", "dot", Pass::forward, Role::product};

Rule with_format(const char* name, Match match = {}) {
  Rule rule;
  rule.match = std::move(match);
  rule.format = format_of(name);
  return rule;
}

Format format_at(const Policy& policy, const Site& site) {
  return policy.resolve(site).quantizer.projection.format;
}

}  // namespace

TEST_CASE("globs", "[policy]") {
  struct Case {
    const char *pattern, *text;
    bool matches;
  };
  for (const Case& c : {Case{"", "", true},
                        {"", "a", false},
                        {"*", "", true},
                        {"*", "fc1.weight", true},
                        {"?", "", false},
                        {"?", "a", true},
                        {"?", "ab", false},
                        {"fc1", "fc1", true},
                        {"fc1", "fc10", false},
                        {"fc?", "fc12", false},
                        {"fc*", "fc", true},
                        {"*1", "fc1", true},
                        {"*1", "fc12", false},
                        {"*1", "1f1", true},
                        {"a*b*c", "abbc", true},
                        {"a*b*c", "acb", false},
                        {"a**c", "abc", true},
                        {"*a?", "xaab", true},
                        {"*ab", "aab", true},
                        {"a*a", "a", false},
                        {"a*a", "aa", true},
                        {"fc1*", "fc1", true},
                        {"***", "x", true},
                        {"a?*", "a", false},
                        {"blocks.*.attn.q", "blocks.3.attn.q", true},
                        {"blocks.*.attn.q", "blocks.3.attn.k", false},
                        {"blocks.*.attn.q", "blocks.1.mlp.2.attn.q", true},
                        {"a", "A", false}}) {
    INFO(c.pattern << " against " << c.text);
    CHECK(glob_matches(c.pattern, c.text) == c.matches);
  }
}

TEST_CASE("a glob with many stars takes no exponential time", "[policy]") {
  const std::string text(2000, 'a');
  CHECK_FALSE(glob_matches("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", text));
}

TEST_CASE("a rule matches by layer, operation, role and pass; an empty list matches all", "[policy]") {
  CHECK(Match{}.matches(weight));
  CHECK((Match{{"fc*", "blocks.*"}, {}, {}, {}}).matches(weight));
  CHECK_FALSE((Match{{"fc*", "blocks"}, {}, {}, {}}).matches(weight));
  CHECK((Match{{}, {"do?"}, {}, {}}).matches(weight));
  CHECK_FALSE((Match{{}, {"relu"}, {}, {}}).matches(weight));
  CHECK((Match{{}, {}, {Role::loss, Role::weight}, {}}).matches(weight));
  CHECK_FALSE((Match{{}, {}, {Role::weight_grad}, {}}).matches(weight));
  CHECK((Match{{}, {}, {}, {Pass::wgrad, Pass::forward}}).matches(weight));
  CHECK_FALSE((Match{{}, {}, {}, {Pass::wgrad}}).matches(weight));
  CHECK((Match{{"*"}, {"dot"}, {Role::weight}, {Pass::forward}}).matches(weight));
  CHECK_FALSE((Match{{"*"}, {"dot"}, {Role::weight}, {Pass::dgrad}}).matches(weight));
}

TEST_CASE("without rules everything is fp32, to nearest even, unsaturated, exact products, sequential",
          "[policy]") {
  for (const Site& site : {weight, sums, products}) {
    const Treatment t = Policy().resolve(site);
    CHECK(t.quantizer.projection ==
          Projection{format_of("fp32"), Rounding::nearest_even, Saturation::none, 16});
    CHECK(t.quantizer.scale == Scale{Granularity::none, 1.0});
    CHECK(t.exact == (site.role == Role::product));
    CHECK(t.order == Order::sequential);
    CHECK(t.outer == t.quantizer.projection);
    CHECK(Policy().problem_at(site).empty());
  }
}

TEST_CASE("every matching rule acts in order and sets only what it names", "[policy]") {
  Rule everything = with_format("fp16");
  everything.rounding = Rounding::stochastic_b;
  everything.random_bits = 13;
  everything.saturation = Saturation::finite;
  Rule rounding;
  rounding.rounding = Rounding::toward_zero;
  const Rule elsewhere = with_format("e2m1fn", {{"head"}, {}, {}, {}});
  const Policy policy({everything, rounding, elsewhere});
  CHECK(policy.resolve(weight).quantizer.projection ==
        Projection{format_of("fp16"), Rounding::toward_zero, Saturation::finite, 13});
  CHECK(Policy({rounding, everything}).resolve(weight).quantizer.projection ==
        Projection{format_of("fp16"), Rounding::stochastic_b, Saturation::finite, 13});
  CHECK(policy.rules().size() == 3);
}

TEST_CASE("the last rule wins, field by field", "[policy]") {
  const Match all, dot{{}, {"dot"}, {}, {}};
  CHECK(format_at(Policy({with_format("bf16", all), with_format("e5m2", dot)}), weight) == format_of("e5m2"));
  CHECK(format_at(Policy({with_format("e5m2", dot), with_format("bf16", all)}), weight) == format_of("bf16"));
  Rule first, second;
  first.saturation = Saturation::finite;
  first.scale = Scale{Granularity::tensor, 4.0};
  second.saturation = Saturation::propagate;
  const Treatment t = Policy({first, second}).resolve(weight);
  CHECK(t.quantizer.projection.saturation == Saturation::propagate);
  CHECK(t.quantizer.scale == Scale{Granularity::tensor, 4.0});
}

TEST_CASE("products are exact until a rule gives them a format", "[policy]") {
  Rule exact;
  exact.match.roles = {Role::product};
  exact.exact = true;
  const Rule fp16 = with_format("fp16");
  Rule rounding;
  rounding.rounding = Rounding::toward_zero;
  CHECK_FALSE(Policy({fp16}).resolve(products).exact);
  CHECK(format_at(Policy({fp16}), products) == format_of("fp16"));
  CHECK(Policy({fp16, exact}).resolve(products).exact);
  CHECK_FALSE(Policy({exact, fp16}).resolve(products).exact);
  CHECK(Policy({exact, rounding}).resolve(products).exact);  // a rounding alone gives no format
  CHECK_FALSE(Policy({fp16, rounding}).resolve(products).exact);
}

TEST_CASE("the outer sums are projected like the accumulator unless they have a format", "[policy]") {
  Rule rule = with_format("e6m9");
  rule.rounding = Rounding::stochastic_a;
  rule.random_bits = 7;
  rule.saturation = Saturation::finite;
  rule.order = Order::chunked;
  rule.chunk = 64;
  const Treatment same = Policy({rule}).resolve(sums);
  CHECK(same.order == Order::chunked);
  CHECK(same.chunk == 64);
  CHECK(same.outer == Projection{format_of("e6m9"), Rounding::stochastic_a, Saturation::finite, 7});
  rule.outer = format_of("fp32");
  const Treatment own = Policy({rule}).resolve(sums);
  CHECK(own.outer == Projection{format_of("fp32"), Rounding::stochastic_a, Saturation::finite, 7});
  CHECK(own.quantizer.projection.format == format_of("e6m9"));
  // A later format for the accumulator leaves an outer format that was named alone.
  CHECK(Policy({rule, with_format("fp16")}).resolve(sums).outer.format == format_of("fp32"));
}

TEST_CASE("the outer projection may have a rounding, random bits and saturation of its own", "[policy]") {
  Rule rule = with_format("e6m9");
  rule.outer_rounding = Rounding::toward_zero;
  CHECK(Policy({rule}).resolve(sums).outer ==
        Projection{format_of("e6m9"), Rounding::toward_zero, Saturation::none, 16});
  CHECK(Policy({rule}).resolve(sums).quantizer.projection.rounding == Rounding::nearest_even);
  Rule later;
  later.rounding = Rounding::to_odd;  // of the accumulator: the outer one was named
  later.saturation = Saturation::propagate;
  later.outer_random_bits = 5;
  later.outer_saturation = Saturation::finite;
  CHECK(Policy({rule, later}).resolve(sums).outer ==
        Projection{format_of("e6m9"), Rounding::toward_zero, Saturation::finite, 5});
  CHECK(Policy({rule, later}).resolve(sums).quantizer.projection ==
        Projection{format_of("e6m9"), Rounding::to_odd, Saturation::propagate, 16});
}

TEST_CASE("a product rounds and saturates like its accumulator unless a rule says otherwise", "[policy]") {
  Rule accumulator = with_format("e6m9", {{}, {}, {Role::accumulator}, {Pass::forward}});
  accumulator.rounding = Rounding::stochastic_a;
  accumulator.random_bits = 9;
  accumulator.saturation = Saturation::finite;
  const Rule format = with_format("fp16", {{}, {}, {Role::product}, {}});
  CHECK(Policy({format, accumulator}).resolve(products).quantizer.projection ==
        Projection{format_of("fp16"), Rounding::stochastic_a, Saturation::finite, 9});
  Site other = products;
  other.pass = Pass::dgrad;  // its accumulator is another one
  CHECK(Policy({format, accumulator}).resolve(other).quantizer.projection == Projection{format_of("fp16")});
  Rule own = format;
  own.rounding = Rounding::toward_zero;
  CHECK(Policy({own, accumulator}).resolve(products).quantizer.projection ==
        Projection{format_of("fp16"), Rounding::toward_zero, Saturation::finite, 9});
}

TEST_CASE("flush replaces the subnormals of the format, whatever the order of the rules", "[policy]") {
  Rule flush;
  flush.flush = Subnormals::flush;
  Format expected = format_of("fp16");
  expected.subnormals = Subnormals::flush;
  CHECK(format_at(Policy({with_format("fp16"), flush}), sums) == expected);
  CHECK(format_at(Policy({flush, with_format("fp16")}), sums) == expected);
  CHECK(Policy({flush, with_format("fp16")}).resolve(sums).outer.format == expected);
}

TEST_CASE("contradictions have a text", "[policy]") {
  Rule exact;
  exact.exact = true;
  CHECK(Policy({exact}).problem_at(sums) == "format \"exact\" is for the role product only");
  CHECK(Policy({exact}).problem_at(products) == "");
  Rule chunked;
  chunked.order = Order::chunked;
  CHECK(Policy({chunked}).problem_at(sums) == "order \"chunked\" needs \"chunk\" (1 or more terms)");
  chunked.chunk = 1;
  CHECK(Policy({chunked}).problem_at(sums) == "");
  Rule flush;
  flush.flush = Subnormals::flush;
  CHECK(Policy({with_format("fp16"), flush}).problem_at(weight) == "");
  CHECK(Policy({with_format("e8m0fnu"), flush}).problem_at(weight) != "");  // it has no zero to flush to
  Rule outer;
  outer.outer = format_of("fp16");
  outer.outer->mantissa_bits = 60;
  CHECK(Policy({outer}).problem_at(sums) != "");
}

TEST_CASE("only operands of matrix products take a scale", "[policy]") {
  Rule scaled;
  scaled.scale = Scale{Granularity::tensor, 0.5};
  const Policy policy({scaled});
  const auto granularity = [&](const Site& site) { return policy.resolve(site).quantizer.scale.granularity; };
  for (const Role role : {Role::weight, Role::activation, Role::activation_grad})
    CHECK(granularity({"fc1", "dot", Pass::wgrad, role}) == Granularity::tensor);
  CHECK(granularity({"fc1", "bias", Pass::forward, Role::weight}) == Granularity::none);
  CHECK(granularity({"input", "data", Pass::forward, Role::activation}) == Granularity::none);
  CHECK(granularity({"fc1", "dot", Pass::wgrad, Role::weight_grad}) == Granularity::none);
  CHECK(granularity(sums) == Granularity::none);
}

TEST_CASE("what contradicts itself is still usable for a dry step", "[policy]") {
  Rule chunked;
  chunked.order = Order::chunked;
  CHECK(Policy({chunked}).problem_at(sums) != "");
  CHECK(Policy({chunked}).resolve(sums).chunk == 1);
  Rule flush = with_format("e8m0fnu");
  flush.flush = Subnormals::flush;
  CHECK(Policy({flush}).problem_at(weight) != "");
  CHECK(Policy({flush}).resolve(weight).quantizer.projection.format == Format{});
}

TEST_CASE("the float carrier is enough if it holds every format of every rule", "[policy]") {
  const auto fits = [](std::vector<Rule> rules) { return Policy(std::move(rules)).fits_float_carrier(); };
  CHECK(fits({}));
  for (const char* name : {"fp32", "bf16", "tf32", "fp16", "e8m0fnu", "e5m2", "e2m1fn", "Binary8p4se"}) {
    INFO(name);
    CHECK(fits({with_format(name)}));
  }
  for (const char* name : {"fp64", "e8m24", "e9m10", "e5m24"}) {
    INFO(name);
    CHECK_FALSE(fits({with_format("fp32"), with_format(name)}));
  }
  Rule outer = with_format("fp16");
  outer.outer = format_of("fp64");
  CHECK_FALSE(fits({outer}));
  Rule flush;
  flush.flush = Subnormals::flush;
  CHECK(fits({flush}));
  flush.flush = Subnormals::none;  // fp32 would have 24-bit numbers below 2^-126
  CHECK_FALSE(fits({flush}));
}

TEST_CASE("a site's name is layer/op/pass/role", "[policy]") {
  CHECK(weight.name() == "blocks.3.attn.q/dot/forward/weight");
  CHECK(sums.name() == "fc1/dot/dgrad/accumulator");
  CHECK(Site{"fc1", "adam.weight", Pass::optimizer, Role::optimizer_state}.name() ==
        "fc1/adam.weight/optimizer/optimizer_state");
}
