#pragma once
// From how much work on threads share a step. Results do not depend on it.

#include <cstddef>
#include <cstdint>
#include <string>

namespace exmy {

/// What threads may share, and the unit of its work.
enum class SharedStep : std::uint8_t {
  elements,     ///< an elementwise step: elements
  weights,      ///< initial numbers of a parameter: elements
  tiles,        ///< a product by tiles: TileCut::cost
  strips,       ///< by strips: multiply-adds, as all below
  orders,       ///< by the kernels of orders
  panels,       ///< by binary64 panels
  definition,   ///< by the definition
  matrix_pairs  ///< a batch of products
};

/// Whether threads share a step of that much work: below a measured limit they cost more than they give. EXMY_SHARE_FROM=N in
/// the environment puts N in the place of every limit, for tests: with 0 they share what is there. A step inside of a
/// shared one never is.
bool is_shared(SharedStep step, std::size_t work);

/// What is wrong with EXMY_SHARE_FROM; empty if it is a decimal number, empty or not there. A wrong one changes nothing.
std::string sharing_problem();

}  // namespace exmy
