#pragma once
// All values of a function on a narrow format, rounded to odd.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "formats/functions/look_up.hpp"
#include "formats/functions/spans.hpp"

namespace exmy::functions {

/// Numbers in the order of a table, and in binary16 where all are values of it: half the memory.
struct FloatResults {
  std::vector<float> numbers;
  std::vector<std::uint16_t> codes;
};

/// f at every value of an operand format of up to 16 bits, rounded to odd at 53 bits: one table for every
/// result format and mode that `serves(how, 53)` admits, among them every deterministic mode up to P = 51, N
/// = 16 up to P = 35 and N = 32 up to P = 19. At most 2^16 numbers and a few more, 0.75 MiB. Immutable.
class FunctionTable {
 public:
  /// Operand formats of up to 16 bits without numbers below 2^-1022 but subnormal ones.
  static bool exists_for(const Format& operand) { return operand.bits() <= 16 && operand.e_min() >= -1022; }

  /// Computes all values. REQUIRES exists_for(operand).
  FunctionTable(Function f, const Format& operand);

  /// odd[i] = f(x[i]); x are values of the operand format, each in any double (-0, infinities and NaN too,
  /// where the format has them). x and odd may be the same array. Another number gives that of a neighbour.
  void look_up(const double* x, double* odd, std::size_t n) const;

  /// Whether there are floats too: the operand format has binary32 values, NaNs less than 2^16.
  bool has_floats() const { return !floats_.empty(); }
  /// The same rounded to odd at 24 bits and to multiples of 2^-149; a finite one beyond binary32 is its maximum. A
  /// projection takes them for the values where P <= 22 (stochastic P + N <= 22), e_min - M >= -146, and |odd[i]| <
  /// 2^127 or infinite; NaN of an x that is none is not told apart. REQUIRES has_floats().
  void look_up(const float* x, float* odd, std::size_t n, const LookUp& level = functions::look_up()) const;

  /// P(f(x)) of every x, for projections without random numbers whose results are floats and that this table serves: with
  /// these, nothing is left to round. A NaN's value is that of the projection; nothing tells whose it was.
  FloatResults results(const Projection& how, Semantics operands = Semantics::ieee754) const;
  void look_up(const FloatResults& results, const float* x, float* q, std::size_t n,
               const LookUp& level = functions::look_up()) const;

  std::size_t bytes() const { return values_.size() * sizeof(double) + floats_.size() * sizeof(float); }

 private:
  std::size_t index_of(double x) const;
  void make_floats(const Format& operand);
  template <class F>
  std::vector<float> in_order(const F& number) const;

  // The magnitudes in order: below 2^e_min in steps of 2^(e_min - M), then by the top bits of the double;
  // then infinity. Negative ones follow.
  int shift_;            ///< 52 - M
  double smallest_;      ///< 2^e_min
  std::uint64_t base_;   ///< the top bits of 2^e_min
  std::uint64_t steps_;  ///< 2^M
  std::uint64_t last_ = 0;
  std::vector<double> values_;
  std::vector<float> floats_;
  FloatTable by_float_;
};

}  // namespace exmy::functions
