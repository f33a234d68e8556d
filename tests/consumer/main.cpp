#include <cstdio>

#include "formats/catalog.hpp"
#include "formats/functions/function.hpp"
#include "formats/operations/operation.hpp"

// exp(1) = 2.718281828... upward and downward in bf16 (8 bits: 2.71875, 2.703125); 1/3 by the standard's name.
int main() {
  using exmy::functions::Function;
  const exmy::Format bf16 = exmy::format_of("bf16");
  const double up = exmy::functions::apply(Function::exp, {bf16, exmy::Rounding::toward_positive}, 1).value;
  const double down = exmy::functions::apply(Function::exp, {bf16, exmy::Rounding::toward_negative}, 1).value;
  const exmy::Operation* divide = exmy::find_operation("Divide");
  if (divide == nullptr) return 1;
  const exmy::Outcome third = divide->project(*divide, {exmy::format_of("fp16")}, {{1, 3}}, 0);
  std::printf("%a %a %a %zu\n", up, down, third.value, exmy::operations().size());
  return up == 2.71875 && down == 2.703125 && third.value == 0x1.554p-2 ? 0 : 1;
}
