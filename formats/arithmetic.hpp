#pragma once
// Operations on values of any formats: the exact result, projected once.

#include "formats/project.hpp"

namespace exmy {

// x, y, z are values of any admissible formats (each is a binary64 value). `operands` is p3109 when any
// operand's format is; then, or when the result's format is, x/0 is NaN and every zero result is +0.
// x - x is +0, -0 under toward_negative. A NaN operand gives NaN; `nan_generated` when none was.
Outcome add(const Projection& how, double x, double y, std::uint32_t random = 0,
            Semantics operands = Semantics::ieee754);
Outcome sub(const Projection& how, double x, double y, std::uint32_t random = 0,
            Semantics operands = Semantics::ieee754);
Outcome mul(const Projection& how, double x, double y, std::uint32_t random = 0,
            Semantics operands = Semantics::ieee754);
Outcome div(const Projection& how, double x, double y, std::uint32_t random = 0,
            Semantics operands = Semantics::ieee754);
/// x y + z, rounded once. 0 x infinity is NaN whatever z is.
Outcome fma(const Projection& how, double x, double y, double z, std::uint32_t random = 0,
            Semantics operands = Semantics::ieee754);
/// x + y + z, rounded once. Infinities of both signs: NaN. A zero result is -0 if all three are -0;
/// otherwise, unless all are +0, it has the sign of x - x.
Outcome faa(const Projection& how, double x, double y, double z, std::uint32_t random = 0,
            Semantics operands = Semantics::ieee754);
Outcome sqrt(const Projection& how, double x, std::uint32_t random = 0,
             Semantics operands = Semantics::ieee754);
/// 1/x: of +-0 an exact infinity of its sign (NaN under p3109), of +-infinity a zero of its sign.
Outcome recip(const Projection& how, double x, std::uint32_t random = 0,
              Semantics operands = Semantics::ieee754);
/// sqrt(x^2 + y^2), +infinity where x or y is infinite, also when the other is NaN (IEEE 754-2019 9.2.1);
/// under p3109 a NaN operand always gives NaN. hypot of zeros is +0.
Outcome hypot(const Projection& how, double x, double y, std::uint32_t random = 0,
              Semantics operands = Semantics::ieee754);

// Scaled operands: the scale factors sx and sy are values too, of any format (a power of two, say), and
// take part like any other factor: 0 x infinity is NaN (and `invalid`), whatever the other product is.
/// x sx + y sy, rounded once.
Outcome add_scaled(const Projection& how, double x, double sx, double y, double sy, std::uint32_t random = 0,
                   Semantics operands = Semantics::ieee754);
/// x sx - y sy, rounded once.
Outcome sub_scaled(const Projection& how, double x, double sx, double y, double sy, std::uint32_t random = 0,
                   Semantics operands = Semantics::ieee754);
/// (x sx) (y sy), rounded once.
Outcome mul_scaled(const Projection& how, double x, double sx, double y, double sy, std::uint32_t random = 0,
                   Semantics operands = Semantics::ieee754);

/// An operand's own conversion: a value of any format into `how`.
Outcome convert(const Projection& how, double x, std::uint32_t random = 0,
                Semantics operands = Semantics::ieee754);
/// The tail of a function whose exact value is `exact`; `x` is its operand.
Outcome project_function(const Projection& how, const Exact& exact, double x, std::uint32_t random = 0,
                         Semantics operands = Semantics::ieee754);

/// What the tail of an operation has to know about its operands.
struct OperandFacts {
  bool any_nan;
  bool all_finite;
};
/// The tail of an operation that may drop a NaN operand (hypot, the extrema): one projection of `exact`.
/// `nan_generated` and `invalid` only when no operand was NaN.
Outcome project_selected(const Projection& how, const Exact& exact, const OperandFacts& operands,
                         std::uint32_t random, Semantics semantics);

}  // namespace exmy
