#pragma once
// The matrix products of a training step in plain binary32, and nothing else of it: less no step can do.

#include <cstddef>
#include <vector>

#include "sim/ops/operation_trace.hpp"

namespace exmy::bench {

/// Forward, and both gradients. Convolutions as products of patches that are there already; of attention all pairs, samples
/// and heads in one. Numbers are arbitrary.
class PlainProducts {
 public:
  explicit PlainProducts(const std::vector<TracedOperation>& operations);

  /// All of them by Eigen; `threads` share the rows of each.
  void run(int threads);
  /// Of all products.
  double multiply_adds() const;

 private:
  struct Product {
    std::size_t m, n, k;  ///< [m][k] times [k][n]
    std::size_t count = 1;
  };
  void add(const TracedOperation& operation);
  void run(const Product& product, int threads);

  std::vector<Product> products_;
  Elements<float> a_, b_, y_;
};

}  // namespace exmy::bench
