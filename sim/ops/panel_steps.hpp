#pragma once
// The steps of a panel of outputs by the panel kernel, with the random numbers that they need.

#include <cstdint>
#include <vector>

#include "formats/kernels/kernels.hpp"
#include "sim/base/philox.hpp"

namespace exmy {

/// Where the outputs of a panel lie: consecutive ones from `output` on, with `steps` projections each.
struct PanelPlace {
  std::uint64_t output = 0;
  std::size_t columns = 0;
  std::uint64_t steps = 0;
};

/// Random numbers of one role, for a window of steps at a time.
class PanelRandom {
 public:
  static constexpr std::size_t window = 128;
  /// `how`: null where nothing is projected.
  PanelRandom(const Projection* how, const RandomStream& stream, const PanelPlace& place);

  bool is_needed() const { return how_ != nullptr; }
  /// R of step k and of those behind it in its window, as the kernel wants them; null if none are needed.
  const std::uint32_t* at(std::size_t k);

 private:
  void fill(std::size_t first);

  const Projection* how_;  ///< null unless stochastic
  RandomStream stream_;
  PanelPlace place_;
  std::size_t first_ = 0;
  std::size_t end_ = 0;
  std::vector<std::uint32_t> numbers_;
};

/// Steps first..first + count - 1: s[j] = acc(s[j] + product(a[k] b[k panel_width + j])), k from 0.
void run_steps(PanelSteps steps, PanelRandom& product, PanelRandom& accumulator, std::size_t first,
               std::size_t count, const double* a, const double* b, double* s);

}  // namespace exmy
