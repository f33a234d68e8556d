#include "formats/arithmetic.hpp"

#include "formats/binary64.hpp"

namespace exmy {
namespace {

ZeroSign zero_sign(const Projection& how) {
  return how.rounding == Rounding::toward_negative ? ZeroSign::negative : ZeroSign::positive;
}

struct Operands {
  bool any_nan;
  bool all_finite;
};

Operands look_at(double x, double y, double z = 0) {
  return {is_nan(x) || is_nan(y) || is_nan(z), is_finite(x) && is_finite(y) && is_finite(z)};
}

bool is_p3109(const Projection& how, Semantics operands) {
  return operands == Semantics::p3109 || how.format.semantics == Semantics::p3109;
}

/// The shared tail of every operation: one projection, then what only the operands can tell.
Outcome finish(const Projection& how, const Exact& exact, const Operands& operands, std::uint32_t random,
               Semantics semantics) {
  Outcome out = project(how, exact, random);
  if (exact.kind == Exact::Kind::nan && !operands.any_nan) {
    out.events.set(Event::invalid);
    out.events.set(Event::nan_generated, is_nan(out.value));
  }
  out.events.set(Event::infinite, exact.kind == Exact::Kind::infinite && operands.all_finite);
  if (out.value == 0 && is_p3109(how, semantics)) out.value = 0.0;
  return out;
}

}  // namespace

Outcome add(const Projection& how, double x, double y, std::uint32_t random, Semantics operands) {
  return finish(how, exact_add(x, y, zero_sign(how)), look_at(x, y), random, operands);
}

Outcome sub(const Projection& how, double x, double y, std::uint32_t random, Semantics operands) {
  return add(how, x, -y, random, operands);
}

Outcome mul(const Projection& how, double x, double y, std::uint32_t random, Semantics operands) {
  return finish(how, exact_mul(x, y), look_at(x, y), random, operands);
}

Outcome div(const Projection& how, double x, double y, std::uint32_t random, Semantics operands) {
  const bool undefined = y == 0 && is_p3109(how, operands);
  return finish(how, undefined ? Exact::nan() : exact_div(x, y), look_at(x, y), random, operands);
}

Outcome fma(const Projection& how, double x, double y, double z, std::uint32_t random, Semantics operands) {
  Outcome out = finish(how, exact_fma(x, y, z, zero_sign(how)), look_at(x, y, z), random, operands);
  const bool zero_times_infinity = (x == 0 && is_infinite(y)) || (is_infinite(x) && y == 0);
  out.events.set(Event::invalid, zero_times_infinity);
  return out;
}

Outcome sqrt(const Projection& how, double x, std::uint32_t random, Semantics operands) {
  return finish(how, exact_sqrt(x), look_at(x, 0), random, operands);
}

Outcome convert(const Projection& how, double x, std::uint32_t random, Semantics operands) {
  return finish(how, Exact::of(x), look_at(x, 0), random, operands);
}

Outcome project_function(const Projection& how, const Exact& exact, double x, std::uint32_t random,
                         Semantics operands) {
  return finish(how, exact, look_at(x, 0), random, operands);
}

}  // namespace exmy
