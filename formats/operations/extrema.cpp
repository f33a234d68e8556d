#include "formats/extrema.hpp"

#include "formats/arithmetic.hpp"
#include "formats/binary64.hpp"
#include "formats/operations/families.hpp"

namespace exmy {
namespace {

using Self = const Operation&;
using How = const Projection&;
using In = const Operands&;

/// A result that one of the operands decided.
Outcome project_choice(How how, double chosen, In x, int arity, std::uint32_t r) {
  OperandFacts facts{false, true};
  for (int i = 0; i < arity; ++i) {
    const double operand = x.values[static_cast<std::size_t>(i)];
    facts.any_nan = facts.any_nan || is_nan(operand);
    facts.all_finite = facts.all_finite && is_finite(operand);
  }
  return project_selected(how, Exact::of(chosen), facts, r, x.semantics);
}

Semantics semantics_of(How how, In x) {
  return how.format.semantics == Semantics::p3109 ? Semantics::p3109 : x.semantics;
}

Outcome project_negate(Self self, How how, In x, std::uint32_t r) {
  return project_choice(how, -x.values[0], x, self.arity, r);
}
Outcome project_abs(Self self, How how, In x, std::uint32_t r) {
  return project_choice(how, magnitude(x.values[0]), x, self.arity, r);
}
Outcome project_copy_sign(Self self, How how, In x, std::uint32_t r) {
  return project_choice(how, copy_sign(x.values[0], x.values[1], semantics_of(how, x)), x, self.arity, r);
}
Outcome project_extremum(Self self, How how, In x, std::uint32_t r) {
  const double chosen = extremum(static_cast<Extremum>(self.which), x.values[0], x.values[1]);
  return project_choice(how, chosen, x, self.arity, r);
}
Outcome project_clamp(Self self, How how, In x, std::uint32_t r) {
  return project_choice(how, clamp(x.values[0], x.values[1], x.values[2]), x, self.arity, r);
}

constexpr Operation row(std::string_view name, std::string_view p3109, std::string_view group,
                        Extremum which) {
  return {name,
          p3109,
          "Extrema",
          group,
          2,
          project_extremum,
          nullptr,
          ResultKind::value,
          static_cast<std::uint8_t>(which)};
}

constexpr std::array rows{
    Operation{"negate", "Negate", "Math", "sign", 1, project_negate},
    Operation{"abs", "Abs", "Math", "sign", 1, project_abs},
    Operation{"copy_sign", "CopySign", "Math", "sign", 2, project_copy_sign},
    row("minimum", "Minimum", "value", Extremum::minimum),
    row("maximum", "Maximum", "value", Extremum::maximum),
    row("minimum_number", "MinimumNumber", "value", Extremum::minimum_number),
    row("maximum_number", "MaximumNumber", "value", Extremum::maximum_number),
    row("minimum_finite", "MinimumFinite", "value", Extremum::minimum_finite),
    row("maximum_finite", "MaximumFinite", "value", Extremum::maximum_finite),
    row("minimum_magnitude", "MinimumMagnitude", "magnitude", Extremum::minimum_magnitude),
    row("maximum_magnitude", "MaximumMagnitude", "magnitude", Extremum::maximum_magnitude),
    row("minimum_magnitude_number", "MinimumMagnitudeNumber", "magnitude",
        Extremum::minimum_magnitude_number),
    row("maximum_magnitude_number", "MaximumMagnitudeNumber", "magnitude",
        Extremum::maximum_magnitude_number),
    Operation{"clamp", "Clamp", "Extrema", "bound", 3, project_clamp},
};

}  // namespace

std::span<const Operation> extrema_operations() { return rows; }

}  // namespace exmy
