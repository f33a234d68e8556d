#include "formats/arithmetic.hpp"

#include "formats/operations/families.hpp"

namespace exmy {
namespace {

using Self = const Operation&;
using How = const Projection&;
using In = const Operands&;

Outcome project_convert(Self, How how, In x, std::uint32_t r) {
  return convert(how, x.values[0], r, x.semantics);
}
Outcome project_add(Self, How how, In x, std::uint32_t r) {
  return add(how, x.values[0], x.values[1], r, x.semantics);
}
Outcome project_sub(Self, How how, In x, std::uint32_t r) {
  return sub(how, x.values[0], x.values[1], r, x.semantics);
}
Outcome project_mul(Self, How how, In x, std::uint32_t r) {
  return mul(how, x.values[0], x.values[1], r, x.semantics);
}
Outcome project_div(Self, How how, In x, std::uint32_t r) {
  return div(how, x.values[0], x.values[1], r, x.semantics);
}
Outcome project_fma(Self, How how, In x, std::uint32_t r) {
  return fma(how, x.values[0], x.values[1], x.values[2], r, x.semantics);
}
Outcome project_faa(Self, How how, In x, std::uint32_t r) {
  return faa(how, x.values[0], x.values[1], x.values[2], r, x.semantics);
}
Outcome project_sqrt(Self, How how, In x, std::uint32_t r) { return sqrt(how, x.values[0], r, x.semantics); }
Outcome project_recip(Self, How how, In x, std::uint32_t r) {
  return recip(how, x.values[0], r, x.semantics);
}
Outcome project_hypot(Self, How how, In x, std::uint32_t r) {
  return hypot(how, x.values[0], x.values[1], r, x.semantics);
}
Outcome project_add_scaled(Self, How how, In x, std::uint32_t r) {
  return add_scaled(how, x.values[0], x.values[1], x.values[2], x.values[3], r, x.semantics);
}
Outcome project_sub_scaled(Self, How how, In x, std::uint32_t r) {
  return sub_scaled(how, x.values[0], x.values[1], x.values[2], x.values[3], r, x.semantics);
}
Outcome project_mul_scaled(Self, How how, In x, std::uint32_t r) {
  return mul_scaled(how, x.values[0], x.values[1], x.values[2], x.values[3], r, x.semantics);
}

constexpr std::array rows{
    Operation{"convert", "Convert", "Conversion", "Conversion", 1, project_convert},
    Operation{"add", "Add", "Math", "arithmetic", 2, project_add},
    Operation{"sub", "Subtract", "Math", "arithmetic", 2, project_sub},
    Operation{"mul", "Multiply", "Math", "arithmetic", 2, project_mul},
    Operation{"div", "Divide", "Math", "arithmetic", 2, project_div},
    Operation{"fma", "FMA", "Math", "arithmetic", 3, project_fma},
    Operation{"faa", "FAA", "Math", "arithmetic", 3, project_faa},
    Operation{"sqrt", "Sqrt", "Math", "arithmetic", 1, project_sqrt},
    Operation{"recip", "Recip", "Math", "arithmetic", 1, project_recip},
    Operation{"hypot", "Hypot", "Math", "arithmetic", 2, project_hypot},
    Operation{"add_scaled", "", "", "scaled", 4, project_add_scaled},
    Operation{"sub_scaled", "", "", "scaled", 4, project_sub_scaled},
    Operation{"mul_scaled", "", "", "scaled", 4, project_mul_scaled},
};

}  // namespace

std::span<const Operation> arithmetic_operations() { return rows; }

}  // namespace exmy
