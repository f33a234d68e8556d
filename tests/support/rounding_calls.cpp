#include "tests/support/rounding_calls.hpp"

namespace exmy::test {

bool stochastic(Rounding rounding) { return is_stochastic(rounding); }

bool away(Rounding rounding, bool negative, bool odd, Fraction v, std::uint32_t random, int n) {
  return rounds_away(rounding, negative, odd, v, random, n);
}

int kind(Fraction v) { return (v.is_zero() ? 1 : 0) + (v.is_half() ? 2 : 0) + (v.above_half() ? 4 : 0); }

std::uint64_t top(Fraction v, int n) { return v.top(n); }

std::uint64_t nearest(Fraction v, int n) { return v.nearest(n); }

Fraction unset() { return {}; }

}  // namespace exmy::test
