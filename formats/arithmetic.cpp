#include "formats/arithmetic.hpp"

#include "formats/binary64.hpp"

namespace exmy {
namespace {

ZeroSign zero_sign(const Projection& how) {
  return how.rounding == Rounding::toward_negative ? ZeroSign::negative : ZeroSign::positive;
}

OperandFacts look_at(double x, double y, double z = 0) {
  return {is_nan(x) || is_nan(y) || is_nan(z), is_finite(x) && is_finite(y) && is_finite(z)};
}

OperandFacts look_at(double x, double sx, double y, double sy) {
  const OperandFacts a = look_at(x, sx);
  const OperandFacts b = look_at(y, sy);
  return {a.any_nan || b.any_nan, a.all_finite && b.all_finite};
}

bool is_zero_times_infinity(double x, double y) {
  return (x == 0 && is_infinite(y)) || (is_infinite(x) && y == 0);
}

bool is_p3109(const Projection& how, Semantics operands) {
  return operands == Semantics::p3109 || how.format.semantics == Semantics::p3109;
}

/// The shared tail of every operation: one projection, then what only the operands can tell.
Outcome finish(const Projection& how, const Exact& exact, const OperandFacts& operands, std::uint32_t random,
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
  out.events.set(Event::invalid, is_zero_times_infinity(x, y));
  return out;
}

Outcome faa(const Projection& how, double x, double y, double z, std::uint32_t random, Semantics operands) {
  return finish(how, exact_faa(x, y, z, zero_sign(how)), look_at(x, y, z), random, operands);
}

Outcome sqrt(const Projection& how, double x, std::uint32_t random, Semantics operands) {
  return finish(how, exact_sqrt(x), look_at(x, 0), random, operands);
}

Outcome recip(const Projection& how, double x, std::uint32_t random, Semantics operands) {
  return div(how, 1.0, x, random, operands);
}

Outcome hypot(const Projection& how, double x, double y, std::uint32_t random, Semantics operands) {
  const bool undefined = is_p3109(how, operands) && (is_nan(x) || is_nan(y));
  return project_selected(how, undefined ? Exact::nan() : exact_hypot(x, y), look_at(x, y), random, operands);
}

Outcome add_scaled(const Projection& how, double x, double sx, double y, double sy, std::uint32_t random,
                   Semantics operands) {
  const Exact exact = exact_add_scaled(x, sx, y, sy, zero_sign(how));
  Outcome out = finish(how, exact, look_at(x, sx, y, sy), random, operands);
  out.events.set(Event::invalid, is_zero_times_infinity(x, sx) || is_zero_times_infinity(y, sy));
  return out;
}

Outcome sub_scaled(const Projection& how, double x, double sx, double y, double sy, std::uint32_t random,
                   Semantics operands) {
  return add_scaled(how, x, sx, -y, sy, random, operands);
}

Outcome mul_scaled(const Projection& how, double x, double sx, double y, double sy, std::uint32_t random,
                   Semantics operands) {
  Outcome out = finish(how, exact_mul_scaled(x, sx, y, sy), look_at(x, sx, y, sy), random, operands);
  out.events.set(Event::invalid, is_zero_times_infinity(x, sx) || is_zero_times_infinity(y, sy));
  return out;
}

Outcome convert(const Projection& how, double x, std::uint32_t random, Semantics operands) {
  return finish(how, Exact::of(x), look_at(x, 0), random, operands);
}

Outcome project_function(const Projection& how, const Exact& exact, double x, std::uint32_t random,
                         Semantics operands) {
  return finish(how, exact, look_at(x, 0), random, operands);
}

Outcome project_selected(const Projection& how, const Exact& exact, const OperandFacts& operands,
                         std::uint32_t random, Semantics semantics) {
  Outcome out = finish(how, exact, operands, random, semantics);
  if (operands.any_nan) out.events.clear(Event::nan_generated);
  return out;
}

}  // namespace exmy
