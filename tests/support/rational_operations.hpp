#pragma once
// The exact results of operations on the oracle's numbers (numerics section 3), written after the text of
// IEEE 754-2019 and P3109. Shares no function with formats/.

#include <optional>
#include <span>
#include <string_view>

#include "tests/support/rational.hpp"

namespace exmy::oracle {

enum class Operation {
  convert,
  add,
  sub,
  mul,
  div,
  fma,
  faa,
  sqrt,
  recip,
  hypot,
  add_scaled,
  sub_scaled,
  mul_scaled,
  negate,
  abs,
  copy_sign,
  minimum,
  maximum,
  minimum_number,
  maximum_number,
  minimum_finite,
  maximum_finite,
  minimum_magnitude,
  maximum_magnitude,
  minimum_magnitude_number,
  maximum_magnitude_number,
  clamp
};

/// The operation of that name.
std::optional<Operation> operation_named(std::string_view name);

struct Rules {
  bool toward_negative = false;  ///< the rounding mode: an exact zero of a sum of opposite signs is -0
  bool p3109 = false;            ///< an operand or the result has that semantics
};

/// The exact result. Missing operands are not looked at. An irrational root is replaced by a rational that
/// lies on the same side of every number of up to 150 significant bits.
Real exact_result(Operation operation, const Rules& rules, std::span<const Real> x);
/// The same for up to three operands.
Real exact_result(Operation operation, bool toward_negative, bool p3109, const Real& x, const Real& y,
                  const Real& z);

/// 0 times infinity in a product that the operation is made of: invalid even if another operand is NaN.
bool has_zero_times_infinity(Operation operation, std::span<const Real> x);

}  // namespace exmy::oracle
