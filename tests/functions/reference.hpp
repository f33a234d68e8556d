#pragma once
// What the functions are, by MPFR and by formulas of their own, for tests of correct rounding. Shares the names
// of the functions with formats/functions and not one formula.

#include <cstdint>

#include "formats/functions/function.hpp"
#include "tests/support/rational.hpp"

namespace exmy::test {

/// A real number, cut toward zero to 100 significant bits. No boundary of a rounding to P <= 53 bits with up to
/// 32 random bits has more than 87.
struct Cut {
  enum class Kind { number, infinite, nan };
  Kind kind = Kind::number;
  bool negative = false;
  Uint128 significand = 0;  ///< 100 bits, or 0
  int exponent = 0;         ///< |x| in [2^exponent, 2^(exponent + 1))
  bool more = false;        ///< something follows

  /// A rational on the same side of every boundary.
  oracle::Real real() const;
  /// |x| cut to 64 bits, the last one set if something follows; 0 <= |x| < 2^16000.
  long double odd() const;
};

/// f(x). Where |f(x)| >= 2^2048 it counts as a little more than 2^2048, below 2^-2048 as 1.5 2^-2049.
Cut reference(functions::Function f, double x);
Cut reference(functions::Function2 f, double y, double x);

}  // namespace exmy::test
