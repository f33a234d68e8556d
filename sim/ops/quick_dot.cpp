#include "sim/ops/quick_dot.hpp"

#include <limits>

#include "sim/ops/order_product.hpp"
#include "sim/ops/strip_product.hpp"
#include "sim/ops/tile_product.hpp"

namespace exmy {
namespace {

void add_counters(SiteRecord* record, const StepCounters& steps) {
  if (record == nullptr) return;
  record->total += steps.counters;
  record->interval += steps.counters;
  record->before += steps.before;
  record->after += steps.after;
}

/// Views are of whole tensors.
FactorFacts facts_of(const MatrixView<float>& x, bool ranges = true) {
  constexpr float unknown = std::numeric_limits<float>::infinity();
  if (!ranges) return {x.format, {unknown, unknown}};
  if (x.magnitudes != nullptr && *x.magnitudes) return {x.format, **x.magnitudes};
  const Magnitudes found = tile_kernels().magnitudes(x.data, x.rows * x.columns);
  if (x.magnitudes != nullptr) *x.magnitudes = found;
  return {x.format, found};
}

FloatMatrix float_matrix(const MatrixView<float>& x) {
  return {x.data, x.rows, x.columns, x.row_step, x.column_step};
}

/// A reduction of binary32 numbers by the quick kernels that are proven to give the bits of the definition.
struct InBinary32 {
  const Reduction& how;
  const DotRandom& random;
  const MatrixView<float>&a, &b;
  Telling& telling;

  /// Of both operands; looking at them costs a walk.
  struct Facts {
    FactorFacts a, b;
  };

  std::optional<std::vector<float>> take(std::optional<TileProduct> result, const char* kernel) const {
    if (!result) return left_range(kernel);
    DotCounters counters;
    counters.product.counters = counters_of(result->product);
    counters.accumulator.counters = counters_of(result->accumulator);
    if (telling.counts()) telling.add(counters);
    return std::move(result->y);
  }

  std::nullopt_t left_range(const char* kernel) const {
    telling.refused(kernel, "a sum left the range that was watched");
    return std::nullopt;
  }

  std::optional<std::vector<float>> by_tiles(const Facts& f) const {
    const TileKernels& kernels = tile_kernels();
    const TileDecision d = plan_tiles(how, f.a, f.b, a.columns, telling.counts(), kernels.has_fma);
    if (!d.plan) return telling.refused("tiles", d.why), std::nullopt;
    auto y = take(multiply(float_matrix(a), float_matrix(b), *d.plan, how.chunk, telling.counts(), kernels),
                  "tiles");
    if (y) telling.done_by(key_of(*d.plan), [&] { return "tiles: " + describe(*d.plan); });
    return y;
  }

  std::optional<std::vector<float>> by_strips(const Facts& f) const {
    const StripDecision d = plan_strips(how, f.a, f.b, a.columns);
    if (!d.plan) return telling.refused("strips", d.why), std::nullopt;
    auto y = take(multiply(float_matrix(a), float_matrix(b), *d.plan, random, how.chunk, telling.counts(),
                           strip_kernels()),
                  "strips");
    if (y) telling.done_by([&] { return "strips: " + describe(*d.plan); });
    return y;
  }

  std::optional<std::vector<float>> by_orders() const {
    const OrderKernels& kernels = order_kernels();
    const OrderDecision d =
        plan_order(how, facts_of(a), facts_of(b), a.columns, telling.counts(), kernels.has_fma);
    if (!d.plan) return telling.refused("orders", d.why), std::nullopt;
    auto result = multiply(float_matrix(a), float_matrix(b), how, *d.plan, random, either(a.format, b.format),
                           telling.counts(), kernels);
    if (!result) return left_range("orders");
    DotCounters counters;
    counters.product.counters = result->product;
    counters.accumulator.counters = result->accumulator;
    telling.add(counters);
    telling.done_by([&] { return "orders: " + describe(*d.plan); });
    return std::move(result->y);
  }

  std::optional<std::vector<float>> run() const {
    if (telling.counting == Counting::histograms)
      return telling.refused("all", "histograms of the steps are wanted"), std::nullopt;
    if (how.order != Order::sequential && how.order != Order::chunked) return by_orders();
    const bool ranges = needs_ranges(how, telling.counts(), tile_kernels().has_fma);
    const Facts facts{facts_of(a, ranges), facts_of(b, ranges)};
    if (auto y = by_tiles(facts)) return y;
    return by_strips(ranges ? facts : Facts{facts_of(a), facts_of(b)});
  }
};

}  // namespace

Semantics either(const Format& a, const Format& b) {
  const bool p3109 = a.semantics == Semantics::p3109 || b.semantics == Semantics::p3109;
  return p3109 ? Semantics::p3109 : Semantics::ieee754;
}

void Telling::add(const DotCounters& steps) const {
  add_counters(product, steps.product);
  add_counters(accumulator, steps.accumulator);
}

std::optional<std::vector<float>> quick_dot(const Reduction& how, const DotRandom& random,
                                            const MatrixView<float>& a, const MatrixView<float>& b,
                                            Telling& telling) {
  return InBinary32{how, random, a, b, telling}.run();
}

}  // namespace exmy
