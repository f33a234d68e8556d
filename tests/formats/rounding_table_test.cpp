// The table of rounding against the table of numerics, written out: every mode, sign, parity and place, and
// every random integer of the stochastic modes by counting.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/rounding_calls.hpp"

namespace {

using namespace exmy;

constexpr std::uint64_t half = 0x8000'0000'0000'0000u;

/// From one neighbour to the other: 0; just above; around and at the middle; just below the other one.
const std::vector<Fraction> places{{0, false},
                                   {0, true},
                                   {1, false},
                                   {half - 1, true},
                                   {half, false},
                                   {half, true},
                                   {half + 1, false},
                                   {~std::uint64_t{0}, false},
                                   {~std::uint64_t{0}, true}};

std::string decisions(Rounding rounding, bool negative, bool odd) {
  std::string line;
  for (const Fraction& v : places) line += test::away(rounding, negative, odd, v, 0, 16) ? '^' : '.';
  return line;
}

/// A fraction count / 2^bits, and something more if sticky.
Fraction fraction(std::uint64_t count, int bits, bool sticky) { return {count << (64 - bits), sticky}; }

/// v 2^n to an integer: v = (count + (sticky ? 1/2 : 0)) / 2^(n + 3), in sixteenths of 2^-n.
std::uint64_t whole(std::uint64_t sixteenths) { return sixteenths / 16; }

std::uint64_t to_nearest(std::uint64_t sixteenths, bool ties_to_even) {
  const std::uint64_t down = whole(sixteenths), rest = sixteenths % 16;
  if (rest == 8) return ties_to_even ? down + down % 2 : down + 1;
  return rest > 8 ? down + 1 : down;
}

/// How many of the 2^n random integers move a magnitude up (numerics, projection): the largest ones.
std::uint64_t ways_up(Rounding rounding, std::uint64_t sixteenths) {
  if (rounding == Rounding::stochastic_a) return whole(sixteenths);
  return to_nearest(sixteenths, rounding == Rounding::stochastic_c);  // B: floor(v 2^n + 1/2)
}

}  // namespace

TEST_CASE("deterministic modes are the table of numerics", "[rounding_table]") {
  struct Row {
    Rounding rounding;
    const char *even, *odd, *negative_even, *negative_odd;  // of the neighbour nearer to zero
  };
  using enum Rounding;
  const char* const never = ".........";
  const char* const always = ".^^^^^^^^";
  for (const Row& row : {Row{nearest_even, ".....^^^^", "....^^^^^", ".....^^^^", "....^^^^^"},
                         {nearest_away, "....^^^^^", "....^^^^^", "....^^^^^", "....^^^^^"},
                         {toward_zero, never, never, never, never},
                         {toward_positive, always, always, never, never},
                         {toward_negative, never, never, always, always},
                         {to_odd, always, never, always, never}}) {
    INFO(static_cast<int>(row.rounding));
    CHECK(decisions(row.rounding, false, false) == row.even);
    CHECK(decisions(row.rounding, false, true) == row.odd);
    CHECK(decisions(row.rounding, true, false) == row.negative_even);
    CHECK(decisions(row.rounding, true, true) == row.negative_odd);
    CHECK_FALSE(test::stochastic(row.rounding));
  }
}

TEST_CASE("a stochastic mode moves up for exactly the random integers of its definition",
          "[rounding_table]") {
  std::string wrong;
  for (const Rounding rounding : {Rounding::stochastic_a, Rounding::stochastic_b, Rounding::stochastic_c}) {
    CHECK(test::stochastic(rounding));
    for (int n = 1; n <= 6; ++n) {
      const std::uint64_t one = std::uint64_t{1} << n;
      for (std::uint64_t sixteenths = 0; sixteenths < 16 * one; ++sixteenths) {
        const Fraction v = fraction(sixteenths / 2, n + 3, sixteenths % 2 != 0);
        const std::uint64_t ways = ways_up(rounding, sixteenths);
        for (std::uint32_t random = 0; random < one; ++random)
          for (const bool odd : {false, true})
            if (test::away(rounding, odd, odd, v, random, n) != (random >= one - ways))
              wrong += std::to_string(static_cast<int>(rounding)) + " N " + std::to_string(n) + " v " +
                       std::to_string(sixteenths) + " R " + std::to_string(random) + "\n";
      }
    }
  }
  CHECK(wrong.substr(0, 500) == "");
}

TEST_CASE("32 random bits reach the ends", "[rounding_table]") {
  const std::uint32_t last = ~std::uint32_t{0};
  const Fraction least = fraction(1, 32, false), below = fraction(1, 34, true),
                 middle = fraction(1, 33, false);
  CHECK(test::away(Rounding::stochastic_a, false, false, least, last, 32));
  CHECK_FALSE(test::away(Rounding::stochastic_a, false, false, least, last - 1, 32));
  CHECK_FALSE(test::away(Rounding::stochastic_a, false, false, middle, last, 32));
  CHECK(test::away(Rounding::stochastic_b, false, false, middle, last, 32));
  CHECK_FALSE(test::away(Rounding::stochastic_b, false, false, below, last, 32));
  CHECK_FALSE(test::away(Rounding::stochastic_c, false, false, middle, last, 32));
  CHECK(test::away(Rounding::stochastic_c, false, false, fraction(3, 33, false), last - 1, 32));
}

TEST_CASE("a fraction knows where the middle is", "[rounding_table]") {
  std::vector<int> kinds;
  for (const Fraction& v : places) kinds.push_back(test::kind(v));
  CHECK(kinds == std::vector<int>{1, 0, 0, 0, 2, 4, 4, 4, 4});
  CHECK(test::kind(test::unset()) == 1);
  for (int n = 1; n <= 63; ++n) {  // the last n bits of the integer are those of the number 2^n - 1
    const std::uint64_t ones = (std::uint64_t{1} << n) - 1;
    INFO(n);
    CHECK(test::top({~std::uint64_t{0}, true}, n) == ones);
    CHECK(test::nearest({~std::uint64_t{0}, true}, n) == ones + 1);
    CHECK(test::nearest({std::uint64_t{1} << (64 - n), false}, n) == 1);
    CHECK(test::nearest({std::uint64_t{1} << (63 - n), false}, n) == 0);
    CHECK(test::nearest({std::uint64_t{1} << (63 - n), true}, n) == 1);
    CHECK(test::nearest({std::uint64_t{3} << (63 - n), false}, n) == 2);
  }
}

TEST_CASE("a mode outside of the enumeration moves nothing", "[rounding_table]") {
  for (const bool sign : {false, true})
    CHECK_FALSE(test::away(static_cast<Rounding>(99), sign, sign, {half, true}, 65535, 16));
}
