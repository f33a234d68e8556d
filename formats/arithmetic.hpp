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
Outcome sqrt(const Projection& how, double x, std::uint32_t random = 0,
             Semantics operands = Semantics::ieee754);

/// An operand's own conversion: a value of any format into `how`.
Outcome convert(const Projection& how, double x, std::uint32_t random = 0,
                Semantics operands = Semantics::ieee754);
/// The tail of a function whose exact value is `exact`; `x` is its operand.
Outcome project_function(const Projection& how, const Exact& exact, double x, std::uint32_t random = 0,
                         Semantics operands = Semantics::ieee754);

}  // namespace exmy
