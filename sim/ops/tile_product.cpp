#include "sim/ops/tile_product.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

namespace exmy {
namespace {

constexpr std::size_t most_rows = 8, most_sums = 512;
constexpr std::size_t parallel_work = 1 << 16;  // multiply-adds below which threads cost more than they give

TileCounts& operator+=(TileCounts& into, const TileCounts& c) {
  into.total += c.total;
  into.zero_in += c.zero_in;
  into.inexact += c.inexact;
  into.up += c.up;
  into.down += c.down;
  into.tie += c.tie;
  into.saturated += c.saturated;
  into.to_zero += c.to_zero;
  into.tiny += c.tiny;
  into.subnormal += c.subnormal;
  into.swamped += c.swamped;
  return into;
}

/// Steps of padding columns, which add +-0 to +0.
void discount(TileCounts& c, std::uint64_t steps) {
  c.total -= steps;
  c.zero_in -= steps;
}

/// How a product is cut into tiles: columns in panels of one width, rows by the tallest tiles that fit.
struct Cut {
  std::span<const TileShape> shapes;  ///< of one width, by rows; the first has one

  std::size_t width() const { return shapes.front().width; }
  const TileShape& tallest(std::size_t rows) const {
    std::size_t i = shapes.size() - 1;
    while (i > 0 && shapes[i].rows > rows) --i;
    return shapes[i];
  }
};

/// Time of a step of a tile, in vectors of sums; a tile with few of them waits for its own results.
std::size_t cost_of(std::size_t rows, std::size_t width, std::size_t lanes) {
  constexpr std::size_t in_flight = 6;
  return std::max(rows * width / lanes, in_flight);
}

std::size_t cost_of(const Cut& cut, std::size_t m, std::size_t n, std::size_t lanes) {
  std::size_t rows = 0;
  for (std::size_t done = 0; done < m;) {
    const std::size_t height = cut.tallest(m - done).rows;
    const std::size_t times = (m - done) / height;
    rows += times * cost_of(height, cut.width(), lanes);
    done += times * height;
  }
  return rows * ((n + cut.width() - 1) / cut.width());
}

/// The cut of m x n outputs that takes least time, by the model above.
std::pair<Cut, std::size_t> best_cut(std::span<const TileShape> shapes, std::size_t m, std::size_t n) {
  const std::size_t lanes = shapes.front().width / 2;
  std::pair<Cut, std::size_t> best{{}, ~std::size_t{0}};
  while (!shapes.empty()) {
    std::size_t count = 1;
    while (count < shapes.size() && shapes[count].width == shapes.front().width) ++count;
    const Cut cut{shapes.first(count)};
    if (const std::size_t cost = cost_of(cut, m, n, lanes); cost < best.second) best = {cut, cost};
    shapes = shapes.subspan(count);
  }
  return best;
}

/// A zero result is +0; the machine's default NaN may have a sign, ours has none.
float canonical(float s) { return s != s ? std::numeric_limits<float>::quiet_NaN() : s + 0.0f; }

class Multiplication {
 public:
  Multiplication(const FloatMatrix& a, const FloatMatrix& b, const TilePlan& plan, std::size_t chunk, Cut cut)
      : a_(a),
        b_(b),
        plan_(plan),
        chunk_(plan.outer ? chunk : a.columns),
        cut_(cut),
        packed_(panels() * k() * cut.width()) {}

  std::size_t panels() const { return (b_.columns + cut_.width() - 1) / cut_.width(); }

  /// Columns of b from panel * width on, padded with zeros: [k][width].
  void pack(std::size_t panel) {
    const std::size_t first = panel * cut_.width();
    const std::size_t count = std::min(cut_.width(), b_.columns - first);
    float* to = packed_.data() + panel * k() * cut_.width();
    const float* from = b_.data + first * b_.column_step;
    for (std::size_t i = 0; i < k(); ++i, to += cut_.width(), from += b_.row_step) {
      if (b_.column_step == 1)
        std::memcpy(to, from, count * sizeof(float));
      else
        for (std::size_t j = 0; j < count; ++j) to[j] = from[j * b_.column_step];
    }
  }

  /// The rows of y from `row` on, as many as the tallest tile has; returns how many. False in `valid`: out of range.
  std::size_t tile(std::size_t row, std::size_t rows, std::size_t panel, const FloatMatrix& y, float* data,
                   TileProduct& counts, bool& valid) const {
    const TileShape& shape = cut_.tallest(rows);
    alignas(64) std::array<float, most_sums> sums{};
    TileResult result;
    if (plan_.outer)
      chunks(shape, row, panel, sums.data(), result, valid);
    else
      valid = steps(shape, row, panel, 0, k(), sums.data(), result) && valid;
    store(shape, row, panel, sums.data(), y, data);
    const std::size_t padding = cut_.width() - std::min(cut_.width(), b_.columns - panel * cut_.width());
    discount_padding(shape.rows * padding, result);
    counts.product += result.product;
    counts.accumulator += result.sum;
    return shape.rows;
  }

 private:
  std::size_t k() const { return a_.columns; }

  bool steps(const TileShape& shape, std::size_t row, std::size_t panel, std::size_t first, std::size_t count,
             float* sums, TileResult& result) const {
    const TileOperands x{a_.data + row * a_.row_step + first * a_.column_step,  a_.row_step, a_.column_step,
                         packed_.data() + (panel * k() + first) * cut_.width(), count,       sums};
    shape.run(plan_.inner, x, result);
    return result.largest <= plan_.inner.sum.max_finite;
  }

  void chunks(const TileShape& shape, std::size_t row, std::size_t panel, float* total, TileResult& result,
              bool& valid) const {
    const TileShape& one = cut_.shapes.front();
    const float unit = 1;
    for (std::size_t first = 0; first < k(); first += chunk_) {
      alignas(64) std::array<float, most_sums> sums{};
      valid = steps(shape, row, panel, first, std::min(chunk_, k() - first), sums.data(), result) && valid;
      for (std::size_t r = 0; r < shape.rows; ++r) {
        const TileOperands x{&unit, 0, 0, sums.data() + r * cut_.width(), 1, total + r * cut_.width()};
        one.run(*plan_.outer, x, result);
        valid = valid && result.largest <= plan_.outer->sum.max_finite;
      }
    }
  }

  void discount_padding(std::size_t columns, TileResult& result) const {
    const std::size_t outer = plan_.outer ? (k() + chunk_ - 1) / chunk_ : 0;
    if (result.sum.total == 0) return;
    discount(result.sum, columns * (k() + outer));
    if (plan_.inner.rounds_product) discount(result.product, columns * k());
  }

  void store(const TileShape& shape, std::size_t row, std::size_t panel, const float* sums,
             const FloatMatrix& y, float* data) const {
    const std::size_t first = panel * cut_.width();
    const std::size_t count = std::min(cut_.width(), b_.columns - first);
    for (std::size_t r = 0; r < shape.rows; ++r)
      for (std::size_t j = 0; j < count; ++j)
        data[(row + r) * y.row_step + (first + j) * y.column_step] = canonical(sums[r * cut_.width() + j]);
  }

  const FloatMatrix& a_;
  const FloatMatrix& b_;
  const TilePlan& plan_;
  std::size_t chunk_;
  Cut cut_;
  std::vector<float> packed_;
};

/// Rows in groups that threads share out; all tiles of a group but the last have the same height.
bool run(Multiplication& work, const FloatMatrix& y, TileProduct& out) {
  constexpr std::size_t group = most_rows;
  const std::size_t groups = (y.rows + group - 1) / group;
  const std::size_t panels = work.panels();
  bool valid = true;
#pragma omp parallel if (out.work >= parallel_work)
  {
#pragma omp for schedule(static)
    for (std::size_t p = 0; p < panels; ++p) work.pack(p);
    TileProduct mine;
    bool all_valid = true;
#pragma omp for schedule(static) nowait
    for (std::size_t task = 0; task < panels * groups; ++task) {
      const std::size_t first = task % groups * group;
      const std::size_t last = std::min(first + group, y.rows);
      for (std::size_t row = first; row < last;)
        row += work.tile(row, last - row, task / groups, y, out.y.data(), mine, all_valid);
    }
#pragma omp critical
    {
      out.product += mine.product;
      out.accumulator += mine.accumulator;
      valid = valid && all_valid;
    }
  }
  return valid;
}

}  // namespace

std::optional<TileProduct> multiply(const FloatMatrix& a, const FloatMatrix& b, const TilePlan& plan,
                                    std::size_t chunk, bool counts, const TileKernels& kernels) {
  const auto shapes = counts ? kernels.counting : kernels.fast;
  TileProduct out;
  out.y.resize(a.rows * b.columns);
  out.work = a.rows * a.columns * b.columns;
  if (out.work == 0) return out;  // sums of nothing are +0
  const auto [upright, cost] = best_cut(shapes, a.rows, b.columns);
  const auto [turned, turned_cost] = best_cut(shapes, b.columns, a.rows);
  const FloatMatrix y{nullptr, a.rows, b.columns, b.columns, 1};
  const FloatMatrix bt = b.transposed(), at = a.transposed();
  const bool turn = turned_cost < cost;  // a b = (b^T a^T)^T, product by product
  Multiplication work =
      turn ? Multiplication(bt, at, plan, chunk, turned) : Multiplication(a, b, plan, chunk, upright);
  if (!run(work, turn ? y.transposed() : y, out)) return std::nullopt;
  return out;
}

Counters counters_of(const TileCounts& c) {
  Counters counters;
  counters[Counter::total] = c.total;
  counters[Counter::zero_in] = c.zero_in;
  counters[Counter::inexact] = c.inexact;
  counters[Counter::rounded_up] = c.up;
  counters[Counter::rounded_down] = c.down;
  counters[Counter::tie] = c.tie;
  counters[Counter::saturated] = c.saturated;
  counters[Counter::underflow_to_zero] = c.to_zero;
  counters[Counter::underflow_inexact] = c.tiny;
  counters[Counter::subnormal_out] = c.subnormal;
  counters[Counter::swamped] = c.swamped;
  return counters;
}

}  // namespace exmy
