#pragma once
// Exact numbers of the second implementation: sign, integer, power of two. Written apart from formats/: of
// that folder the second implementation uses the plain data types and not one function.

#include <cstdint>

namespace exmy::second {

__extension__ typedef unsigned __int128 U128;

/// magnitude = (whole + t) 2^scale, 0 < t < 1 if `more`, else t = 0. Of a number with `more` the top bit of
/// `whole` is set, which leaves 127 - 52 = 75 bits behind the last bit of any format: more than the 33 that a
/// stochastic mode looks at.
struct Number {
  enum class Kind : std::uint8_t { number, infinite, nan };
  Kind kind = Kind::number;
  bool negative = false;
  U128 whole = 0;  ///< 0: a zero with that sign
  int scale = 0;
  bool more = false;

  bool is_zero() const { return kind == Kind::number && whole == 0; }
};

Number nan();
Number infinity(bool negative);
Number zero(bool negative);

Number number_of(double x);
/// The double equal to whole 2^scale, which must be one (whole has at most 53 significant bits).
double double_of(bool negative, std::uint64_t whole, int scale);
double double_of_infinity(bool negative);
double double_of_nan();

/// Bits of x without leading zeros; 0 for 0.
int length_of(U128 x);

// Exact results by the rules of IEEE 754-2019. `downward`: the zero of a cancelled sum is -0.
Number sum(const Number& x, const Number& y, bool downward);  ///< of products or doubles: no `more`
Number product(const Number& x, const Number& y);             ///< of doubles
Number quotient(const Number& x, const Number& y);            ///< of doubles
Number square_root(const Number& x);                          ///< of a double

}  // namespace exmy::second
