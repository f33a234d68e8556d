#include "formats/operations/operation.hpp"

#include <algorithm>
#include <vector>

#include "formats/functions/function.hpp"
#include "formats/operations/families.hpp"

namespace exmy {
namespace {

using Self = const Operation&;
using How = const Projection&;
using In = const Operands&;

Outcome project_function(Self self, How how, In x, std::uint32_t r) {
  return functions::apply(static_cast<functions::Function>(self.which), how, x.values[0], r, x.semantics);
}

Outcome project_function2(Self self, How how, In x, std::uint32_t r) {
  return functions::apply(static_cast<functions::Function2>(self.which), how, x.values[0], x.values[1], r,
                          x.semantics);
}

template <class F>
Operation row_of(const functions::Named<F>& f, int arity, Outcome (*project)(Self, How, In, std::uint32_t)) {
  const std::string_view category = f.p3109.empty() ? "" : "Math";
  return {f.name,
          f.p3109,
          category,
          f.group,
          arity,
          project,
          nullptr,
          ResultKind::value,
          static_cast<std::uint8_t>(f.function)};
}

std::vector<Operation> all_operations() {
  std::vector<Operation> all;
  for (const auto& family : {arithmetic_operations(), extrema_operations(), questions()})
    all.insert(all.end(), family.begin(), family.end());
  for (const auto& f : functions::named_functions()) all.push_back(row_of(f, 1, project_function));
  for (const auto& f : functions::named_functions2()) all.push_back(row_of(f, 2, project_function2));
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
