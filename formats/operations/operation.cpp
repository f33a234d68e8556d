#include "formats/operations/operation.hpp"

#include <algorithm>
#include <vector>

#include "formats/arithmetic.hpp"
#include "formats/functions/function.hpp"

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
Outcome project_sqrt(Self, How how, In x, std::uint32_t r) { return sqrt(how, x.values[0], r, x.semantics); }

Outcome project_function(Self self, How how, In x, std::uint32_t r) {
  return functions::apply(static_cast<functions::Function>(self.which), how, x.values[0], r, x.semantics);
}

Outcome project_function2(Self self, How how, In x, std::uint32_t r) {
  return functions::apply(static_cast<functions::Function2>(self.which), how, x.values[0], x.values[1], r,
                          x.semantics);
}

constexpr std::array arithmetic{
    Operation{"convert", "Convert", "Conversion", 1, project_convert},
    Operation{"add", "Add", "arithmetic", 2, project_add},
    Operation{"sub", "Subtract", "arithmetic", 2, project_sub},
    Operation{"mul", "Multiply", "arithmetic", 2, project_mul},
    Operation{"div", "Divide", "arithmetic", 2, project_div},
    Operation{"fma", "FMA", "arithmetic", 3, project_fma},
    Operation{"sqrt", "Sqrt", "arithmetic", 1, project_sqrt},
};

std::vector<Operation> all_operations() {
  std::vector<Operation> all(arithmetic.begin(), arithmetic.end());
  for (const functions::NamedFunction& f : functions::named_functions())
    all.push_back(
        {f.name, f.p3109, f.group, 1, project_function, nullptr, static_cast<std::uint8_t>(f.function)});
  for (const functions::NamedFunction2& f : functions::named_functions2())
    all.push_back(
        {f.name, f.p3109, f.group, 2, project_function2, nullptr, static_cast<std::uint8_t>(f.function)});
  return all;
}

}  // namespace

std::span<const Operation> operations() {
  static const std::vector<Operation> all = all_operations();
  return all;
}

const Operation* find_operation(std::string_view name) {
  const auto all = operations();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Operation& o) {
    return o.name == name || (!o.p3109.empty() && o.p3109 == name);
  });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace exmy
