// Stochastic rounding: every random integer there is, against counts that are written out here.

#include <cmath>
#include <cstdint>
#include <string>

#include "formats/arithmetic.hpp"
#include "formats/catalog.hpp"
#include "formats/project.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;

constexpr Rounding modes[] = {Rounding::stochastic_a, Rounding::stochastic_b, Rounding::stochastic_c};

/// Of the 2^n random integers, how many send the fraction v = a / b away from zero: the definitions
/// floor(v 2^n) + R >= 2^n, floor(v 2^(n+1)) + 2R + 1 >= 2^(n+1), rne(v 2^n) + R >= 2^n, solved for R.
std::uint64_t count_of(Rounding mode, std::uint64_t a, std::uint64_t b, int n) {
  const std::uint64_t whole = (a << n) / b, rest = (a << n) % b;
  if (mode == Rounding::stochastic_a) return whole;
  if (mode == Rounding::stochastic_b) return ((a << (n + 1)) / b + 1) / 2;
  return whole + (2 * rest > b || (2 * rest == b && whole % 2 == 1) ? 1 : 0);
}

/// A place on a format's grid: `lower` and the distance to the next magnitude.
struct Place {
  const char* format;
  double lower, gap;
};

constexpr Place places[] = {
    {"fp16", 1, 0x1p-10}, {"fp16", 1023 * 0x1p-24, 0x1p-24},  // the last gap of the subnormals
    {"fp16", 0, 0x1p-24}, {"bf16", 0x1.fep99, 0x1p92},        // the next binade's first number
    {"e4m3fn", 416, 32},  {"e5m2", 0x1p-14, 0x1p-16},        {"e2m1fn", 3, 1},
    {"e2m1fn", 0, 0.5},   {"Binary8p4se", 0x1p-10, 0x1p-10}, {"Binary8p1uf", 4, 4},
};

constexpr std::uint64_t neither = ~std::uint64_t{0};

/// How many of the 2^n random integers send x to `upper`; the others must give `lower`, and come first.
template <class Round>
std::uint64_t ups(const Round& round, double lower, double upper, int n) {
  std::uint64_t count = 0;
  for (std::uint32_t random = 0; random < 1u << n; ++random) {
    const double q = round(random);
    if (q != upper && (q != lower || count != 0)) return neither;
    count += q == upper ? 1 : 0;
  }
  return count;
}

TEST_CASE("stochastic rounding has exactly the probabilities of its definition") {
  for (const Place& place : places)
    for (const Rounding mode : modes)
      for (int n = 1; n <= 8; ++n)
        for (std::uint64_t j = 0; j < 1024; j += 7) {
          const double x = place.lower + std::ldexp(static_cast<double>(j), -10) * place.gap;
          const double upper = place.lower + place.gap;
          const Projection how{format_of(place.format), mode, Saturation::none, n};
          INFO(place.format << " " << x << " N " << n);
          REQUIRE(ups([&](std::uint32_t r) { return project(how, x, r).value; }, place.lower, upper, n) ==
                  count_of(mode, j, 1024, n));
          if (!how.format.is_signed) continue;
          REQUIRE(ups([&](std::uint32_t r) { return -project(how, -x, r).value; }, place.lower, upper, n) ==
                  count_of(mode, j, 1024, n));
        }
}

// A quotient's fraction is no double: the exact one must decide.
TEST_CASE("stochastic rounding of a quotient has the probabilities of its exact value") {
  for (const Rounding mode : modes)
    for (int n = 1; n <= 8; ++n)
      for (std::uint64_t b = 3; b <= 25; b += 2)
        for (std::uint64_t a = 0; a < b; ++a) {
          const Projection how{format_of("fp16"), mode, Saturation::none, n};
          const auto x = static_cast<double>(1100 * b + a), y = static_cast<double>(b);
          INFO(a << "/" << b << " N " << n);
          REQUIRE(ups([&](std::uint32_t r) { return div(how, x, y, r).value; }, 1100, 1101, n) ==
                  count_of(mode, a, b, n));
        }
}

TEST_CASE("what lies far below a tie of v 2^N decides `stochastic_c`") {
  for (int n = 1; n <= 8; ++n)
    for (std::uint64_t k = 0; k < 1u << n; ++k) {
      const Projection how{format_of("fp16"), Rounding::stochastic_c, Saturation::none, n};
      const double x = 1 + std::ldexp(static_cast<double>(2 * k + 1), -11 - n);  // v 2^n = k + 1/2
      INFO("N " << n << " k " << k);
      CHECK(ups([&](std::uint32_t r) { return add(how, x, 0x1p-200, r).value; }, 1, 1 + 0x1p-10, n) == k + 1);
      CHECK(ups([&](std::uint32_t r) { return add(how, x, 0, r).value; }, 1, 1 + 0x1p-10, n) == k + k % 2);
      CHECK(ups([&](std::uint32_t r) { return add(how, x, -0x1p-200, r).value; }, 1, 1 + 0x1p-10, n) == k);
    }
}

/// The sum over all values of D discarded bits of (probability of going up - v), times 2^(D+N).
std::int64_t bias(Rounding mode, int discarded, int n, double sign) {
  const Projection how{format_of("bf16"), mode, Saturation::none, n};
  std::int64_t sum = 0;
  for (std::uint32_t j = 0; j < 1u << discarded; ++j) {
    const double x = sign * (1 + std::ldexp(j, -7 - discarded));
    for (std::uint32_t random = 0; random < 1u << n; ++random)
      sum += std::fabs(project(how, x, random).value) > 1 ? std::int64_t{1} << discarded : 0;
    sum -= std::int64_t{j} << n;
  }
  return sum;
}

// Item 5: A = 2^-(D+1) - 2^-(N+1), B = 2^-(D+1), C = 0 ulp.
TEST_CASE("acceptance 5: the bias of stochastic rounding with few random bits") {
  for (int discarded = 2; discarded <= 10; ++discarded)
    for (int n = 1; n < discarded; ++n)
      for (const double sign : {1.0, -1.0}) {
        INFO("D " << discarded << " N " << n);
        const double unit = std::ldexp(1.0, -2 * discarded - n);  // the mean of 2^D fractions
        const double a = std::ldexp(1.0, -discarded - 1), b = std::ldexp(1.0, -n - 1);
        CHECK(unit * static_cast<double>(bias(Rounding::stochastic_a, discarded, n, sign)) == a - b);
        CHECK(unit * static_cast<double>(bias(Rounding::stochastic_b, discarded, n, sign)) == a);
        CHECK(bias(Rounding::stochastic_c, discarded, n, sign) == 0);
      }
  const double unit = 0x1p-17;
  CHECK(unit * static_cast<double>(bias(Rounding::stochastic_a, 7, 3, 1)) == -5.859375e-2);
  CHECK(unit * static_cast<double>(bias(Rounding::stochastic_b, 7, 3, 1)) == 3.90625e-3);
}

TEST_CASE("the double before a power of two, stochastically: only R = 0 of `stochastic_a` keeps it down") {
  for (const char* name : {"fp32", "fp16", "bf16", "e5m2", "e4m3fn"})
    for (const int n : {1, 8, 16})
      for (const int k : {-3, 0, 5}) {
        const double power = std::ldexp(1.0, k), x = std::nextafter(power, 0.0);
        const Format f = format_of(name);
        const double before = power - std::ldexp(1.0, k - f.mantissa_bits - 1);
        for (const Rounding mode : modes)
          for (const std::uint32_t random : {0u, 1u, (1u << n) - 1}) {
            const bool down = mode == Rounding::stochastic_a && random == 0;
            INFO(name << " 2^" << k << " N " << n << " R " << random);
            CHECK(project({f, mode, Saturation::none, n}, x, random).value == (down ? before : power));
            CHECK(project({f, mode, Saturation::none, n}, -x, random).value == (down ? -before : -power));
          }
      }
}

}  // namespace
