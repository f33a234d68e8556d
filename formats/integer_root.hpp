#pragma once
// Roots of integers of 256 bits, for sqrt and hypot.

#include "formats/exact.hpp"

namespace exmy {

struct IntegerRoot {
  Uint128 root;
  bool inexact;
};

/// floor(sqrt(n) 2^-16) for n = high 2^128 + low, 2^252 <= n < 2^255: 110 to 112 bits; `inexact` unless that
/// is sqrt(n) 2^-16 itself.
IntegerRoot root_of(Uint128 high, Uint128 low);

}  // namespace exmy
