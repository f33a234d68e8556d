// The analyser of tiles at the ends of what it proves: the last that it takes and the first that it does not. And its words.

#include <limits>
#include <set>
#include <string_view>
#include <vector>

#include "formats/catalog.hpp"
#include "sim/ops/tile_plan.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;

Reduction sums_in(const Format& f, std::size_t chunk = 0) {
  Reduction how;
  how.accumulator = {f, Rounding::nearest_even, Saturation::none};
  if (chunk != 0) how.order = Order::chunked, how.chunk = chunk;
  return how;
}
Reduction sums_in(const char* name, std::size_t chunk = 0) { return sums_in(format_of(name), chunk); }

constexpr float infinity = std::numeric_limits<float>::infinity();

FactorFacts range(const char* name, float largest, float smallest) {
  return {format_of(name), {largest, smallest}};
}

TileDecision decide(const Reduction& how, const FactorFacts& a, const FactorFacts& b, std::size_t k,
                    bool counts = false) {
  return plan_tiles(how, a, b, k, counts, true);
}

TileRounding steps(const Reduction& how, const FactorFacts& a, const FactorFacts& b, std::size_t k,
                   bool counts = false) {
  const TileDecision decision = decide(how, a, b, k, counts);
  INFO(decision.why);
  REQUIRE(decision.plan);
  return decision.plan->inner;
}

/// Whether there is no plan for this reason; "": whether there is one.
bool says(const TileDecision& decision, std::string_view why) {
  UNSCOPED_INFO(decision.why);
  return decision.why == why && decision.plan.has_value() == why.empty();
}

const FactorFacts ones = range("e4m3fn", 1, 0x1p-6f);

}  // namespace

TEST_CASE("the bound of n sums is that of the recurrence, and little more") {
  for (const int bits : {2, 8, 11, 24})
    for (const std::size_t n : {0u, 1u, 2u, 3u, 7u, 100u, 1000u})
      for (const double largest : {1.0, 64.0, 0x1.8p40}) {
        double u = 0;
        for (std::size_t i = 0; i < n; ++i) u = (u + largest) * (1 + 1.0 / static_cast<double>(1 << bits));
        const double bound = bound_of(largest, n, bits);
        CHECK(bound >= u);                  // 1000 roundings of u are less than 2^-41 of it
        CHECK(bound <= u * (1 + 0x1p-39));  // the factor for the roundings of the bound is 1 + 2^-40
      }
}

TEST_CASE("what a product is, and when it is a binary32 number") {
  CHECK(Summand{24, -149, 0x1.fffffep127}.is_binary32());
  CHECK_FALSE(Summand{25, -149, 1}.is_binary32());
  CHECK_FALSE(Summand{24, -150, 1}.is_binary32());
  CHECK_FALSE(Summand{24, -149, 0x1p128}.is_binary32());
  const FactorFacts many = range("fp16", 3, 0.5f), one = range("e2m1fn", 2, 2),
                    two = range("e2m1fn", 1.5f, 1.5f);
  CHECK((product_of(many, many).bits == 22 && product_of(two, two).bits == 4));
  CHECK((product_of(many, one).bits == 11 && product_of(one, many).bits == 11));
  CHECK((product_of(many, two).bits == 13 && product_of(one, one).bits == 1));
  CHECK((product_of(many, one).grid == -10 && product_of(two, many).grid == -12));
  CHECK((product_of(many, two).largest == 4.5 && product_of(range("fp16", 0, infinity), one).grid == -23));
}

TEST_CASE("formats at the ends of what binary32 tiles hold") {
  const auto decided = [](const Format& f) { return decide(sums_in(f), ones, ones, 2); };
  CHECK(says(decided(format_of("e8m1")), ""));
  CHECK(
      says(decided(Format{.exponent_bits = 4, .mantissa_bits = 0, .bias = 7}), "precision 1 is not 2 to 22"));
  CHECK(says(decided(format_of("e8m21")), ""));
  Format f = format_of("bf16");
  f.bias = 128;
  CHECK(says(decided(f), "its numbers leave the range of binary32"));
  f.bias = 126;
  CHECK(says(decided(f), "its numbers leave the range of binary32"));
  f = format_of("fp16");
  f.is_signed = f.negative_zero = false;
  CHECK(says(decided(f), "the format has no sign or no zero"));
  f = format_of("fp16");
  f.subnormals = Subnormals::none;
  CHECK(says(decided(f), "subnormals are not gradual"));
}

TEST_CASE("how sums are rounded: 11 bits are the last that two roundings do") {
  const auto step = [](const char* a, const char* b, const char* sum) {
    return steps(sums_in(sum), range(a, 1, 0.5f), range(b, 1, 0.25f), 4).step;
  };
  CHECK(step("e6m5", "e6m4", "fp16") == TileStep::fused);  // 11 bits
  CHECK(step("e6m5", "e6m5", "fp16") == TileStep::odd);
  CHECK(step("e6m4", "e6m4", "e6m11") == TileStep::odd);
  CHECK(step("e6m4", "e6m4", "e6m9") == TileStep::fused);
  CHECK(step("e6m4", "e6m5", "e6m9") == TileStep::odd);
}

TEST_CASE("counted sums of wide products: how large and how small products may be") {
  const auto fits = [](float a, float b, std::size_t k, float c = 1, float d = 1) {
    return decide(sums_in("fp32"), range("fp32", a, c), range("fp32", b, d), k, true).plan.has_value();
  };
  CHECK(fits(0x1p60f, 0x1p59f, 1));
  CHECK_FALSE(fits(0x1p60f, 0x1p60f, 1));
  CHECK(fits(0x1p60f, 0x1p59f, 127));  // below 2^126
  CHECK_FALSE(fits(0x1p60f, 0x1p59f, 128));
  CHECK(fits(1, 1, 8, 0x1p-51f, 0x1p-52f));  // multiples of 2^-149
  CHECK_FALSE(fits(1, 1, 8, 0x1p-52f, 0x1p-52f));
}

TEST_CASE(
    "counted binary32 sums: quick below 2^126, exact below 2^24 times the grid, which is never beyond that") {
  const auto of = [](float a, float b, std::size_t k) {
    return steps(sums_in("fp32"), range("e8m3", a, a), range("e8m3", b, b), k, true);
  };
  CHECK(of(0x1p60f, 0x1p61f, 31).quick);
  CHECK_FALSE(of(0x1p60f, 0x1p61f, 32).quick);
  CHECK(of(0x1p51f, 0x1p50f, 2).exact_below == 0x1p125f);  // one bit each: the grid is 2^101
  CHECK(of(0x1p51f, 0x1p51f, 2).exact_below == 0x1p126f);
  CHECK(of(0x1p52f, 0x1p51f, 2).exact_below == 0x1p126f);
  CHECK(of(0x1p52f, 0x1p51f, 2).exact_between == 0x1p125f);
  CHECK(of(1, 1, 0).exact_first == 1);
  CHECK(of(1, 1, 5).exact_first == 5);
}

TEST_CASE("rounded products: how large they may be, and which are counted in quick steps") {
  Reduction how = sums_in("fp16");
  how.product = Projection{format_of("bf16")};
  const auto decided = [&](float a) {
    return decide(how, range("e8m1", a, a), range("e8m1", 0x1p55f, 0x1p55f), 1);
  };
  CHECK_FALSE(says(decided(0x1p54f), "product: too large for the constant C"));
  CHECK(says(decided(0x1p55f), "product: too large for the constant C"));  // 2^110 is 2^(103 + 7)
  const auto quick = [](Format product, float smallest = 0x1p-6f) {
    Reduction twice = sums_in("fp16");
    twice.product = Projection{product};
    const FactorFacts x = range("bf16", 1, smallest);
    return steps(twice, x, x, 8, true);
  };
  CHECK(quick(format_of("e6m10")).quick);
  CHECK_FALSE(quick(format_of("e6m11")).quick);
  Format f = format_of("fp16");
  f.exponent_bits = 7;
  f.bias = 116;  // e_min - P = -115 - 11
  CHECK(quick(f).quick);
  f.bias = 117;
  CHECK_FALSE(quick(f).quick);
  CHECK(quick(format_of("fp16"), 0x1p-56f).quick_normal);  // products are multiples of 2^-126
  CHECK_FALSE(quick(format_of("fp16"), 0x1p-57f).quick_normal);
}

TEST_CASE("products that are multiples of 2^-126 are never subnormal") {
  const auto normal = [](const Reduction& how, float a, float b) {
    return steps(how, range("bf16", 1, a), range("bf16", 1, b), 8, true).quick_normal;
  };
  Reduction rounded = sums_in("fp16");
  rounded.product = Projection{format_of("fp16")};
  for (const Reduction& how : {sums_in("fp16"), rounded}) {
    CHECK(normal(how, 0x1p-56f, 0x1p-56f));
    CHECK_FALSE(normal(how, 0x1p-56f, 0x1p-57f));  // 2^-127
  }
}

TEST_CASE("chunks: how many there are, what they are multiples of, and how large they may be") {
  const auto outer = [](const Reduction& inner, const char* name, const FactorFacts& x, std::size_t k) {
    Reduction how = inner;
    how.outer = {format_of(name), Rounding::nearest_even, Saturation::none};
    return decide(how, x, x, k).plan.value().outer.value();
  };
  // A chunk is up to 4 88^2, less than half the maximum.
  const FactorFacts x = range("e4m3fn", 88, 1);
  CHECK(outer(sums_in("fp32", 4), "fp16", x, 5).limit == TileLimit::excluded);
  CHECK(outer(sums_in("fp32", 4), "fp16", x, 8).limit == TileLimit::excluded);
  CHECK(outer(sums_in("fp32", 4), "fp16", x, 9).limit == TileLimit::watch);
  const FactorFacts fine = range("bf16", 1, 0x1p-7f), finer = range("bf16", 1, 0x1p-8f);  // 2^-28, 2^-30
  CHECK_FALSE(outer(sums_in("fp32", 4), "e5m15", fine, 8).clamps);  // 2^(-14 - 15) is finer
  CHECK(outer(sums_in("fp32", 4), "e5m15", finer, 8).clamps);
  CHECK_FALSE(outer(sums_in("fp16", 4), "e5m15", finer, 8).clamps);  // sums are multiples of 2^-24
  const auto decided = [](float largest) {
    Reduction how = sums_in("fp32", 4);
    const FactorFacts a = range("e8m1", largest, largest), b = range("e8m1", 0x1p62f, 0x1p62f);
    return decide(how, a, b, 8);
  };
  CHECK(says(decided(0x1p63f), ""));  // 4 2^125, and what rounding adds
  CHECK(says(decided(0x1p64f), "a chunk may overflow binary32"));
}

TEST_CASE("when the ranges of factors are asked for") {
  const Reduction plain = sums_in("fp32");
  CHECK_FALSE(needs_ranges(plain, false, true));
  CHECK(needs_ranges(plain, true, true));
  CHECK(needs_ranges(plain, false, false));
  CHECK(needs_ranges(sums_in("fp16"), false, true));
  CHECK(needs_ranges(sums_in("fp32", 4), false, true));
  Reduction rounded = plain;
  rounded.product = Projection{format_of("fp16")};
  CHECK(needs_ranges(rounded, false, true));
  const float infinity = std::numeric_limits<float>::infinity();
  const FactorFacts unknown = range("fp32", infinity, infinity);
  CHECK(key_of(*plan_tiles(plain, unknown, unknown, 8, false, true).plan) == key_of(machine_sums()));
  CHECK(describe(machine_sums()) == "exact products, binary32 sums, overflow watched");
}

TEST_CASE("every plan in words") {
  TilePlan plan;
  TileRounding& r = plan.inner;
  CHECK(describe(plan) == "exact products, binary32 sums, no overflow by bound, subnormal grid");
  r.clamps = false;
  r.step = TileStep::fused;
  r.limit = TileLimit::saturate;
  CHECK(describe(plan) == "exact products, binary32 sums, rounded again, saturating");
  r.rounds_product = true;
  r.step = TileStep::odd;
  CHECK(describe(plan) == "rounded products, binary32 sums rounded to odd, rounded again, saturating");
  r.rounds_product = false;
  r.wide_products = true;
  CHECK(describe(plan) == "exact products, binary32 sums, rounded again, middles by their error, saturating");
  r = {};
  r.exact_steps = 1;
  CHECK(describe(plan) ==
        "exact products, binary32 sums, exact by bound while small, no overflow by bound, subnormal grid");
  r.exact_first = 1;
  r.quick = true;
  CHECK(describe(plan) ==
        "exact products, binary32 sums, exact by bound, no overflow by bound, subnormal grid, "
        "counted in quick steps");
  r = {};
  r.clamps = false;
  plan.outer.emplace();
  plan.outer->limit = TileLimit::watch;
  plan.outer->clamps = false;
  CHECK(describe(plan) ==
        "exact products, binary32 sums, no overflow by bound; "
        "chunks: exact products, binary32 sums, overflow watched");
}

TEST_CASE("plans with other words have other numbers") {
  std::vector<TileRounding> all;
  for (int i = 0; i < 3 * 3 * 128; ++i) {
    TileRounding r;
    r.step = static_cast<TileStep>(i / 128 % 3);
    r.limit = static_cast<TileLimit>(i / 128 / 3);
    r.rounds_product = (i & 1) != 0, r.clamps = (i & 2) != 0, r.quick = (i & 8) != 0;
    r.exact_steps = (i & 4) != 0 ? 1 : 0, r.exact_first = (i & 16) != 0 ? 1 : 0;
    r.wide_products = (i & 32) != 0;
    if ((i & 64) != 0) r.exact_steps *= 2, r.exact_first *= 3;  // the numbers themselves are not told
    all.push_back(r);
  }
  std::set<std::uint64_t> inner, both;
  for (const TileRounding& r : all) {
    const std::uint64_t key = key_of({r, std::nullopt}), chunks = key_of({{}, r});
    CHECK(key != 0);
    inner.insert(key);
    both.insert(chunks);
  }
  CHECK(inner.size() == all.size() / 2);
  CHECK(both.size() == all.size() / 2);
  for (const std::uint64_t key : inner) CHECK(both.count(key) == 0);
}
