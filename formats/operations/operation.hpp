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

/// What an operation's result is.
enum class ResultKind : std::uint8_t {
  value,         ///< a value of the result's format (`project`)
  truth,         ///< 0 or 1 (`ask`)
  number_class,  ///< a NumberClass (`ask`; classify.hpp)
  code           ///< a code of the operand's format (`ask`)
};

/// One row of the table. Exactly one of `project` and `ask` is set; `ask` exactly where `result` is no value.
struct Operation {
  std::string_view name;   ///< ours: `add`
  std::string_view p3109;  ///< the standard's (`Add`); empty where it has none
  std::string_view
      category;            ///< the standard's list of operations: `Math`, `Extrema` ...; empty if not there
  std::string_view group;  ///< within it: `arithmetic`, `explog` ...; else our own word
  int arity = 1;           ///< 1..4

  /// A number: the exact result, projected once. Any formats in, any format out.
  Outcome (*project)(const Operation& self, const Projection& how, const Operands& x,
                     std::uint32_t random) = nullptr;
  /// No number, no flags: see `result`. `format` is the (first) operand's; those with two operands look at
  /// the values only, whose formats may differ.
  std::uint64_t (*ask)(const Operation& self, const Format& format, const Operands& x) = nullptr;
  ResultKind result = ResultKind::value;
  std::uint8_t which = 0;  ///< the row's own number within its family
};

/// All of them, by group.
std::span<const Operation> operations();

/// The operation of that name (ours or the standard's), or null.
const Operation* find_operation(std::string_view name);

}  // namespace exmy
