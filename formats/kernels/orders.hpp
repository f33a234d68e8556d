#pragma once
// Matrix products in the orders pairwise, exact and block, a tile of outputs at a time, columns side by side in vectors.
// When a tile gives the bits of the definition is for its user to prove (sim/ops/order_plan.hpp).

#include "formats/kernels/tiles.hpp"

namespace exmy {

/// acc(left + right), leaves acc(t_k): what a step does to a sum is done to every node.
struct PairwiseRounding {
  TileRounding each;  ///< `sum`: of leaves and nodes, `step`: of nodes; a leaf is a binary32 number or native
  bool rounds_leaf = true;  ///< else terms are values of the accumulator, below its maximum
  static constexpr std::size_t most_terms = std::size_t{1} << 40;
};

/// Sums in binary64. Split: each product is cut at a multiple of some H into two parts, summed apart.
struct ExactSum {
  bool rounds_product = false;
  NearestEven32 product;
  bool splits = false;
  double cut = 0;  ///< 1.5 2^52 H
};

/// A matrix unit in units of 2^(e - F), e at least `lowest`: products are binary32 numbers.
struct BlockRounding {
  std::size_t terms = 1, at_once = 1;  ///< of a group; of those, as many as are added in 32 bits
  int fraction_bits = 0, lowest = 0;   ///< F; the smallest e
  bool narrow = false;                 ///< the sum of a group has no more than 24 bits
  bool nearest = false;                ///< the sum is rounded to nearest even, else toward zero
  int mantissa_bits = 23;              ///< of the output
  float min_normal = 0;                ///< of the output
  double cut = 0;                      ///< as in ExactSum, for the sum of a group
};

/// The exponent of a factor that is 0; of others floor(log2 |x|), or the smallest one of their format. Those of b are
/// biased, so that those of products are.
inline constexpr std::int16_t exponent_of_zero = -10000, exponent_bias = 127;

/// Beside the operands of a tile their exponents: of a twice in a word, [row][k]; of b [k][width].
struct BlockOperands {
  TileOperands factors;
  const std::uint32_t* a_exponents = nullptr;
  std::size_t row_step = 0;
  const std::int16_t* b_exponents = nullptr;
  bool continues = false;  ///< the sums go on with the next group; else they start at 0
};

/// Tiles of `rows` rows, or one; k is not 0. Sums are [row][width]. Without vectors there is `pairwise` alone.
struct OrderTile {
  std::size_t rows;
  void (*pairwise)(const PairwiseRounding&, bool counts, const TileOperands&, TileResult&);
  /// high + low are the sums; counts products.
  void (*exact)(const ExactSum&, bool counts, const TileOperands&, double* high, double* low, TileResult&);
  void (*block)(const BlockRounding&, bool counts, const BlockOperands&, TileResult&);
};

struct OrderKernels {
  const char* isa;
  bool has_fma;
  std::size_t width;
  OrderTile one, tall;
};

const OrderKernels& order_kernels();
/// Every level that this machine can run, from the baseline up.
std::vector<const OrderKernels*> available_order_kernels();

}  // namespace exmy
