#include "sim/ops/order_product.hpp"

#include <array>
#include <cstdint>

#include "formats/arithmetic.hpp"
#include "formats/binary64.hpp"
#include "sim/ops/order_panels.hpp"
#include "sim/ops/reduction_steps.hpp"

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
  std::size_t at_once = steps_at_once(panels.width);

  /// Of steps that begin there; b is packed with as many as are done at a time.
  std::size_t end_of_steps(std::size_t first) const { return std::min(a.columns, first + at_once); }
  void pack(std::size_t panel, std::size_t first, std::size_t last, PackedPanel& into) const {
    panels.pack(panel, first, last, into);
  }

  std::size_t columns(const OrderPlace& at) const { return panels.columns(at.packed.panel); }
  TileOperands operands(const OrderPlace& at, float* sums) const {
    const std::size_t first = at.packed.first;
    return {a.data + at.row * a.row_step + first * a.column_step,
            a.row_step,
            a.column_step,
            at.packed.b.data(),
            at.packed.last - first,
            sums};
  }
  void tell(const OrderPlace& at, const TileResult& result, Steps& mine) const {
    if (counts) mine.add(result, panels.width, panels.width - columns(at));
  }
};

/// Steps are done 2^n at a time: complete subtrees, and the last one, whose roots are leaves of a tree of the same shape.
struct PairwiseWork : OrderWork {
  using Tile = std::array<float, most_tile>;
  /// Subtrees that wait for their right neighbours, the larger ones first; and how many steps were done.
  struct Sums {
    std::vector<Tile> waiting;
    std::size_t count = 0;
  };
  const PairwiseRounding& how;
  const Projection& sum;
  Semantics semantics;

  void add(const OrderPlace& at, Sums& sums, Steps& mine) const {
    alignas(64) Tile tile;
    TileResult result;
    at.tile.pairwise(how, counts, operands(at, tile.data()), result);
    if (how.each.limit == TileLimit::watch)
      mine.valid = mine.valid && result.largest <= how.each.sum.max_finite;
    tell(at, result, mine);
    for (std::size_t before = sums.count++; (before & 1) != 0; before >>= 1) join(at, sums, tile, mine);
    sums.waiting.push_back(tile);
  }

  void finish(const OrderPlace& at, Sums& sums, Steps& mine) const {
    Tile tile = sums.waiting.back();
    sums.waiting.pop_back();
    while (!sums.waiting.empty()) join(at, sums, tile, mine);
    store(panels, at, tile.data(), y, data);
  }

  /// `right` becomes the node over the last subtree that waits and itself, by the definition: such nodes are few.
  void join(const OrderPlace& at, Sums& sums, Tile& right, Steps& mine) const {
    const Tile& left = sums.waiting.back();
    for (std::size_t r = 0; r < at.tile.rows; ++r)
      for (std::size_t j = 0; j < columns(at); ++j) {
        const std::size_t i = r * panels.width + j;
        right[i] = node(static_cast<double>(left[i]), static_cast<double>(right[i]), mine);
      }
    sums.waiting.pop_back();
  }

  /// P(l + r), to nearest: nothing is drawn.
  float node(double l, double r, Steps& mine) const {
    const Outcome out = exmy::add(sum, l, r, 0, semantics);
    mine.valid = mine.valid && is_finite(out.value);
    if (counts) {
      mine.accumulator.add(out.events);
      if ((l != 0 && stands_still(out, r)) || (r != 0 && stands_still(out, l)))
        ++mine.accumulator[Counter::swamped];
    }
    return static_cast<float>(out.value);
  }
};

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

  void add(const OrderPlace& at, Sums& sums, Steps& mine) const {
    alignas(64) std::array<double, most_tile> high, low;
    TileResult result;
    at.tile.exact(how, counts, operands(at, nullptr), high.data(), low.data(), result);
    for (std::size_t i = 0; i < at.tile.rows * panels.width; ++i)
      sums.high[i] += high[i], sums.low[i] += low[i];
    tell(at, result, mine);
  }

  void finish(const OrderPlace& at, Sums& sums, Steps& mine) const {
    alignas(64) std::array<float, most_tile> rounded;
    for (std::size_t r = 0; r < at.tile.rows; ++r)
      round(at, r, sums.high.data() + r * panels.width, sums.low.data() + r * panels.width,
            rounded.data() + r * panels.width, mine);
    store(panels, at, rounded.data(), y, data);
  }

  /// The sums of a row, each rounded once.
  void round(const OrderPlace& at, std::size_t r, double* high, const double* low, float* sums,
             Steps& mine) const {
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

  void add(const OrderPlace& at, Sums& sums, Steps& mine) const {
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

  void finish(const OrderPlace& at, const Sums& sums, Steps&) const {
    store(panels, at, sums.total.data(), y, data);
  }

  /// Steps [first, last); `continues`: of a chunk that has begun.
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

  void add_chunk(const OrderPlace& at, Sums& sums, TileResult& result, Steps& mine) const {
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
    for (const TileShape& shape : counts ? level->counting : level->fast)
      if (shape.rows == 1 && shape.width == kernels.width) return &shape;
  }
  return nullptr;
}

template <class Work>
bool run(const Work& work, const OrderKernels& kernels, OrderProduct& out) {
  Steps all;
  const std::size_t steps = work.a.rows * work.a.columns * work.panels.b.columns;
  over_tiles(work, work.a.rows, work.panels.count(), steps, kernels, all);
  out.product = all.product;
  out.accumulator = all.accumulator;
  return all.valid;
}

}  // namespace

std::optional<OrderProduct> multiply(const FloatMatrix& a, const FloatMatrix& b, const Reduction& how,
                                     const OrderPlan& plan, const DotRandom& random, Semantics operands,
                                     bool counts, const OrderKernels& kernels, const OutputNumbers& numbers) {
  OrderProduct out;
  out.y.resize(a.rows * b.columns);
  if (a.rows * a.columns * b.columns == 0) return out;  // sums of nothing are +0
  if (how.order != Order::pairwise && kernels.one.exact == nullptr) return std::nullopt;
  const FloatMatrix y{nullptr, a.rows, b.columns, b.columns, 1};
  const OrderWork common{a, Panels{b, kernels.width}, y, out.y.data(), counts};
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
