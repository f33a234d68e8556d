#pragma once
// From an approximation to the number that `project` rounds.

#include "formats/exact.hpp"
#include "formats/functions/elementary.hpp"

namespace exmy::functions {

/// hi + lo, with the sticky bit where that is not the exact value. Rounded once this is faithful: right
/// unless a rounding boundary lies within 2^-90 of the value, which no format of up to 16 bits has (tested).
inline Exact exact_value(const Approximation& f) {
  Exact x = exact_add(f.value.hi, f.value.lo, ZeroSign::positive);
  if (f.exact && f.value.hi == 0) return Exact::of(f.value.hi);
  if (x.kind != Exact::Kind::finite) return x;
  x.exponent += f.exponent;
  x.sticky = x.sticky || !f.exact;
  return x;
}

}  // namespace exmy::functions
