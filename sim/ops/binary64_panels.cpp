#include "sim/ops/binary64_panels.hpp"

#include <bit>

namespace exmy {
namespace {

constexpr Format binary64_format{.exponent_bits = 11, .mantissa_bits = 52, .bias = 1023};

bool rounds_as_binary64(const Projection& p) {
  return p.format == binary64_format && p.rounding == Rounding::nearest_even &&
         p.saturation == Saturation::none;
}

using PanelSums = std::array<double, panel_width>;

/// The terms of one row and one panel, and how they are added.
struct Binary64Terms {
  const double* a;
  const PanelFactor<double>& b;
  std::size_t panel;
  const Kernels& kernels;
  Binary64Steps steps;
  bool countable = true;  ///< so far

  /// sums += terms [first, first + count), one after the other.
  void chain(std::size_t first, std::size_t count, double* sums) {
    b.over(panel, first, count, [&](std::size_t at, std::size_t n, const double* some) {
      countable = kernels.chain_binary64(steps, a + at, some, n, sums) && countable;
    });
  }

  void in_chunks(std::size_t n, std::size_t chunk, double* sums) {
    for (std::size_t first = 0; first < n; first += chunk) {
      PanelSums one{};
      chain(first, std::min(chunk, n - first), one.data());
      countable = kernels.add_binary64(one.data(), sums, false, steps.sums) && countable;
    }
  }

  /// The tree of sim/ops/reduction_pairwise.cpp. A leaf is a chain of one term: +0 is no addend that it could swamp.
  void in_pairs(std::size_t first, std::size_t count, double* sums) {
    if (count <= 1) return chain(first, count, sums);
    const std::size_t left = std::bit_ceil(count) / 2;
    in_pairs(first, left, sums);
    PanelSums right{};
    in_pairs(first + left, count - left, right.data());
    countable = kernels.add_binary64(right.data(), sums, true, steps.sums) && countable;
  }
};

}  // namespace

bool is_in_binary64(const Reduction& how) {
  if (!rounds_as_binary64(how.accumulator) || (how.product && !rounds_as_binary64(*how.product)))
    return false;
  if (how.order == Order::chunked) return rounds_as_binary64(how.outer);
  return how.order == Order::sequential || how.order == Order::pairwise;
}

bool Binary64Panels::operator()(std::size_t row, std::size_t panel, double* sums,
                                DotCounters& counters) const {
  const std::size_t k = task_.k;
  Counters* product = counts_ ? &counters.product.counters : nullptr;
  Counters* accumulator = counts_ ? &counters.accumulator.counters : nullptr;
  Binary64Terms terms{
      task_.a.data() + row * k, b_, panel, kernels(), {task_.how.product.has_value(), product, accumulator}};
  switch (task_.how.order) {
    case Order::sequential: terms.chain(0, k, sums); break;
    case Order::chunked: terms.in_chunks(k, task_.how.chunk, sums); break;
    case Order::pairwise: terms.in_pairs(0, k, sums); break;
    case Order::exact:
    case Order::block: return false;  // is_in_binary64 admits none
  }
  return terms.countable;
}

}  // namespace exmy
