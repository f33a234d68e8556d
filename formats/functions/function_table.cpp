#include "formats/functions/function_table.hpp"

#include <algorithm>
#include <bit>

#include "formats/arithmetic.hpp"
#include "formats/catalog.hpp"
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
  if (operand.e_min() >= -126 && operand.max_finite() < 0x1p128 && 2 * (last_ + 1) <= 0xffff)
    make_floats(operand);
}

namespace {

/// Rounded to odd by truncation: a float, or the odd one of its neighbours.
float odd_float(double x) {
  const double a = magnitude(x);
  if (is_nan(x) || is_infinite(x) || a == 0) return static_cast<float>(x);
  if (a >= 0x1p128) return static_cast<float>(with_sign(0x1.fffffep127, is_negative(x)));
  const double unit = pow2(std::max(parts_of(x).exponent - 23, -149));
  const double whole = static_cast<double>(static_cast<std::uint64_t>(a / unit)), down = whole * unit;
  const bool odd = (static_cast<std::uint64_t>(whole) & 1) != 0;
  return static_cast<float>(with_sign(down == a || odd ? down : down + unit, is_negative(x)));
}

}  // namespace

void FunctionTable::make_floats(const Format& operand) {
  FloatTable t;
  t.shift = 23 - operand.mantissa_bits;
  t.smallest = static_cast<float>(smallest_);
  t.base = std::bit_cast<std::uint32_t>(t.smallest) >> t.shift;
  t.steps = static_cast<std::uint32_t>(steps_);
  t.last = static_cast<std::uint32_t>(last_);
  t.by_bits = operand.e_min() == -126 && t.shift >= 16;
  t.by_code = operand.e_min() == -14 && operand.mantissa_bits == 10 && t.last == 0x7c00;
  t.negative = t.by_bits ? std::uint32_t{1} << (31 - t.shift) : t.by_code ? 0x8000 : t.last + 2;
  if (t.negative + t.last + 1 > 0xffff) return;
  by_float_ = t;
  floats_ = in_order([](double v) { return odd_float(v); });
}

template <class F>
std::vector<float> FunctionTable::in_order(const F& number) const {
  std::vector<float> all(2 * std::size_t{by_float_.negative}, number(nan64));
  for (std::size_t i = 0; i <= last_; ++i) {
    all[i] = number(values_[i]);
    all[by_float_.negative + i] = number(values_[last_ + 1 + i]);
  }
  return all;
}

namespace {

/// Of numbers that are all in binary16, or nothing.
std::vector<std::uint16_t> binary16_codes_of(const std::vector<float>& numbers) {
  const Format binary16 = format_of("fp16");
  std::vector<std::uint16_t> codes;
  for (const float number : numbers) {
    const std::optional<std::uint64_t> code = encode(binary16, static_cast<double>(number));
    if (!code) return {};
    codes.push_back(static_cast<std::uint16_t>(*code));
  }
  return codes;
}

}  // namespace

FloatResults FunctionTable::results(const Projection& how, Semantics operands) const {
  FloatResults r;
  r.numbers = in_order([&](double v) {
    return static_cast<float>(project_function(how, Exact::of(v), 0.0, 0, operands).value);
  });
  r.codes = binary16_codes_of(r.numbers);
  return r;
}

void FunctionTable::look_up(const double* x, double* odd, std::size_t n) const {
  for (std::size_t i = 0; i < n; ++i) odd[i] = is_nan(x[i]) ? nan64 : values_[index_of(x[i])];
}

void FunctionTable::look_up(const float* x, float* odd, std::size_t n, const LookUp& level) const {
  FloatTable table = by_float_;
  table.values = floats_.data();
  level.run(table, x, odd, n);
}

void FunctionTable::look_up(const FloatResults& results, const float* x, float* q, std::size_t n,
                            const LookUp& level) const {
  FloatTable table = by_float_;
  table.values = results.numbers.data();
  if (!results.codes.empty()) table.codes = results.codes.data();
  level.run(table, x, q, n);
}

}  // namespace exmy::functions
