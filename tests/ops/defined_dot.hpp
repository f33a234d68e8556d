#pragma once
// Outputs of a product at one site, by the definition.

#include <string>
#include <vector>

#include "sim/ops/dot.hpp"
#include "sim/ops/reduction.hpp"

namespace exmy::test {

inline const DotPlace dot_place{"fc1", "dot", Pass::forward};
inline const Site dot_sums{dot_place.layer, dot_place.op, dot_place.pass, Role::accumulator};
constexpr std::uint64_t dot_seed = 3, dot_step = 2;

/// Of a[m][k] and b[k][n], one at a time; the sums draw at `dot_sums`. What it counts is of the outputs that were asked for.
template <class T>
class DefinedDot {
 public:
  DefinedDot(const Reduction& how, const Tensor<T>& a, const Tensor<T>& b)
      : how_(how), a_(a), b_(b), row_(a.columns()), column_(a.columns()) {}

  double output(std::size_t i, std::size_t j) {
    const std::size_t k = row_.size(), n = b_.columns();
    for (std::size_t l = 0; l < k; ++l) {
      row_[l] = static_cast<double>(a_.data[i * k + l]);
      column_[l] = static_cast<double>(b_.data[l * n + j]);
    }
    const RandomStream none(0, std::uint64_t{0}, 0);
    const DotRandom streams{none, {dot_seed, std::string("fc1/dot/forward/accumulator"), dot_step}, none};
    bool nan_lost = false;
    return reduce_by_definition(how_, row_.data(), column_.data(), k, i * n + j, streams, Semantics::ieee754,
                                &counters_, &nan_lost);
  }
  const Counters& sums() const { return counters_.accumulator.counters; }

 private:
  const Reduction& how_;
  const Tensor<T>&a_, &b_;
  std::vector<double> row_, column_;
  DotCounters counters_;
};

}  // namespace exmy::test
