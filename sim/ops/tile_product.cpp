#include "sim/ops/tile_product.hpp"

#include <omp.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <new>

#include "sim/ops/tile_cut.hpp"

namespace exmy {
namespace {

// Sums of a thread that are not in y yet.
constexpr std::size_t most_sums = 1 << 13;
// Below, threads cost more than they give, some 30 microseconds (unit: TileCut::cost).
constexpr std::size_t parallel_cost = 1'600'000;
constexpr float unbounded = std::numeric_limits<float>::infinity();
constexpr std::size_t tasks_per_thread = 12;  // of different lengths, and a core may be shared

/// Steps of padding columns, which add +-0 to +0.
void discount(TileCounts& c, std::uint64_t steps) {
  c.total -= steps;
  c.zero_in -= steps;
}

/// Numbers without a value yet, from the beginning of a cache line.
class Scratch {
 public:
  explicit Scratch(std::size_t n) {
    if (n == 0) return;
    data_.reset(static_cast<float*>(std::aligned_alloc(64, (n * sizeof(float) + 63) / 64 * 64)));
    if (data_ == nullptr) throw std::bad_alloc();
  }
  float* data() const { return data_.get(); }

 private:
  struct Free {
    void operator()(float* p) const { std::free(p); }
  };
  std::unique_ptr<float, Free> data_;
};

/// y = left right, or its transpose, in tasks that share nothing but what they read.
struct Job {
  FloatMatrix left, right;
  const TilePlan& plan;
  std::size_t chunk;
  TileCut cut;
  const TileKernels& kernels;
  bool turned;  ///< y is (left right)^T
  float* y;     ///< row-major
  std::size_t y_columns;

  std::size_t k() const { return left.columns; }
  std::size_t width() const { return cut.width(); }
  std::size_t panels() const { return cut.panels(right.columns); }
  /// Columns of a panel, which the rest of its width pads.
  std::size_t columns(std::size_t panel) const { return std::min(width(), right.columns - panel * width()); }
  /// Steps of a panel that are copied at a time; sums go on where they were.
  std::size_t block() const { return std::min(k(), cut.most_packed / width()); }
  /// Rows whose sums wait together.
  std::size_t group() const { return std::min(std::max(cut.tallest(), most_sums / width()), left.rows); }
  /// y takes the sums themselves.
  bool in_place(std::size_t panel) const { return !turned && columns(panel) == width(); }
};

/// One thread: what it keeps and what it counts.
class Worker {
 public:
  explicit Worker(const Job& job)
      : job_(job),
        packed_(job.cut.packs || !job.in_place(job.panels() - 1) ? job.block() * job.width() : 0),
        sums_(job.turned || !job.in_place(job.panels() - 1) ? job.group() * job.width() : 0),
        chunks_(job.plan.outer ? job.group() * job.width() : 0) {}

  /// Rows [first, last) of a panel.
  void run(std::size_t panel, std::size_t first, std::size_t last) {
    panel_ = panel;
    for (std::size_t row = first; row < last; row += job_.group())
      group(row, std::min(last, row + job_.group()));
    const std::size_t padding = job_.width() - job_.columns(panel);
    if (result_.sum.total != 0) discount_padding(padding * (last - first));
  }

  /// No sum left the range that the plan watches.
  bool valid() const { return valid_; }
  const TileResult& result() const { return result_; }

 private:
  struct Panel {
    const float* data;
    std::size_t step;
    float largest;  ///< a bound of it
  };

  struct Sums {
    float* data;
    std::size_t step;
  };

  Sums sums_of(std::size_t row) const {
    if (job_.in_place(panel_)) return {job_.y + row * job_.y_columns + panel_ * job_.width(), job_.y_columns};
    return {sums_.data() + (row - first_) * job_.width(), job_.width()};
  }

  void group(std::size_t first, std::size_t last) {
    first_ = first;
    for (std::size_t from = 0; from < job_.k(); from += job_.block()) {
      const std::size_t to = std::min(job_.k(), from + job_.block());
      Panel b = panel(from, to);
      b.largest = largest_of(b, to - from);
      for (std::size_t row = first; row < last;) {
        const TileShape& shape = job_.cut.tallest(last - row);
        tile(shape, row, b, from, to);
        row += shape.rows;
      }
    }
    if (!job_.in_place(panel_)) store(first, last);
  }

  /// Steps [from, to) of the panel, where they are or copied.
  Panel panel(std::size_t from, std::size_t to) {
    const FloatMatrix& right = job_.right;
    const float* data = right.data + from * right.row_step + panel_ * job_.width() * right.column_step;
    if (!job_.cut.packs && job_.columns(panel_) == job_.width()) return {data, right.row_step, unbounded};
    if (packed_panel_ != panel_ || packed_from_ != from) pack(data, to - from);
    packed_panel_ = panel_, packed_from_ = from;
    return {packed_.data(), job_.width(), unbounded};
  }

  /// Where a plan asks for it.
  float largest_of(const Panel& b, std::size_t steps) const {
    const float below = job_.plan.inner.quick_below;
    float most = unbounded;
    if (below == 0 || below == unbounded) return most;
    most = 0;
    for (std::size_t k = 0; k < steps; ++k)
      most = std::max(most, job_.kernels.magnitudes(b.data + k * b.step, job_.width()).largest);
    return most;
  }

  void pack(const float* from, std::size_t steps) const {
    const FloatMatrix& right = job_.right;
    const std::size_t columns = job_.columns(panel_), width = job_.width();
    float* to = packed_.data();
    if (columns < width)
      for (std::size_t k = 0; k < steps; ++k) std::fill(to + k * width + columns, to + (k + 1) * width, 0.0f);
    if (right.column_step == 1)
      job_.kernels.copy(from, right.row_step, steps, columns, to, width);
    else if (right.row_step == 1)
      job_.kernels.transpose(from, right.column_step, columns, steps, to, width);
    else
      for (std::size_t k = 0; k < steps; ++k)
        for (std::size_t j = 0; j < columns; ++j)
          to[k * width + j] = from[k * right.row_step + j * right.column_step];
  }

  void tile(const TileShape& shape, std::size_t row, const Panel& b, std::size_t from, std::size_t to) {
    const Sums sums = sums_of(row);
    const float* a = job_.left.data + row * job_.left.row_step;
    const auto steps = [&](std::size_t first, std::size_t last, const Sums& into, bool begins, bool ends) {
      const TileOperands x{a + first * job_.left.column_step,
                           job_.left.row_step,
                           job_.left.column_step,
                           b.data + (first - from) * b.step,
                           last - first,
                           into.data,
                           b.step,
                           into.step,
                           b.largest,
                           begins,
                           ends};
      take(shape, job_.plan.inner, x);
    };
    if (!job_.plan.outer) return steps(from, to, sums, from == 0, to == job_.k());
    const Sums chunk{chunks_.data() + (row - first_) * job_.width(), job_.width()};
    for (std::size_t at = from; at < to;) {
      const std::size_t begin = at / job_.chunk * job_.chunk;
      const std::size_t end = std::min(begin + job_.chunk, job_.k());
      steps(at, std::min(end, to), chunk, at == begin, false);
      if (end <= to) add_chunk(shape.rows, chunk, sums, begin == 0, end == job_.k());
      at = std::min(end, to);
    }
  }

  void add_chunk(std::size_t rows, const Sums& chunk, const Sums& sums, bool begins, bool ends) {
    const float unit = 1;
    for (std::size_t r = 0; r < rows; ++r)
      take(job_.cut.shapes.front(), *job_.plan.outer,
           {&unit, 0, 0, chunk.data + r * chunk.step, 1, sums.data + r * sums.step, 0, 0, unbounded, begins,
            ends});
  }

  void take(const TileShape& shape, const TileRounding& how, const TileOperands& x) {
    shape.run(how, x, result_);
    valid_ = valid_ && result_.largest <= how.sum.max_finite;
  }

  void store(std::size_t first, std::size_t last) const {
    const std::size_t columns = job_.columns(panel_), column = panel_ * job_.width();
    const std::size_t rows = last - first, n = job_.y_columns;
    if (job_.turned)
      job_.kernels.transpose(sums_.data(), job_.width(), rows, columns, job_.y + column * n + first, n);
    else
      job_.kernels.copy(sums_.data(), job_.width(), rows, columns, job_.y + first * n + column, n);
  }

  void discount_padding(std::size_t sums) {
    const std::size_t outer = job_.plan.outer ? (job_.k() + job_.chunk - 1) / job_.chunk : 0;
    discount(result_.sum, sums * (job_.k() + outer));
    if (job_.plan.inner.rounds_product) discount(result_.product, sums * job_.k());
  }

  const Job& job_;
  Scratch packed_, sums_, chunks_;
  std::size_t panel_ = 0, first_ = 0;
  std::size_t packed_panel_ = ~std::size_t{0}, packed_from_ = 0;
  TileResult result_;
  bool valid_ = true;
};

/// Rows of a task: all of them, if there are panels enough for the threads.
std::size_t rows_of_task(const Job& job, std::size_t threads) {
  if (threads == 1) return job.left.rows;
  const std::size_t parts = (tasks_per_thread * threads + job.panels() - 1) / job.panels();
  const std::size_t rows = (job.left.rows + parts - 1) / parts;
  return (rows + job.cut.tallest() - 1) / job.cut.tallest() * job.cut.tallest();
}

/// Whether all sums are in range.
bool run(const Job& job, TileProduct& out) {
  const bool shared = job.cut.cost >= parallel_cost;
  const std::size_t threads = shared ? static_cast<std::size_t>(omp_get_max_threads()) : 1;
  const std::size_t rows = rows_of_task(job, threads), parts = (job.left.rows + rows - 1) / rows;
  bool valid = true;
#pragma omp parallel if (threads > 1)
  {
    Worker mine(job);
#pragma omp for schedule(dynamic) nowait
    for (std::size_t task = 0; task < job.panels() * parts; ++task) {
      const std::size_t first = task % parts * rows;
      mine.run(task / parts, first, std::min(first + rows, job.left.rows));
    }
#pragma omp critical
    {
      out.product += mine.result().product;
      out.accumulator += mine.result().sum;
      valid = valid && mine.valid();
    }
  }
  return valid;
}

}  // namespace

std::optional<TileProduct> multiply(const FloatMatrix& a, const FloatMatrix& b, const TilePlan& plan,
                                    std::size_t chunk, bool counts, const TileKernels& kernels) {
  TileProduct out;
  out.y.resize(a.rows * b.columns);
  out.work = a.rows * a.columns * b.columns;
  if (out.work == 0) return out;  // sums of nothing are +0
  const FloatMatrix at = a.transposed(), bt = b.transposed();
  TileCut upright = best_cut(kernels, extents_of(a, b, counts), plan, counts);
  TileCut turned = best_cut(kernels, extents_of(bt, at, counts), plan, counts);
  turned.cost += out.y.size();                   // stored one by one
  const bool turn = turned.cost < upright.cost;  // a b = (b^T a^T)^T, product by product
  const Job job{turn ? bt : a, turn ? at : b, plan,         chunk,    turn ? turned : upright,
                kernels,       turn,          out.y.data(), b.columns};
  if (!run(job, out)) return std::nullopt;
  return out;
}

}  // namespace exmy
