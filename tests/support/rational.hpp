#pragma once
// Numbers of the test oracle: exact rationals with signed zeros, infinities and NaN. Shares no function with
// formats/.

#include <gmpxx.h>

#include <string>

#include "formats/exact.hpp"
#include "formats/format.hpp"
#include "tests/support/words.hpp"

namespace exmy::oracle {

/// A real number, an infinity or NaN, exactly; a zero has a sign.
struct Real {
  enum class Kind { number, infinite, nan };
  Kind kind = Kind::number;
  bool negative = false;
  mpq_class size{};  ///< |x| of a number

  bool is_number() const { return kind == Kind::number; }
  bool is_zero() const { return is_number() && size == 0; }
};

Real real_of(double x);
/// The double equal to x. Throws std::range_error where there is none. NaN: positive, quiet, payload 0.
double double_of(const Real& x);
/// x as `project` takes it: 128 leading bits and whether anything follows.
Exact exact_of(const Real& x);
/// 2^exponent.
mpq_class power_of_two(long exponent);
/// floor(log2 x), x > 0.
long floor_log2(const mpq_class& x);
/// floor(x), x >= 0.
mpz_class whole_part(const mpq_class& x);
/// hexadecimal numerator [/ odd denominator] p-exponent.
std::string text(const Real& x);

}  // namespace exmy::oracle
