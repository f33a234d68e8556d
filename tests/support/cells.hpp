#pragma once
// The rational oracle, made fast enough for tens of millions of cases: in a small format the outcome of a
// deterministic projection only depends on which of some hundred cells of the number line the exact result
// lies in. A cell is a number at which something can change (a value of the format, a middle between two, a
// number that decides tininess) or the open interval between two such numbers. The rational oracle answers
// once for each cell.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/support/rational_oracle.hpp"

namespace exmy::oracle {

/// What an answer depends on besides the exact result.
struct OperandKinds {
  bool nan = false, infinite = false, zero_times_infinity = false;
  std::size_t index() const {
    return (nan ? 1u : 0u) + (infinite ? 2u : 0u) + (zero_times_infinity ? 4u : 0u);
  }
};

class Cells {
 public:
  /// A format of up to 8 bits or so, whose middles are binary64 numbers. `largest`: no exact result is
  /// beyond it. `operands`: p3109 if any operand's format has it.
  Cells(const Format& format, double largest, Semantics operands);

  /// The cell of a positive number x. `compare(t)`: negative, zero or positive like x - t.
  template <class Compare>
  std::size_t find(Compare compare) const {
    std::size_t low = 0, high = breakpoints_.size();  // x lies above breakpoint low - 1, not above `high`
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      const int side = compare(breakpoints_[middle]);
      if (side == 0) return 2 * middle + 1;
      (side < 0 ? high : low) = side < 0 ? middle : middle + 1;
    }
    return 2 * low;
  }
  std::size_t zero() const { return 2 * breakpoints_.size() + 1; }
  std::size_t infinity() const { return zero() + 1; }
  std::size_t nan() const { return zero() + 2; }

  const Answer& answer(std::size_t cell, bool negative, OperandKinds kinds, Rounding rounding,
                       Saturation saturation);
  const Model& model() const { return model_; }
  bool p3109() const { return p3109_; }

 private:
  Real representative(std::size_t cell, bool negative) const;

  Model model_;
  bool p3109_;
  std::vector<double> breakpoints_;
  std::vector<Answer> answers_;
  std::vector<bool> is_known_;
};

}  // namespace exmy::oracle
