#pragma once
// Sums in binary64 itself, a panel of outputs at a time: what the definition asks for is there what the machine does.

#include <array>

#include "sim/ops/matmul.hpp"
#include "sim/ops/panel_factor.hpp"

namespace exmy {

/// Whether every rounding of a reduction is that of binary64 arithmetic: format fp64, to nearest even, unsaturated; products
/// exact or such too; order sequential, chunked or pairwise. Then a step is the machine's: fma(a, b, s), which rounds the
/// exact a b + s once, or s + a b with a b rounded. Zeros may get other signs on the way: no other number depends on
/// them, and a sum of zero is +0 in the end.
bool is_in_binary64(const Reduction& how);

/// One row of a times one panel of columns of b.
class Binary64Panels {
 public:
  Binary64Panels(const MatmulTask& task, bool counts)
      : task_(task), counts_(counts), b_(task.b, task.n, task.k) {}

  /// False if what should be counted cannot be (formats/kernels/kernels.hpp says when); then `counters` mean nothing.
  bool operator()(std::size_t row, std::size_t panel, double* sums, DotCounters& counters) const;

 private:
  const MatmulTask& task_;
  bool counts_;
  PanelFactor<double> b_;
};

}  // namespace exmy
