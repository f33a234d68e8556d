#include "sim/ops/panel_steps.hpp"

#include <algorithm>
#include <array>

namespace exmy {

PanelRandom::PanelRandom(const Projection* how, const RandomStream& stream, const PanelPlace& place)
    : how_(how != nullptr && is_stochastic(how->rounding) ? how : nullptr), stream_(stream), place_(place) {
  if (is_needed()) numbers_.resize(window * panel_width);
}

/// A column's numbers have consecutive indices; the kernel wants those of a step side by side.
void PanelRandom::fill(std::size_t first) {
  first_ = first;
  end_ = std::min<std::uint64_t>(first + window, place_.steps);
  std::array<std::uint32_t, window> column;
  for (std::size_t j = 0; j < place_.columns; ++j) {
    stream_.bits((place_.output + j) * place_.steps + first_, how_->random_bits, column.data(),
                 end_ - first_);
    for (std::size_t k = first_; k < end_; ++k) numbers_[(k - first_) * panel_width + j] = column[k - first_];
  }
}

const std::uint32_t* PanelRandom::at(std::size_t k) {
  if (!is_needed()) return nullptr;
  if (k < first_ || k >= end_) fill(k - k % window);
  return numbers_.data() + (k - first_) * panel_width;
}

void run_steps(PanelSteps steps, PanelRandom& product, PanelRandom& accumulator, std::size_t first,
               std::size_t count, const double* a, const double* b, double* s) {
  const bool in_windows = product.is_needed() || accumulator.is_needed();
  for (std::size_t done = 0; done < count;) {
    const std::size_t k = first + done;
    const std::size_t rest = in_windows ? PanelRandom::window - k % PanelRandom::window : count;
    const std::size_t n = std::min(rest, count - done);
    steps.product_random = product.at(k);
    steps.accumulator_random = accumulator.at(k);
    kernels().panel(steps, a + done, b + done * panel_width, n, s);
    done += n;
  }
}

}  // namespace exmy
