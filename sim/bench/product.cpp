#include "sim/bench/product.hpp"

#include <limits>

#include "formats/kernels/kernels.hpp"
#include "sim/bench/data.hpp"

namespace exmy::bench {
namespace {

std::string level_of(const char* isa) { return std::string(" (") + isa + "): "; }

std::string labelled(const std::string& label, const std::string& difference) {
  return difference.empty() ? difference : label + ": " + difference;
}

}  // namespace

Product::Product(const ProductCase& what, const Extents& extents, bool counts)
    : what_(what),
      extents_(extents),
      counts_(counts),
      a_(values_of(what.operands, "a", extents.m * extents.k, what.largest)),
      b_(values_of(what.operands, "b", extents.k * extents.n, what.largest)) {}

FactorFacts Product::facts_of(const std::vector<float>& x, bool ranges) const {
  constexpr float unknown = std::numeric_limits<float>::infinity();
  if (!ranges) return {what_.operands, {unknown, unknown}};
  return {what_.operands, tile_kernels().magnitudes(x.data(), x.size())};
}

bool Product::run_tiles() {
  const TileKernels& level = tile_kernels();
  const bool ranges = needs_ranges(what_.how, counts_, level.has_fma);
  const FactorFacts a = facts_of(a_, ranges), b = facts_of(b_, ranges);
  const TileDecision decision = plan_tiles(what_.how, a, b, extents_.k, counts_, level.has_fma);
  chosen_ = decision.plan ? describe(*decision.plan) : decision.why;
  const FloatMatrix left{a_.data(), extents_.m, extents_.k, extents_.k, 1};
  const FloatMatrix right{b_.data(), extents_.k, extents_.n, extents_.n, 1};
  if (!decision.plan) return run_strips(a, b, left, right);
  auto result = multiply(left, right, *decision.plan, what_.how.chunk, counts_, level);
  if (!result) {
    chosen_ = "a sum left the range of the tiles";
    return false;
  }
  tiles_ = std::move(*result);
  chosen_ = "tiles" + level_of(level.isa) + chosen_;
  return true;
}

bool Product::run_strips(const FactorFacts& a, const FactorFacts& b, const FloatMatrix& left,
                         const FloatMatrix& right) {
  const StripKernels& level = strip_kernels();
  const StripDecision decision = plan_strips(what_.how, a, b, extents_.k);
  chosen_ += "; " + (decision.plan ? describe(*decision.plan) : decision.why);
  if (!decision.plan) return false;
  auto result = multiply(left, right, *decision.plan, random_, what_.how.chunk, counts_, level);
  if (!result) return false;
  tiles_ = std::move(*result);
  chosen_ = "strips" + level_of(level.isa) + describe(*decision.plan);
  return true;
}

bool Product::run_orders() {
  if (what_.how.order == Order::sequential || what_.how.order == Order::chunked) return false;
  const OrderKernels& level = order_kernels();
  const FactorFacts a{what_.operands, tile_kernels().magnitudes(a_.data(), a_.size())};
  const FactorFacts b{what_.operands, tile_kernels().magnitudes(b_.data(), b_.size())};
  const OrderDecision decision = plan_order(what_.how, a, b, extents_.k, counts_, level.has_fma);
  chosen_ = decision.plan ? "orders" + level_of(level.isa) + describe(*decision.plan) : decision.why;
  if (!decision.plan) return false;
  ordered_ = multiply({a_.data(), extents_.m, extents_.k, extents_.k, 1},
                      {b_.data(), extents_.k, extents_.n, extents_.n, 1}, what_.how, *decision.plan, random_,
                      what_.operands.semantics, counts_, level);
  return ordered_.has_value();
}

MatmulTask Product::task() const {
  const auto fast = [](const Projection& how) { return fast_projection_of(how); };
  MatmulTask t{what_.how,
               {what_.how.product ? fast(*what_.how.product) : std::nullopt, fast(what_.how.accumulator),
                fast(what_.how.outer)},
               true,
               what_.operands.semantics,
               random_,
               extents_.m,
               extents_.n,
               extents_.k,
               {a_.begin(), a_.end()},
               std::vector<double>(b_.size())};
  for (std::size_t k = 0; k < extents_.k; ++k)
    for (std::size_t j = 0; j < extents_.n; ++j)
      t.b[j * extents_.k + k] = static_cast<double>(b_[k * extents_.n + j]);
  return t;
}

void Product::run() {
  by_tiles_ = run_tiles();
  if (by_tiles_ || run_orders()) return;
  const MatmulTask t = task();
  const Counting counting = counts_ ? Counting::counters : Counting::nothing;
  chosen_ =
      (path_of(t, counting) == MatmulPath::definition ? "the definition: "
                                                      : "panels in binary64" + level_of(kernels().isa)) +
      chosen_;
  MatmulResult result = matmul(t, counting);
  y_ = std::move(result.y);
  counters_ = result.counters;
}

std::string Product::difference() {
  run();
  if (by_tiles_) {
    y_.assign(tiles_.y.begin(), tiles_.y.end());
    counters_.product.counters = counters_of(tiles_.product);
    counters_.accumulator.counters = counters_of(tiles_.accumulator);
  } else if (ordered_) {
    y_.assign(ordered_->y.begin(), ordered_->y.end());
    counters_.product.counters = ordered_->product;
    counters_.accumulator.counters = ordered_->accumulator;
  }
  const MatmulResult want = matmul_by_definition(task(), counts_ ? Counting::counters : Counting::nothing);
  std::string found = labelled("y", bench::difference(y_, want.y));
  if (!found.empty() || !counts_) return found;
  found = labelled("product", bench::difference(counters_.product.counters, want.counters.product.counters));
  if (!found.empty()) return found;
  return labelled("accumulator",
                  bench::difference(counters_.accumulator.counters, want.counters.accumulator.counters));
}

}  // namespace exmy::bench
