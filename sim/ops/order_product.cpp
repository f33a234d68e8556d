#include "sim/ops/order_product.hpp"

#include <array>
#include <cstdint>

#include "formats/arithmetic.hpp"
#include "formats/binary64.hpp"
#include "sim/ops/order_panels.hpp"

namespace exmy {
namespace {

constexpr std::size_t most_tile = 256;  // outputs

struct Steps {
  Counters product, accumulator;
  bool valid = true;

  Steps& operator+=(const Steps& other) {
    product += other.product;
    accumulator += other.accumulator;
    valid = valid && other.valid;
    return *this;
  }
  /// `padding`: columns of zeros, which add +-0 to +0 as often as the other columns take steps.
  void add(const TileResult& result, std::size_t columns, std::size_t padding) {
    product += counters_of(discounted(result.product, columns, padding));
    accumulator += counters_of(discounted(result.sum, columns, padding));
  }

 private:
  static TileCounts discounted(TileCounts c, std::size_t columns, std::size_t padding) {
    const std::uint64_t steps = c.total / columns * padding;
    c.total -= steps;
    c.zero_in -= steps;
    return c;
  }
};

/// What every order's work knows.
struct OrderWork {
  const FloatMatrix& a;
  Panels panels;
  const FloatMatrix& y;
  float* data;
  bool counts;

  TileOperands operands(const OrderPlace& at, float* sums) const {
    return {a.data + at.row * a.row_step, a.row_step, a.column_step, at.packed.b.data(), a.columns, sums};
  }
  void add(const OrderPlace& at, const TileResult& result, Steps& mine) const {
    if (counts) mine.add(result, panels.width, panels.width - panels.columns(at.panel));
  }
};

struct PairwiseWork : OrderWork {
  const PairwiseRounding& how;

  void pack(std::size_t panel, PackedPanel& into) const { panels.pack(panel, into); }
  void tile(const OrderPlace& at, Steps& mine) const {
    alignas(64) std::array<float, most_tile> sums;
    TileResult result;
    at.tile.pairwise(how, counts, operands(at, sums.data()), result);
    if (how.each.limit == TileLimit::watch)
      mine.valid = mine.valid && result.largest <= how.each.sum.max_finite;
    store(panels, at, sums.data(), y, data);
    add(at, result, mine);
  }
};

struct ExactWork : OrderWork {
  const ExactSum& how;
  const Projection& sum;
  const RandomStream& random;
  Semantics semantics;
  std::optional<FastProjection> fast;
  OutputNumbers outputs;

  void pack(std::size_t panel, PackedPanel& into) const { panels.pack(panel, into); }
  void tile(const OrderPlace& at, Steps& mine) const {
    alignas(64) std::array<double, most_tile> high, low;
    alignas(64) std::array<float, most_tile> sums;
    TileResult result;
    at.tile.exact(how, counts, operands(at, nullptr), high.data(), low.data(), result);
    for (std::size_t r = 0; r < at.tile.rows; ++r)
      round(at, r, high.data() + r * panels.width, low.data() + r * panels.width,
            sums.data() + r * panels.width, mine);
    store(panels, at, sums.data(), y, data);
    add(at, result, mine);
  }

  /// The sums of a row, each rounded once.
  void round(const OrderPlace& at, std::size_t r, double* high, const double* low, float* sums,
             Steps& mine) const {
    const std::size_t n = panels.columns(at.panel);
    const std::uint64_t first = outputs.of(at.row + r, at.panel * panels.width);
    std::array<std::uint32_t, most_tile> numbers;
    const bool draws = is_stochastic(sum.rounding);
    if (draws) random.bits(first, sum.random_bits, numbers.data(), n);
    if (fast) {
      if (how.splits) kernels().add(high, low, high, n);
      kernels().round(*fast, high, high, n, counts ? &mine.accumulator : nullptr,
                      draws ? numbers.data() : nullptr);
      for (std::size_t j = 0; j < n; ++j) sums[j] = static_cast<float>(high[j]);
      return;
    }
    for (std::size_t j = 0; j < n; ++j) {
      const Exact exact = exact_add(high[j], low[j], ZeroSign::positive);
      const Outcome out = project_selected(sum, exact, {false, true}, draws ? numbers[j] : 0, semantics);
      if (counts) mine.accumulator.add(out.events);
      sums[j] = static_cast<float>(out.value);
    }
  }
};

struct BlockWork : OrderWork {
  const BlockPlan& plan;
  const TileShape* outer;
  std::size_t chunk;  ///< or k
  int e_min_a, e_min_b;
  std::vector<std::uint32_t> a_exponents;

  static std::int16_t exponent(float x, int e_min) {
    if (x == 0) return exponent_of_zero;
    const int field = static_cast<int>(std::bit_cast<std::uint32_t>(x) >> 23 & 0xff);
    const int e = field != 0 ? field - 127 : parts_of(static_cast<double>(x)).exponent;
    return static_cast<std::int16_t>(std::max(e, e_min));
  }

  /// Twice in a word each: the kernels want them in all 16-bit lanes.
  void look_at_a() {
    a_exponents.resize(a.rows * a.columns);
    for (std::size_t i = 0; i < a.rows; ++i)
      for (std::size_t k = 0; k < a.columns; ++k) {
        const auto e =
            static_cast<std::uint16_t>(exponent(a.data[i * a.row_step + k * a.column_step], e_min_a));
        a_exponents[i * a.columns + k] = std::uint32_t{e} << 16 | e;
      }
  }

  void pack(std::size_t panel, PackedPanel& into) const {
    panels.pack(panel, into);
    into.exponents.resize(into.b.size());
    for (std::size_t i = 0; i < into.b.size(); ++i)
      into.exponents[i] = static_cast<std::int16_t>(exponent(into.b[i], e_min_b) + exponent_bias);
  }

  void tile(const OrderPlace& at, Steps& mine) const {
    alignas(64) std::array<float, most_tile> sums;
    TileResult result;
    if (outer == nullptr) {
      run(at, 0, a.columns, sums.data(), result);
    } else {
      std::fill(sums.begin(), sums.end(), 0.0f);
      for (std::size_t first = 0; first < a.columns; first += chunk)
        add_chunk(at, first, std::min(chunk, a.columns - first), sums.data(), result, mine);
    }
    store(panels, at, sums.data(), y, data);
    add(at, result, mine);
  }

  void run(const OrderPlace& at, std::size_t first, std::size_t n, float* sums, TileResult& result) const {
    BlockOperands x{operands(at, sums), a_exponents.data() + at.row * a.columns + first, a.columns,
                    at.packed.exponents.data() + first * panels.width};
    x.factors.a += first * a.column_step;
    x.factors.b += first * panels.width;
    x.factors.k = n;
    at.tile.block(plan.unit, counts, x, result);
  }

  void add_chunk(const OrderPlace& at, std::size_t first, std::size_t n, float* total, TileResult& result,
                 Steps& mine) const {
    alignas(64) std::array<float, most_tile> sums;
    run(at, first, n, sums.data(), result);
    const float unit = 1;
    for (std::size_t r = 0; r < at.tile.rows; ++r) {
      outer->run(*plan.outer, {&unit, 0, 0, sums.data() + r * panels.width, 1, total + r * panels.width},
                 result);
      mine.valid = mine.valid && result.largest <= plan.outer->sum.max_finite;
    }
  }
};

/// One row of outputs in tiles of this width, at the level of the kernels.
const TileShape* row_shape(const OrderKernels& kernels, bool counts) {
  for (const TileKernels* level : available_tile_kernels()) {
    if (std::string_view(level->isa) != kernels.isa) continue;
    for (const TileShape& shape : counts ? level->counting : level->fast)
      if (shape.rows == 1 && shape.width == kernels.width) return &shape;
  }
  return nullptr;
}

template <class Work>
bool run(Work& work, const OrderKernels& kernels, OrderProduct& out) {
  Steps all;
  const std::size_t steps = work.a.rows * work.a.columns * work.panels.b.columns;
  over_tiles(work, work.a.rows, work.panels.count(), steps, kernels, all);
  out.product = all.product;
  out.accumulator = all.accumulator;
  return all.valid;
}

}  // namespace

bool has_kernels(const OrderKernels& kernels, Order order) {
  return order == Order::pairwise || kernels.one.exact != nullptr;
}

std::optional<OrderProduct> multiply(const FloatMatrix& a, const FloatMatrix& b, const Reduction& how,
                                     const OrderPlan& plan, const DotRandom& random, Semantics operands,
                                     bool counts, const OrderKernels& kernels, const OutputNumbers& numbers) {
  OrderProduct out;
  out.y.resize(a.rows * b.columns);
  if (a.rows * a.columns * b.columns == 0) return out;  // sums of nothing are +0
  if (!has_kernels(kernels, how.order)) return std::nullopt;
  const FloatMatrix y{nullptr, a.rows, b.columns, b.columns, 1};
  const OrderWork common{a, Panels{b, kernels.width}, y, out.y.data(), counts};
  bool valid = false;
  if (const auto* tree = std::get_if<PairwiseRounding>(&plan)) {
    PairwiseWork work{common, *tree};
    valid = run(work, kernels, out);
  } else if (const auto* sum = std::get_if<ExactSum>(&plan)) {
    ExactWork work{common,
                   *sum,
                   how.accumulator,
                   random.accumulator,
                   operands,
                   fast_projection_of(how.accumulator, operands),
                   numbers.row != 0 ? numbers : OutputNumbers{numbers.first, b.columns}};
    valid = run(work, kernels, out);
  } else {
    const auto& unit = std::get<BlockPlan>(plan);
    BlockWork work{common,
                   unit,
                   unit.outer ? row_shape(kernels, counts) : nullptr,
                   how.has_outer() ? how.chunk : a.columns,
                   how.block.e_min_a,
                   how.block.e_min_b,
                   {}};
    if (unit.outer && work.outer == nullptr) return std::nullopt;
    work.look_at_a();
    valid = run(work, kernels, out);
  }
  if (!valid) return std::nullopt;
  return out;
}

}  // namespace exmy
