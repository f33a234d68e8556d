// Operations of the second implementation, and the flags of IEEE 754.

#include "sim/verify/second.hpp"

namespace exmy::second {
namespace {

/// The operands with what their formats and the result's say.
struct Case {
  Number x, y, z;
  bool p3109;
  bool downward;
};

Number exact(Operation operation, const Case& c) {
  Number minus_y = c.y;
  minus_y.negative = !c.y.negative;
  switch (operation) {
    case Operation::convert: return c.x;
    case Operation::add: return sum(c.x, c.y, c.downward);
    case Operation::sub: return sum(c.x, minus_y, c.downward);
    case Operation::mul: return product(c.x, c.y);
    case Operation::div: return c.p3109 && c.y.is_zero() ? nan() : quotient(c.x, c.y);
    case Operation::fma: return sum(product(c.x, c.y), c.z, c.downward);
    case Operation::sqrt: return square_root(c.x);
  }
  return nan();
}

bool is_zero_times_infinity(const Number& x, const Number& y) {
  return x.is_zero() && y.kind == Number::Kind::infinite;
}

}  // namespace

std::uint8_t flags_of(std::uint32_t events) {
  const auto any = [&](std::uint32_t mask) { return (events & mask) != 0; };
  return static_cast<std::uint8_t>((any(bit(Event::inexact) | bit(Event::beyond)) ? flag_inexact : 0) |
                                   (any(bit(Event::underflow_inexact)) ? flag_underflow : 0) |
                                   (any(bit(Event::beyond)) ? flag_overflow : 0) |
                                   (any(bit(Event::infinite)) ? flag_infinite : 0) |
                                   (any(bit(Event::invalid) | bit(Event::nan_generated)) ? flag_invalid : 0));
}

Result operate(const Model& model, const Projection& how, Operation operation, double x, double y, double z,
               std::uint32_t random, bool p3109) {
  const bool all_p3109 = p3109 || how.format.semantics == Semantics::p3109;
  const bool unary = operation == Operation::convert || operation == Operation::sqrt;
  const Case c{number_of(x), unary ? zero(false) : number_of(y),
               operation == Operation::fma ? number_of(z) : zero(false), all_p3109,
               how.rounding == Rounding::toward_negative};
  const Number r = exact(operation, c);
  Result result = model.project(how, r, random);
  const auto any = [&](Number::Kind kind) {
    return c.x.kind == kind || c.y.kind == kind || c.z.kind == kind;
  };
  const bool nan_operand = any(Number::Kind::nan);
  if (r.kind == Number::Kind::nan && !nan_operand) {
    result.events |= bit(Event::invalid);
    if (how.format.nan != NanCodes::none) result.events |= bit(Event::nan_generated);
  }
  if (operation == Operation::fma && (is_zero_times_infinity(c.x, c.y) || is_zero_times_infinity(c.y, c.x)))
    result.events |= bit(Event::invalid);
  if (r.kind == Number::Kind::infinite && !nan_operand && !any(Number::Kind::infinite))
    result.events |= bit(Event::infinite);
  if (all_p3109 && number_of(result.value).is_zero()) result.value = 0.0;
  result.flags = flags_of(result.events);
  return result;
}

}  // namespace exmy::second
