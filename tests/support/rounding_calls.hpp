#pragma once
// formats/rounding.hpp as functions of one small source, the only one to be compiled again for each mutant of
// that header (scripts/mutate).

#include <cstdint>

#include "formats/rounding.hpp"

namespace exmy::test {

bool stochastic(Rounding rounding);
bool away(Rounding rounding, bool negative, bool odd, Fraction v, std::uint32_t random, int n);

/// The predicates of a fraction: zero 1, half 2, above half 4.
int kind(Fraction v);
std::uint64_t top(Fraction v, int n);
std::uint64_t nearest(Fraction v, int n);
/// What a fraction is that nobody has set.
Fraction unset();

}  // namespace exmy::test
