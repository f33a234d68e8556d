#pragma once
// A matrix product as the simulator computes it: bounds of the operands, the analyser's choice, packing, tiles; and by
// the definition.

#include <cstddef>
#include <string>
#include <vector>

#include "sim/ops/matmul.hpp"
#include "sim/ops/order_product.hpp"
#include "sim/ops/strip_product.hpp"
#include "sim/ops/tile_product.hpp"

namespace exmy::bench {

/// y[m][n] = a[m][k] b[k][n].
struct Extents {
  std::size_t m, n, k;
  double multiply_adds() const {
    return static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
  }
};

/// A reduction of operands in one format, up to `largest` in magnitude.
struct ProductCase {
  Reduction how;
  Format operands;
  double largest;
};

class Product {
 public:
  Product(const ProductCase& what, const Extents& extents, bool counts);

  /// Keeps result and counters of the last run.
  void run();
  /// Runs, and compares values and counters with the definition.
  std::string difference();
  const std::string& chosen() const { return chosen_; }
  const float* a() const { return a_.data(); }
  const float* b() const { return b_.data(); }
  const Extents& extents() const { return extents_; }

 private:
  FactorFacts facts_of(const std::vector<float>& x, bool ranges) const;
  bool run_tiles();
  bool run_orders();
  bool run_strips(const FactorFacts& a, const FactorFacts& b, const FloatMatrix& left,
                  const FloatMatrix& right);
  MatmulTask task() const;

  ProductCase what_;
  DotRandom random_{{1, "product", 0}, {1, "accumulator", 0}, {1, "outer", 0}};
  Extents extents_;
  bool counts_;
  std::vector<float> a_, b_;
  std::vector<double> y_;  ///< of the other path
  TileProduct tiles_;
  std::optional<OrderProduct> ordered_;
  bool by_tiles_ = false;
  DotCounters counters_;
  std::string chosen_;
};

}  // namespace exmy::bench
