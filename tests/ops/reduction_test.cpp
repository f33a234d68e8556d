// The definition of a reduction against numerics section 4, step by step in exact rationals, with the
// indices of the random numbers written out by hand.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "sim/ops/reduction.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/comparison.hpp"
#include "tests/support/rational_oracle.hpp"
#include "tests/support/splitmix64.hpp"

namespace {

using namespace exmy;
using Random = exmy::test::SplitMix64;
using Values = std::vector<double>;

constexpr std::uint64_t seed = 0x9876543212345678, step_number = (std::uint64_t{5} << 32) + 17;
constexpr const char *product_name = "fc/dot/wgrad/product", *accumulator_name = "fc/dot/wgrad/accumulator",
                     *outer_name = "fc/dot/wgrad/accumulator#2";

DotRandom streams() {
  return {{seed, product_name, step_number},
          {seed, accumulator_name, step_number},
          {seed, outer_name, step_number}};
}

/// R of element i (numerics section 6).
std::uint32_t drawn(const char* name, std::uint64_t i, int n) {
  const auto words = [](std::uint64_t x) {
    return std::array{static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(x >> 32)};
  };
  const auto h = words(fnv1a64(name)), t = words(step_number), b = words(n <= 16 ? i / 8 : i / 4);
  const PhiloxBlock site = philox4x32(words(seed), {h[0], h[1], 0, 0});
  const PhiloxBlock w = philox4x32({site[0], site[1]}, {b[0], b[1], t[0], t[1]});
  if (n > 16) return w[i % 4] >> (32 - n);
  const std::uint64_t halves[] = {w[i % 8 / 2] & 0xffff, w[i % 8 / 2] >> 16};
  return static_cast<std::uint32_t>(halves[i % 2] >> (16 - n));
}

// ---- the definition in rationals ------------------------------------------------------------------

/// One projection of a reduction and the stream that it draws from.
struct Place {
  Projection how;
  const char* name;
  oracle::Model model;

  Place(const Projection& p, const char* n)
      : how(p), name(n), model(p.format, oracle::Model::Search::arithmetic) {}

  oracle::Answer compute(oracle::Operation op, double x, double y, double z, std::uint64_t i,
                         Semantics operands) const {
    const std::uint32_t r = is_stochastic(how.rounding) ? drawn(name, i, how.random_bits) : 0;
    const bool toward_negative = how.rounding == Rounding::toward_negative;
    return model.project(how, model.locate(op, toward_negative, x, y, z, operands), r);
  }
};

void count(Counters& counters, const oracle::Answer& answer) { counters.add(Events{answer.events}); }

struct Expected {
  double sum = 0;
  DotCounters counters;
  bool nan_lost = false;
};

class Oracle {
 public:
  Oracle(const Reduction& how, Semantics operands)
      : how_(how),
        operands_(operands),
        accumulator_(how.accumulator, accumulator_name),
        outer_(how.outer, outer_name) {
    if (how.product) product_.emplace(*how.product, product_name);
  }

  Expected reduce(const Values& a, const Values& b, std::uint64_t o) const {
    Expected e;
    const std::uint64_t n = a.size();
    if (how_.order == Order::sequential) {
      e.sum = chain(a, b, 0, n, o * n, e);
    } else {
      const std::uint64_t chunks = n / how_.chunk + (n % how_.chunk != 0 ? 1 : 0);
      for (std::uint64_t c = 0; c < chunks; ++c) {
        const double chunk_sum = chain(a, b, c * how_.chunk, std::min(n, (c + 1) * how_.chunk), o * n, e);
        e.sum = add(outer_, e.sum, chunk_sum, 1, o * chunks + c, e);
      }
    }
    if (e.sum == 0) e.sum = 0.0;
    return e;
  }

 private:
  double chain(const Values& a, const Values& b, std::uint64_t first, std::uint64_t last, std::uint64_t base,
               Expected& e) const {
    double s = 0;
    for (std::uint64_t k = first; k < last; ++k) {
      if (!product_) {
        s = add(accumulator_, s, a[k], b[k], base + k, e);
        continue;
      }
      const oracle::Answer t = product_->compute(oracle::Operation::mul, a[k], b[k], 0, base + k, operands_);
      count(e.counters.product, t);
      e.nan_lost = e.nan_lost || Events{t.events}.has(Event::nan_lost);
      s = add(accumulator_, s, t.value, 1, base + k, e);
    }
    return s;
  }

  double add(const Place& place, double s, double a, double b, std::uint64_t i, Expected& e) const {
    const oracle::Answer next = place.compute(oracle::Operation::fma, a, b, s, i, operands_);
    const Events events{next.events};
    count(e.counters.accumulator, next);
    e.nan_lost = e.nan_lost || events.has(Event::nan_lost);
    const oracle::Real addend = oracle::exact_result(oracle::Operation::mul, false, false, oracle::real_of(a),
                                                     oracle::real_of(b), {});
    const bool effective = addend.is_number() && !addend.is_zero();
    if (effective && is_finite(next.value) && next.value == s && !events.has(Event::saturated))
      ++e.counters.accumulator[Counter::swamped];
    return next.value;
  }

  Reduction how_;
  Semantics operands_;
  Place accumulator_, outer_;
  std::optional<Place> product_;
};

// ---- the definition of the library ------------------------------------------------------------------

Expected computed(const Reduction& how, const Values& a, const Values& b, std::uint64_t o,
                  Semantics operands) {
  Expected e;
  e.sum = reduce_by_definition(how, a.data(), b.data(), a.size(), o, streams(), operands, &e.counters,
                               &e.nan_lost);
  return e;
}

std::string difference(const Expected& got, const Expected& want) {
  std::string out;
  if (bits_of(got.sum) != bits_of(want.sum))
    out += oracle::text(got.sum) + " is not " + oracle::text(want.sum);
  if (got.nan_lost != want.nan_lost) out += " nan_lost";
  for (std::size_t i = 0; i < counters_count; ++i) {
    if (got.counters.product.counts[i] != want.counters.product.counts[i])
      out += " product " + std::string(counter_names[i]);
    if (got.counters.accumulator.counts[i] != want.counters.accumulator.counts[i])
      out += " accumulator " + std::string(counter_names[i]);
  }
  return out;
}

// ---- cases at random --------------------------------------------------------------------------------

Projection some_projection(Random& random) {
  constexpr std::array names{"fp16", "bf16",        "tf32",        "fp32",        "fp64",
                             "e5m2", "e4m3fn",      "e4m3fnuz",    "e2m1fn",      "e3m2fn",
                             "e6m9", "Binary8p4se", "Binary8p3sf", "Binary8p4ue", "e8m0fnu"};
  return {format_of(names[random.below(names.size())]), static_cast<Rounding>(random.below(9)),
          static_cast<Saturation>(random.below(3)), 1 + static_cast<int>(random.below(32))};
}

Reduction some_reduction(Random& random, std::size_t n) {
  Reduction how;
  if (random.below(2) == 0) how.product = some_projection(random);
  how.accumulator = some_projection(random);
  how.order = random.below(2) == 0 ? Order::chunked : Order::sequential;
  how.chunk = 1 + random.below(n + 3);
  how.outer = some_projection(random);
  return how;
}

double draw(Random& random) {
  const auto x = [&](std::uint64_t exponents, std::uint64_t lowest) {
    const std::uint64_t keep = ~std::uint64_t{0} << (52 - random.below(24));
    const std::uint64_t field = lowest + random.below(exponents);
    return std::bit_cast<double>((random.bits() & keep & 0x800fffffffffffff) | field << 52);
  };
  switch (random.below(24)) {
    case 0:
      return 0.0;
    case 1:
      return -0.0;
    case 2:
      return random.below(8) == 0 ? infinity64 : 1.0;
    case 3:
      return random.below(8) == 0 ? nan64 : -1.0;
    case 4:
      return x(250, 898);  // any float exponent
    default:
      return x(12, 1019);
  }
}

Values numbers(Random& random, std::size_t n) {
  Values x(n);
  for (double& v : x) v = draw(random);
  return x;
}

Values repeated(std::size_t n, double x) { return Values(n, x); }

}  // namespace

TEST_CASE("reductions equal exact rationals projected step by step", "[oracle][reduction]") {
  Random random(31);
  for (int i = 0; i < 12000; ++i) {
    const std::size_t n = random.below(20);
    const Reduction how = some_reduction(random, n);
    const Values a = numbers(random, n), b = numbers(random, n);
    const std::uint64_t o = random.below(4) == 0 ? random.bits() >> 20 : random.below(50);
    const Semantics operands = random.below(4) == 0 ? Semantics::p3109 : Semantics::ieee754;
    INFO("case " << i << " n " << n << " output " << o << " chunk " << how.chunk << "\n product "
                 << (how.product ? oracle::text(*how.product) : "exact") << "\n accumulator "
                 << oracle::text(how.accumulator) << "\n outer " << oracle::text(how.outer));
    const Expected got = computed(how, a, b, o, operands);
    CHECK(difference(got, Oracle(how, operands).reduce(a, b, o)) == "");
    bool nan_lost = false;
    const double silent =
        reduce_by_definition(how, a.data(), b.data(), n, o, streams(), operands, nullptr, &nan_lost);
    CHECK(bits_of(silent) == bits_of(got.sum));
    CHECK(nan_lost == got.nan_lost);
  }
}

TEST_CASE("a reduction that is zero is +0 in every mode and order; no terms give +0", "[reduction]") {
  for (int mode = 0; mode < 9; ++mode)
    for (const Order order : {Order::sequential, Order::chunked})
      for (const bool rounded : {false, true}) {
        Reduction how;
        how.accumulator = {format_of("e4m3fn"), static_cast<Rounding>(mode), Saturation::finite, 16};
        how.outer = how.accumulator;
        if (rounded) how.product = how.accumulator;
        how.order = order;
        how.chunk = 2;
        INFO("rounding " << mode << " order " << static_cast<int>(order) << " product rounded " << rounded);
        const auto sum = [&](const Values& a, const Values& b) {
          return bits_of(computed(how, a, b, 0, Semantics::ieee754).sum);
        };
        CHECK(sum({}, {}) == 0);
        CHECK(sum({-0.0}, {1}) == 0);
        CHECK(sum({1, -1}, {3, 3}) == 0);
        CHECK(sum({1, 1, -1, -1}, {3, 2, 2, 3}) == 0);
      }
}

TEST_CASE("a negative sum that rounds to zero is +0", "[reduction]") {
  Reduction how;
  how.accumulator.format = format_of("e4m3fn");
  CHECK(bits_of(computed(how, {-0x1p-11}, {1}, 0, Semantics::ieee754).sum) == 0);
}

TEST_CASE("a sum of ones stalls at 2048 in fp16, and does not in chunks", "[reduction]") {
  Reduction how;
  how.accumulator.format = format_of("fp16");
  how.outer = how.accumulator;
  const Values ones = repeated(4096, 1.0);
  const Expected stalled = computed(how, ones, ones, 0, Semantics::ieee754);
  CHECK(stalled.sum == 2048);
  CHECK(stalled.counters.accumulator[Counter::swamped] == 2048);
  CHECK(stalled.counters.accumulator[Counter::tie] == 2048);
  CHECK(stalled.counters.accumulator[Counter::total] == 4096);
  how.order = Order::chunked;
  how.chunk = 64;
  const Expected whole = computed(how, ones, ones, 0, Semantics::ieee754);
  CHECK(whole.sum == 4096);
  CHECK(whole.counters.accumulator[Counter::swamped] == 0);
  CHECK(whole.counters.accumulator[Counter::total] == 4096 + 64);
}

TEST_CASE("the outer projection acts on a single chunk too", "[reduction]") {
  Reduction how;
  how.order = Order::chunked;
  how.chunk = 100;
  how.outer.format = format_of("fp16");
  CHECK(computed(how, {1, 0x1p-20}, {1, 1}, 0, Semantics::ieee754).sum == 1);
  how.order = Order::sequential;
  CHECK(computed(how, {1, 0x1p-20}, {1, 1}, 0, Semantics::ieee754).sum == 1 + 0x1p-20);
}

TEST_CASE("an exact product is rounded with the sum, a rounded one before it", "[reduction]") {
  Reduction how;
  how.accumulator.format = format_of("fp16");
  const Values a{-1, 1 + 0x1p-10}, b{1, 1 - 0x1p-10};  // -1 + (1 - 2^-20)
  CHECK(computed(how, a, b, 0, Semantics::ieee754).sum == -0x1p-20);
  how.product = how.accumulator;
  CHECK(bits_of(computed(how, a, b, 0, Semantics::ieee754).sum) == 0);
}
