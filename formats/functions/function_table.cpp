#include "formats/functions/function_table.hpp"

#include "formats/codec.hpp"

namespace exmy::functions {

/// A subnormal x is moved to x + 2^e_min, where its steps are those of the binade.
std::size_t FunctionTable::index_of(double x) const {
  const double a = magnitude(x);
  const bool normal = a >= smallest_;
  const double moved = normal ? a : a + smallest_;
  const std::uint64_t place = (bits_of(moved) >> shift_) - base_ + (normal ? steps_ : 0);
  const std::uint64_t within = place < last_ ? place : last_;
  return within + (is_negative(x) ? last_ + 1 : 0);
}

FunctionTable::FunctionTable(Function f, const Format& operand)
    : shift_(52 - operand.mantissa_bits),
      smallest_(pow2(operand.e_min())),
      base_(bits_of(smallest_) >> shift_),
      steps_(std::uint64_t{1} << operand.mantissa_bits) {
  last_ = ~std::uint64_t{0} >> 2;
  last_ = index_of(operand.max_finite()) + 1;
  std::vector<double> x(2 * (last_ + 1), nan64);
  for (std::uint64_t code = 0; code >> operand.bits() == 0; ++code) {
    const double value = decode(operand, code);
    if (!is_nan(value)) x[index_of(value)] = value;
  }
  values_.resize(x.size());
  to_odd(f, x.data(), values_.data(), x.size(), most_odd_bits);
}

void FunctionTable::look_up(const double* x, double* odd, std::size_t n) const {
  for (std::size_t i = 0; i < n; ++i) odd[i] = is_nan(x[i]) ? nan64 : values_[index_of(x[i])];
}

}  // namespace exmy::functions
