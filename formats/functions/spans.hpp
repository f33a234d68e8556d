#pragma once
// Functions of whole spans, rounded to odd: one projection of such a number is the correctly rounded result.

#include <cstddef>

#include "formats/binary64.hpp"
#include "formats/functions/function.hpp"

namespace exmy::functions {

// A value f(x) rounded to odd at `bits` bits: cut toward zero to its first `bits` significant bits; if
// anything was cut, the last bit is set. NaN, infinities, zeros and numbers of that many bits stay what they
// are. Projected once, in any rounding mode, it gives value and events of f(x) itself if `serves` says so.
// Outside of binary64's middle range a number of the right size stands in for the value:
// - |f(x)| >= 2^960: huge_odd with its sign. The projected value is right, and so are all events but
//   rounded_up, rounded_down and tie, inexact without overflow being impossible.
// - 0 < |f(x)| < 2^-1000: tiny_odd with its sign. Value and events are right, Outcome::exponent is not.

inline constexpr double huge_odd = 0x1.fffffffffffffp+959;
inline constexpr double tiny_odd = 0x1.0000000000001p-1001;
inline constexpr int most_odd_bits = 53;

constexpr bool is_huge(double odd) { return magnitude(odd) == huge_odd; }
constexpr bool is_tiny(double odd) { return magnitude(odd) == tiny_odd; }

/// Whether numbers rounded to odd at `bits` bits serve this projection: deciding_bits(how) <= bits, the
/// format's numbers are below 2^959, and its smallest one, 2^(e_min - M), is at least 2^-960, so that
/// tiny_odd is below every boundary of 32 random bits.
bool serves(const Projection& how, int bits);

/// The exact value in that form. REQUIRES 2 <= bits <= 53.
double rounded_to_odd(const Exact& x, int bits);

/// odd[i] = f(x[i]) rounded to odd at `bits` bits, 2 <= bits <= 53; x and odd may be the same array. x are
/// any doubles, specials as in function.hpp (rsqrt(0) is infinite: with p3109 semantics the caller makes it
/// NaN). Plain double arithmetic with a proven bound decides nearly all (first_stage/), exact_value the rest.
/// No bit depends on the instruction-set level. Throws nothing, but for what exact_value throws.
void to_odd(Function f, const double* x, double* odd, std::size_t n, int bits);

}  // namespace exmy::functions
