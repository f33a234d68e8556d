#pragma once
// A matrix product by the definition, for the parts that compare kernels with it.

#include <span>
#include <string>
#include <vector>

#include "sim/ops/reduction.hpp"
#include "sim/verify/parts.hpp"

namespace exmy::verify {

/// Factors and shape: a[m][k] row by row, b[k][n] column by column.
struct ProductFactors {
  std::size_t m, n, k;
  const std::vector<float>&a, &b;
};

class DefinedProduct {
 public:
  DefinedProduct(const Reduction& how, const ProductFactors& x, const DotRandom& random);

  void compare_values(std::span<const float> got, const std::string& where, Tally& tally) const;
  void compare_counters(const Counters& product, const Counters& accumulator, const std::string& where,
                        Tally& tally) const;

 private:
  std::vector<double> y_;
  DotCounters counters_;
};

/// "3 x 20 x 7, e4m3fn by fp16, products exact, sums ...": of the orders sequential and chunked.
std::string text_of(const Reduction& how, const ProductFactors& x, const Format& a, const Format& b);

}  // namespace exmy::verify
