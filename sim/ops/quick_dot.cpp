#include "sim/ops/quick_dot.hpp"

#include <functional>

#include "sim/ops/kernel_keys.hpp"
#include "sim/ops/order_product.hpp"
#include "sim/ops/sharing.hpp"
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

/// Of all pairs together.
FactorFacts facts_of(const MatrixBatch<float>& x) {
  const MatrixView<float>& view = x.first;
  if (view.magnitudes != nullptr && *view.magnitudes) return {view.format, **view.magnitudes};
  const Magnitudes found = tile_kernels().magnitudes(view.data, x.stored);
  if (view.magnitudes != nullptr) *view.magnitudes = found;
  return {view.format, found};
}

FloatMatrix float_matrix(const MatrixView<float>& x) {
  return {x.data, x.rows, x.columns, x.row_step, x.column_step, x.offsets};
}

/// Rows of k elements of a factor with offsets that are laid out at a time: 8 MiB, but one at least.
std::size_t laid_out_at_once(std::size_t k) {
  constexpr std::size_t most = 1 << 21;  // elements
  return std::max<std::size_t>(1, most / std::max<std::size_t>(1, k));
}

/// A factor with offsets, laid out in steps.
class LaidOut {
 public:
  explicit LaidOut(const FloatMatrix& x) {
    elements_.resize(x.rows * x.columns);
    lay(x, elements_.data(), x.columns, tile_kernels());
    matrix_ = {elements_.data(), x.rows, x.columns, x.columns, 1};
  }
  const FloatMatrix& matrix() const { return matrix_; }

 private:
  std::vector<float> elements_;
  FloatMatrix matrix_;
};

void add_part(const TileProduct& part, TileProduct& all) {
  all.product += part.product;
  all.accumulator += part.accumulator;
}

void add_part(const OrderProduct& part, OrderProduct& all) {
  all.product += part.product;
  all.accumulator += part.accumulator;
}

/// multiply(a, b, numbers of the outputs), in parts if a has offsets: kernels want steps of it. (Those of b are copied in panels
/// anyway.)
template <class Multiply>
auto multiply_parts(const FloatMatrix& a, const FloatMatrix& b, const OutputNumbers& numbers,
                    const Multiply& multiply) -> decltype(multiply(a, b, numbers)) {
  if (!a.offsets) return multiply(a, b, numbers);
  typename decltype(multiply(a, b, numbers))::value_type all;
  all.y.reserve(a.rows * b.columns);
  const std::size_t at_once = laid_out_at_once(a.columns);
  for (std::size_t i = 0; i < a.rows; i += at_once) {
    const LaidOut left(a.part(i, 0, at_once, a.columns));
    const auto part = multiply(left.matrix(), b, OutputNumbers{numbers.of(i, 0), numbers.row});
    if (!part) return std::nullopt;
    all.y.insert(all.y.end(), part->y.begin(), part->y.end());
    add_part(*part, all);
  }
  return all;
}

template <class Multiply>
auto in_parts(const Multiply& multiply) {
  return [&multiply](const FloatMatrix& a, const FloatMatrix& b, const OutputNumbers& numbers) {
    return multiply_parts(a, b, numbers, multiply);
  };
}

/// multiply(a[i], b[i], numbers of the outputs) for all pairs, which the threads share; nothing if one gives nothing.
template <class Multiply>
auto for_pairs(const MatrixBatch<float>& a, const MatrixBatch<float>& b, const Multiply& multiply)
    -> decltype(multiply(FloatMatrix{}, FloatMatrix{}, OutputNumbers{})) {
  const std::size_t n = b.first.columns, size = a.first.rows * n;
  if (a.count() == 1) return multiply(float_matrix(a.first), float_matrix(b.first), OutputNumbers{0, n});
  typename decltype(multiply(FloatMatrix{}, FloatMatrix{}, OutputNumbers{}))::value_type all;
  all.y.resize(a.count() * size);
  bool valid = true;
  share(
      {a.count(), threads_for(SharedStep::matrix_pairs, a.count() * size * a.first.columns)},
      [] { return std::optional<decltype(all)>(std::in_place); },
      [&](std::optional<decltype(all)>& mine, std::size_t i) {
        if (!mine) return;
        const auto part = multiply(float_matrix(a[i]), float_matrix(b[i]), OutputNumbers{i * size, n});
        if (!part) return mine.reset();
        std::copy(part->y.begin(), part->y.end(), all.y.begin() + static_cast<std::ptrdiff_t>(i * size));
        add_part(*part, *mine);
      },
      [&](const std::optional<decltype(all)>& mine) {
        if (mine) add_part(*mine, all);
        valid = valid && mine;
      });
  if (!valid) return std::nullopt;
  return all;
}

/// A reduction of binary32 numbers by the quick kernels that are proven to give the bits of the definition.
struct InBinary32 {
  const Reduction& how;
  const DotRandom& random;
  const MatrixBatch<float>&a, &b;
  Telling& telling;
  Epilogue<float>& then;

  /// Of both operands; looking at them costs a walk.
  struct Facts {
    FactorFacts a, b;
  };

  std::optional<Elements<float>> take(std::optional<TileProduct> result, const char* kernel) const {
    if (!result) return left_range(kernel);
    if (telling.counts()) {
      DotCounters counters;
      counters.product.counters = counters_of(result->product);
      counters.accumulator.counters = counters_of(result->accumulator);
      telling.add(counters);
    }
    return std::move(result->y);
  }

  std::nullopt_t left_range(const char* kernel) const {
    then.discard();
    telling.refused(kernel, "a sum left the range that was watched");
    return std::nullopt;
  }

  /// multiply(what to call with finished blocks), and the steps that follow: block by block, or over long rows if they want
  /// them. `finite`: all outputs are, if multiply gives any.
  template <class Multiply>
  auto followed(std::size_t columns, const OutputNumbers& numbers, bool finite,
                const Multiply& multiply) const {
    if (!then.wants_rows()) {
      const auto follow = [&](float* y, std::size_t row, std::size_t column, std::size_t rows,
                              std::size_t count) {
        then({y, rows, count, columns, {numbers.of(row, column), numbers.row}, finite});
      };
      return multiply(std::ref(follow));  // a copy would be allocated, for every product
    }
    auto result = multiply(FinishedTiles{});
    if (result && columns != 0)
      then.whole({result->y.data(), result->y.size() / columns, columns, columns, numbers, finite});
    return result;
  }

  std::optional<Elements<float>> by_tiles(const Facts& f) const {
    const TileDecision d =
        plan_tiles(how, f.a, f.b, a.first.columns, telling.counts(), tile_kernels().has_fma);
    if (!d.plan) return telling.refused("tiles", d.why), std::nullopt;
    return by_tiles(*d.plan);
  }

  std::optional<Elements<float>> by_tiles(const TilePlan& plan) const {
    const TileKernels& kernels = tile_kernels();
    const auto product = [&](const FloatMatrix& left, const FloatMatrix& right,
                             const OutputNumbers& numbers) {
      return followed(right.columns, numbers, has_finite_sums(plan), [&](const FinishedTiles& blocks) {
        return multiply(left, right, plan, how.chunk, telling.counts(), kernels, blocks);
      });
    };
    auto y = take(for_pairs(a, b, product), "tiles");
    if (y) telling.done_by(key_of(plan), [&] { return "tiles: " + describe(plan); });
    return y;
  }

  std::optional<Elements<float>> by_strips(const Facts& f) const {
    const StripDecision d = plan_strips(how, f.a, f.b, a.first.columns);
    if (!d.plan) return telling.refused("strips", d.why), std::nullopt;
    const auto product = [&](const FloatMatrix& left, const FloatMatrix& right,
                             const OutputNumbers& numbers) {
      return followed(right.columns, numbers, false, [&](const FinishedTiles& blocks) {
        return multiply(left, right, *d.plan, random, how.chunk, telling.counts(), strip_kernels(), numbers,
                        blocks);
      });
    };
    auto y = take(for_pairs(a, b, in_parts(product)), "strips");
    if (y)
      telling.done_by(key_of(*d.plan),
                      [&] { return "strips: " + describe(*d.plan) + " (" + telling.why_not + ")"; });
    return y;
  }

  std::optional<Elements<float>> by_orders() const {
    const OrderKernels& kernels = order_kernels();
    if (!has_kernels(kernels, how.order))
      return telling.refused("orders", "this instruction set has no kernels for them"), std::nullopt;
    const OrderDecision d =
        plan_order(how, facts_of(a), facts_of(b), a.first.columns, telling.counts(), kernels.has_fma);
    if (!d.plan) return telling.refused("orders", d.why), std::nullopt;
    const auto product = [&](const FloatMatrix& left, const FloatMatrix& right,
                             const OutputNumbers& numbers) {
      return followed(right.columns, numbers, false, [&](const FinishedTiles& blocks) {
        return multiply(left, right, how, *d.plan, random, either(a.first.format, b.first.format),
                        telling.counts(), kernels, numbers, blocks);
      });
    };
    auto result = for_pairs(a, b, in_parts(product));
    if (!result) return left_range("orders");
    DotCounters counters;
    counters.product.counters = result->product;
    counters.accumulator.counters = result->accumulator;
    telling.add(counters);
    telling.done_by(key_of(*d.plan), [&] { return "orders: " + describe(*d.plan); });
    return std::move(result->y);
  }

  std::optional<Elements<float>> run() const {
    if (telling.counting == Counting::histograms)
      return telling.refused("all", "histograms of the steps are wanted"), std::nullopt;
    if (how.order != Order::sequential && how.order != Order::chunked) return by_orders();
    if (!needs_ranges(how, telling.counts(), tile_kernels().has_fma)) return by_tiles(machine_sums());
    const Facts facts{facts_of(a), facts_of(b)};
    if (auto y = by_tiles(facts)) return y;
    return by_strips(facts);
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

std::optional<Elements<float>> quick_dot(const Reduction& how, const DotRandom& random,
                                         const MatrixBatch<float>& a, const MatrixBatch<float>& b,
                                         Telling& telling, Epilogue<float>& then) {
  return InBinary32{how, random, a, b, telling, then}.run();
}

}  // namespace exmy
