// Sums in binary64 at every instruction-set level, against chains of scalar mul and fma of format fp64: every column,
// and every counter wherever the kernel says that it counted.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "formats/arithmetic.hpp"
#include "formats/catalog.hpp"
#include "tests/formats/kernels_support.hpp"

namespace {

using namespace exmy;
using test::Differences;
using test::Values;
using Random = exmy::test::SplitMix64;
constexpr std::size_t W = panel_width;
const Projection fp64{format_of("fp64")};

struct Answer {
  Values s;
  Counters product, sums;
};

bool stands(const Outcome& next, double old) { return is_finite(next.value) && next.value == old; }

double step(double a, double b, double s, Answer& answer) {
  const Outcome next = exmy::fma(fp64, a, b, s);
  answer.sums.add(next.events);
  const bool addend = a != 0 && b != 0 && is_finite(a) && is_finite(b);
  if (addend && stands(next, s)) ++answer.sums[Counter::swamped];
  return next.value;
}

Answer by_reference(bool rounds, std::size_t count, const Values& a, const Values& b, const Values& start) {
  Answer answer{start, {}, {}};
  for (std::size_t j = 0; j < W; ++j)
    for (std::size_t k = 0; k < count; ++k) {
      double& s = answer.s[j];
      if (!rounds) {
        s = step(a[k], b[k * W + j], s, answer);
        continue;
      }
      const Outcome t = mul(fp64, a[k], b[k * W + j]);
      answer.product.add(t.events);
      s = step(t.value, 1.0, s, answer);
    }
  return answer;
}

/// Short significands, so that sums and products meet ties; numbers beside powers of two; with `wild` anything.
double draw(Random& random, int spread, bool wild) {
  if (wild && random.below(40) == 0) return std::bit_cast<double>(random.bits());
  if (wild && random.below(200) == 0) return random.below(2) == 0 ? infinity64 : nan64;
  if (random.below(12) == 0) return random.below(2) == 0 ? 0.0 : -0.0;
  const int bits = random.below(2) == 0 ? 27 : random.below(2) == 0 ? 52 : 3;
  constexpr std::uint64_t all_ones = (std::uint64_t{1} << 52) - 1;
  std::uint64_t fraction = random.bits() & (~std::uint64_t{0} << (52 - bits)) & all_ones;
  if (random.below(6) == 0)
    fraction = std::array{std::uint64_t{0}, std::uint64_t{1}, all_ones}[random.below(3)];
  const auto range = static_cast<std::uint64_t>(2 * spread + 1);
  const std::uint64_t exponent = 1023 - static_cast<std::uint64_t>(spread) + random.below(range);
  return std::bit_cast<double>((random.bits() & (std::uint64_t{1} << 63)) | exponent << 52 | fraction);
}

/// Zero in all columns at times, so that what is outside the counted range is rare enough.
Values numbers(Random& random, std::size_t count, int spread, bool wild) {
  Values x(count);
  for (double& v : x) v = draw(random, spread, wild && random.below(30) == 0);
  return x;
}

double canonical(double x) { return is_nan(x) ? nan64 : x == 0 ? 0.0 : x; }

struct Seen {
  std::uint64_t counted = 0, left = 0;
};

void compare(Differences& d, const Kernels& k, bool rounds, std::size_t count, const Values& a,
             const Values& b, const Values& start, const Answer& want, Seen& seen) {
  const auto where = [&] { return std::string(k.isa) + (rounds ? " rounded products" : " exact products"); };
  Counters product, sums;
  Values counted = start, silent = start;
  const bool can_count =
      k.chain_binary64({rounds, &product, &sums}, a.data(), b.data(), count, counted.data());
  k.chain_binary64({rounds, nullptr, nullptr}, a.data(), b.data(), count, silent.data());
  for (std::size_t j = 0; j < W; ++j) {
    d.value(canonical(counted[j]), canonical(want.s[j]), where);
    d.value(canonical(silent[j]), canonical(want.s[j]), where);
  }
  ++(can_count ? seen.counted : seen.left);
  if (!can_count) return;
  d.counters(product, want.product, [&] { return where() + ", products"; });
  d.counters(sums, want.sums, [&] { return where() + ", sums"; });
}

}  // namespace

TEST_CASE("binary64 panels equal chains of scalar steps", "[kernels]") {
  Differences d;
  Random random(64);
  Seen seen;
  for (int i = 0; i < 1500; ++i) {
    const bool rounds = i % 2 == 0;
    const std::size_t count = random.below(14);
    const int spread = std::array{0, 2, 27, 60, 440, 500}[random.below(6)];
    const bool wild = random.below(3) == 0;
    const Values a = numbers(random, count, spread, wild), start(W, 0.0);
    Values b = numbers(random, count * W, spread, wild);
    if (random.below(3) == 0)  // what was added goes away again
      for (std::size_t j = W; j < b.size(); ++j)
        if (j / W % 2 == 1) b[j] = a[j / W] == 0 ? b[j] : -b[j - W];
    const Answer want = by_reference(rounds, count, a, b, start);
    for (const Kernels* k : test::levels_of_this_machine())
      compare(d, *k, rounds, count, a, b, start, want, seen);
  }
  d.check(300'000);
  CHECK(seen.counted > 2 * seen.left);
  CHECK(3 * seen.left > 100 * test::levels_of_this_machine().size());
}

TEST_CASE("binary64 sums of two panels equal scalar sums", "[kernels]") {
  Differences d;
  Random random(65);
  for (int i = 0; i < 400; ++i) {
    const int spread = std::array{1, 30, 54, 300}[random.below(4)];
    const Values x = numbers(random, W, spread, false), old = numbers(random, W, spread, false);
    const bool both = i % 2 == 0;
    Values want = old;
    Counters wanted;
    for (std::size_t j = 0; j < W; ++j) {
      const Outcome sum = add(fp64, old[j], x[j]);
      wanted.add(sum.events);
      const bool lost_x = x[j] != 0 && stands(sum, old[j]), lost_old = old[j] != 0 && stands(sum, x[j]);
      wanted[Counter::swamped] += lost_x || (both && lost_old) ? 1 : 0;
      want[j] = sum.value;
    }
    for (const Kernels* k : test::levels_of_this_machine()) {
      Values s = old;
      Counters counters;
      const auto where = [&] { return std::string("add ") + k->isa; };
      d.expect(k->add_binary64(x.data(), s.data(), both, &counters), where);
      for (std::size_t j = 0; j < W; ++j) d.value(canonical(s[j]), canonical(want[j]), where);
      d.counters(counters, wanted, where);
      s = old;
      k->add_binary64(x.data(), s.data(), both, nullptr);
      for (std::size_t j = 0; j < W; ++j) d.value(canonical(s[j]), canonical(want[j]), where);
    }
  }
  d.check(50'000);
}

TEST_CASE("what binary64 panels cannot count they say", "[kernels]") {
  for (const Kernels* k : test::levels_of_this_machine()) {
    const auto counts = [&](bool rounds, double a, double b) {
      Counters product, sums;
      Values s(W), panel(W, 1.0);
      panel[5] = b;
      const bool can = k->chain_binary64({rounds, &product, &sums}, &a, panel.data(), 1, s.data());
      CHECK(k->chain_binary64({rounds, nullptr, nullptr}, &a, panel.data(), 1, s.data()));
      return can;
    };
    for (const bool rounds : {false, true}) {
      CHECK(counts(rounds, 0x1p-450, 0x1p-450));
      CHECK_FALSE(counts(rounds, 0x1p-450, 0x1p-451));
      CHECK_FALSE(counts(rounds, 0x1p-600, 0x1p-600));  // the product is rounded to 0
      CHECK(counts(rounds, 0, infinity64) == false);
      CHECK(counts(rounds, 0, 0x1p-1074));
      CHECK(counts(rounds, 0x1p500, 0x1p500));
      CHECK_FALSE(counts(rounds, 0x1p500, 0x1p501));
      CHECK_FALSE(counts(rounds, 0x1p512, 0x1p512));
      CHECK_FALSE(counts(rounds, nan64, 1));
    }
  }
}
