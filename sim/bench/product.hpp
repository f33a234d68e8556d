#pragma once
// A matrix product as the simulator computes it, and by the definition.

#include <cstddef>
#include <optional>
#include <string>

#include "formats/kernels/tiles.hpp"
#include "sim/ops/matmul.hpp"
#include "sim/quant/telemetry.hpp"
#include "sim/tensor/elements.hpp"

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
  /// Which kernel ran, and what the choice rests on.
  std::string chosen() const;
  const float* a() const { return a_.data(); }
  const float* b() const { return b_.data(); }
  const Elements<float>& y() const { return y_; }
  const Extents& extents() const { return extents_; }

 private:
  Counting counting() const { return counts_ ? Counting::counters : Counting::nothing; }
  MatmulTask task() const;

  ProductCase what_;
  DotRandom random_{{1, "product", 0}, {1, "accumulator", 0}, {1, "outer", 0}};
  Extents extents_;
  bool counts_;
  Elements<float> a_, b_, y_;
  std::optional<Magnitudes> a_magnitudes_,
      b_magnitudes_;  ///< operands are looked at once, as those of a layer are
  SiteRecord product_{}, accumulator_{};
};

}  // namespace exmy::bench
