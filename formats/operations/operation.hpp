#pragma once
// Every operation by name: what commands, the declaration, the self-check and tests choose from.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "formats/project.hpp"

namespace exmy {

/// The values that an operation is given, in order; those that it does not have are 0.
struct Operands {
  std::array<double, 4> values{};
  Semantics semantics = Semantics::ieee754;  ///< p3109 when any operand's format has it
};

/// One row of the table. Exactly one of `project` and `ask` is set.
struct Operation {
  std::string_view name;   ///< ours: `add`
  std::string_view p3109;  ///< the standard's (`Add`); empty where it has none
  std::string_view group;  ///< the standard's, as in its list of operations: `arithmetic`, `explog` ...
  int arity = 1;           ///< 1..4

  /// A number: the exact result, projected once. Any formats in, any format out.
  Outcome (*project)(const Operation& self, const Projection& how, const Operands& x,
                     std::uint32_t random) = nullptr;
  /// No number: a truth value (0, 1), a class, or a neighbour's code. All operands have the format.
  std::uint64_t (*ask)(const Operation& self, const Format& format, const Operands& x) = nullptr;
  std::uint8_t which = 0;  ///< a function's own number
};

/// All of them, by group.
std::span<const Operation> operations();

/// The operation of that name (ours or the standard's), or null.
const Operation* find_operation(std::string_view name);

}  // namespace exmy
