#pragma once
// From an approximation to the number that `project` rounds.

#include <optional>

#include "formats/exact.hpp"
#include "formats/functions/elementary.hpp"

namespace exmy::functions {

/// hi + lo, with the sticky bit where that is not the exact value. Right unless a rounding boundary lies within
/// the error of the approximation, which `decided` finds out: results come from there or from MPFR.
inline Exact exact_value(const Approximation& f) {
  Exact x = exact_add(f.value.hi, f.value.lo, ZeroSign::positive);
  if (f.exact && f.value.hi == 0) return Exact::of(f.value.hi);
  if (x.kind != Exact::Kind::finite) return x;
  x.exponent += f.exponent;
  x.sticky = x.sticky || !f.exact;
  return x;
}

/// A finite value cut toward zero to its first `bits` significant bits, with a sticky bit for the rest; values
/// of at least 2^2048 become 2^2048, values below 2^-2048 become 2^-2049, both sticky. No format reaches
/// there, and no rounding needs to know more. Other kinds stay.
Exact truncated(const Exact& x, int bits);

/// Ziv's test: that number for f(x), if the whole interval of the approximation leads to the same one.
/// REQUIRES 1 <= bits <= 90.
std::optional<Exact> decided(const Approximation& f, int bits);

}  // namespace exmy::functions
