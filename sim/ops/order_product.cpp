#include "sim/ops/order_product.hpp"

#include "formats/arithmetic.hpp"
#include "formats/binary64.hpp"
#include "sim/ops/order_pairwise.hpp"

namespace exmy {
namespace {

struct ExactWork : OrderWork {
  struct Sums {
    alignas(64) std::array<double, most_tile> high{},
        low{};  ///< sums of some steps are exact, and theirs too
  };
  const ExactSum& how;
  const Projection& sum;
  const RandomStream& random;
  Semantics semantics;
  std::optional<FastProjection> fast;
  OutputNumbers outputs;

  void add(const OrderPlace& at, Sums& sums, OrderSteps& mine) const {
    alignas(64) std::array<double, most_tile> high, low;
    TileResult result;
    at.tile.exact(how, counts, operands(at, nullptr), high.data(), low.data(), result);
    for (std::size_t i = 0; i < at.tile.rows * panels.width; ++i)
      sums.high[i] += high[i], sums.low[i] += low[i];
    tell(at, result, mine);
  }

  void finish(const OrderPlace& at, Sums& sums, OrderSteps& mine) const {
    alignas(64) std::array<float, most_tile> rounded;
    for (std::size_t r = 0; r < at.tile.rows; ++r)
      round(at, r, sums.high.data() + r * panels.width, sums.low.data() + r * panels.width,
            rounded.data() + r * panels.width, mine);
    store(panels, at, rounded.data(), y, data);
  }

  /// The sums of a row, each rounded once.
  void round(const OrderPlace& at, std::size_t r, double* high, const double* low, float* sums,
             OrderSteps& mine) const {
    const std::size_t n = columns(at);
    const std::uint64_t first = outputs.of(at.row + r, at.packed.panel * panels.width);
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
  struct Sums {
    alignas(64) std::array<float, most_tile> total{}, chunk;  ///< `chunk`: of the one that has begun
  };
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

  /// Where a chunk ends, or else a group of the unit.
  std::size_t end_of_steps(std::size_t first) const {
    const std::size_t last = std::max(first + at_once, first + plan.unit.terms);
    if (last >= a.columns) return a.columns;
    if (const std::size_t end = last / chunk * chunk; end > first) return end;
    const std::size_t begin = first / chunk * chunk;
    return begin + (last - begin) / plan.unit.terms * plan.unit.terms;
  }

  void pack(std::size_t panel, std::size_t first, std::size_t last, PackedPanel& into) const {
    panels.pack(panel, first, last, into);
    into.exponents.resize(into.b.size());
    for (std::size_t i = 0; i < into.b.size(); ++i)
      into.exponents[i] = static_cast<std::int16_t>(exponent(into.b[i], e_min_b) + exponent_bias);
  }

  void add(const OrderPlace& at, Sums& sums, OrderSteps& mine) const {
    TileResult result;
    for (std::size_t first = at.packed.first; first < at.packed.last;) {
      const std::size_t begin = first / chunk * chunk, end = std::min(begin + chunk, a.columns);
      const std::size_t last = std::min(end, at.packed.last);
      run(at, first, last, first != begin, outer == nullptr ? sums.total.data() : sums.chunk.data(), result);
      if (outer != nullptr && last == end) add_chunk(at, sums, result, mine);
      first = last;
    }
    tell(at, result, mine);
  }

  void finish(const OrderPlace& at, const Sums& sums, OrderSteps&) const {
    store(panels, at, sums.total.data(), y, data);
  }

  /// OrderSteps [first, last); `continues`: of a chunk that has begun.
  void run(const OrderPlace& at, std::size_t first, std::size_t last, bool continues, float* sums,
           TileResult& result) const {
    const std::size_t packed = first - at.packed.first;
    BlockOperands x{operands(at, sums), a_exponents.data() + at.row * a.columns + first, a.columns,
                    at.packed.exponents.data() + packed * panels.width, continues};
    x.factors.a += packed * a.column_step;
    x.factors.b += packed * panels.width;
    x.factors.k = last - first;
    at.tile.block(plan.unit, counts, x, result);
  }

  void add_chunk(const OrderPlace& at, Sums& sums, TileResult& result, OrderSteps& mine) const {
    const float unit = 1;
    for (std::size_t r = 0; r < at.tile.rows; ++r) {
      const std::size_t row = r * panels.width;
      outer->run(*plan.outer, {&unit, 0, 0, sums.chunk.data() + row, 1, sums.total.data() + row}, result);
      mine.valid = mine.valid && result.largest <= plan.outer->sum.max_finite;
    }
  }
};

/// One row of outputs in tiles of this width, at the level of the kernels.
const TileShape* row_shape(const OrderKernels& kernels, bool counts) {
  for (const TileKernels* level : available_tile_kernels()) {
    if (std::string_view(level->isa) != kernels.isa) continue;
    for (const std::span<const TileShape> shapes : counts ? level->counting : level->fast)
      if (shapes.front().width == kernels.width) return &shapes.front();
  }
  return nullptr;
}

template <class Work>
bool run(const Work& work, const OrderKernels& kernels, OrderProduct& out) {
  OrderSteps all;
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
                                     bool counts, const OrderKernels& kernels, const OutputNumbers& numbers,
                                     const FinishedTiles& finished) {
  OrderProduct out;
  out.y.resize(a.rows * b.columns);
  if (a.rows * a.columns * b.columns == 0) {  // sums of nothing are +0
    if (finished) finished(out.y.data(), 0, 0, a.rows, b.columns);
    return out;
  }
  if (!has_kernels(kernels, how.order)) return std::nullopt;
  const FloatMatrix y{nullptr, a.rows, b.columns, b.columns, 1};
  const OrderWork common{a, Panels{b, kernels.width}, y, out.y.data(), counts, finished};
  bool valid = false;
  if (const auto* tree = std::get_if<PairwiseRounding>(&plan)) {
    const PairwiseWork work{common, *tree, how.accumulator, operands};
    valid = run(work, kernels, out);
  } else if (const auto* sum = std::get_if<ExactSum>(&plan)) {
    const ExactWork work{common,
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
