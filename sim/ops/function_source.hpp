#pragma once
// Values of a function, ready for one projection.

#include <cstddef>
#include <optional>

#include "formats/functions/function_table.hpp"

namespace exmy {

/// The table of f on an operand format of up to 16 bits, built once per process and kept until its end; null
/// for formats without one, and until elements enough have been asked for to make up for building it (as many
/// as the format has codes). `count`: how many are asked for now. The values are the same either way.
/// Thread-safe.
const functions::FunctionTable* function_table(functions::Function f, const Format& operand,
                                               std::size_t count);

/// f at the elements of a tensor, rounded to odd, from a table or a span.
class FunctionSource {
 public:
  /// Nothing if such values do not serve the projection: the caller takes functions::apply. `operand`: the
  /// format of the elements, or null for a number; `count`: of elements.
  static std::optional<FunctionSource> of(functions::Function f, const Projection& how, Semantics semantics,
                                          const Format* operand, std::size_t count);

  /// odd[i] = f(x[i]), as in formats/functions/spans.hpp.
  void values(const double* x, double* odd, std::size_t n) const;

 private:
  FunctionSource(functions::Function f, int bits, const functions::FunctionTable* table)
      : f_(f), bits_(bits), table_(table) {}

  functions::Function f_;
  int bits_;
  const functions::FunctionTable* table_;
};

}  // namespace exmy
