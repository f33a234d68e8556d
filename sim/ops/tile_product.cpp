#include "sim/ops/tile_product.hpp"

#include <algorithm>

#include "sim/ops/sharing.hpp"
#include "sim/ops/tile_job.hpp"

namespace exmy {
namespace {

constexpr std::size_t rows_of_chunks = 128;   // whose sums stay in the first cache
constexpr std::size_t tasks_per_thread = 24;  // of different lengths, and a core may be shared

/// Steps of padding columns, which add +-0 to +0.
void discount(TileCounts& c, std::uint64_t steps) {
  c.total -= steps;
  c.zero_in -= steps;
}

/// One thread: what it keeps and what it counts.
class Worker {
 public:
  Worker(const TileJob& job, std::size_t most_panels, const FinishedTiles& finished)
      : job_(job),
        finished_(finished),
        factors_(job),
        sums_(job.turned || !job.in_place(job.panels() - 1) ? sums_of_panel() * most_panels : 0),
        chunks_(job.plan.outer ? sums_of_panel() * most_panels : 0) {}

  /// Rows [first, last) of some panels.
  void run(std::size_t first_panel, std::size_t last_panel, std::size_t first, std::size_t last) {
    first_panel_ = first_panel, last_panel_ = last_panel;
    for (std::size_t row = first; row < last; row += job_.group())
      group(row, std::min(last, row + job_.group()));
    if (result_.sum.total == 0) return;
    const std::size_t columns = (last_panel - first_panel) * job_.width();
    const std::size_t padding = columns - std::min(columns, job_.right.columns - first_panel * job_.width());
    discount_padding(padding * (last - first));
  }

  /// No sum left the range that the plan watches.
  bool valid() const { return valid_; }
  const TileResult& result() const { return result_; }

 private:
  struct Sums {
    float* data;
    std::size_t step;
  };

  std::size_t sums_of_panel() const { return job_.group() * job_.width(); }

  /// Those in `scratch` that wait for the panel.
  float* of_panel(const Scratch& scratch) const {
    return scratch.data() + (panel_ - first_panel_) * sums_of_panel();
  }

  Sums sums_of(std::size_t row) const {
    if (job_.in_place(panel_)) return {job_.y + row * job_.y_columns + panel_ * job_.width(), job_.y_columns};
    return {of_panel(sums_) + (row - first_) * job_.width(), job_.width()};
  }

  void group(std::size_t first, std::size_t last) {
    first_ = first;
    for (std::size_t from = 0; from < job_.k(); from += job_.block())
      block(first, last, from, std::min(job_.k(), from + job_.block()));
    for (panel_ = first_panel_; panel_ < last_panel_; ++panel_)
      if (!job_.in_place(panel_)) store(first, last);
    if (finished_) tell_finished(first, last);
  }

  void tell_finished(std::size_t first, std::size_t last) const {
    const std::size_t column = first_panel_ * job_.width();
    const std::size_t columns = std::min(last_panel_ * job_.width(), job_.right.columns) - column;
    if (job_.turned)
      finished_(job_.y + column * job_.y_columns + first, column, first, columns, last - first);
    else
      finished_(job_.y + first * job_.y_columns + column, first, column, last - first, columns);
  }

  /// Steps [from, to) of all panels.
  void block(std::size_t first, std::size_t last, std::size_t from, std::size_t to) {
    a_ = factors_.rows(first, last, from, to), from_ = from;
    for (panel_ = first_panel_; panel_ < last_panel_; ++panel_) {
      b_ = factors_.panel(panel_, from, to);
      if (job_.plan.outer)
        for (std::size_t row = first; row < last; row += rows_of_chunks)
          chunks(row, std::min(last, row + rows_of_chunks), from, to);
      else
        tiles(first, last, from, to, sums_of(first), from == 0, to == job_.k());
    }
  }

  /// Steps [from, to) of rows, chunk by chunk: sums of chunks are added to those of rows, many at a time.
  void chunks(std::size_t first, std::size_t last, std::size_t from, std::size_t to) {
    const Sums chunk{of_panel(chunks_) + (first - first_) * job_.width(), job_.width()};
    for (std::size_t at = from; at < to;) {
      const std::size_t begin = at / job_.chunk * job_.chunk;
      const std::size_t end = std::min(begin + job_.chunk, job_.k());
      tiles(first, last, at, std::min(end, to), chunk, at == begin, false);
      if (end <= to) add_chunk(last - first, chunk, sums_of(first), begin == 0, end == job_.k());
      at = std::min(end, to);
    }
  }

  /// Steps [from, to) of rows; `sums`: of the first one.
  void tiles(std::size_t first, std::size_t last, std::size_t from, std::size_t to, const Sums& sums,
             bool begins, bool ends) {
    for (std::size_t row = first; row < last;) {
      const TileShape& shape = job_.cut.tallest(last - row);
      const std::size_t rows = shape.rows_of(last - row);
      const Sums own{sums.data + (row - first) * sums.step, sums.step};
      if (b_.offsets == nullptr)
        tile(shape, rows, row, from, to, own, begins, ends);
      else
        for (std::size_t at = from, end = from; at < to; at = end) {
          end = std::min(to, job_.run_ends[at]);
          tile(shape, rows, row, at, end, own, begins && at == from, ends && end == to);
        }
      row += rows;
    }
  }

  void tile(const TileShape& shape, std::size_t rows, std::size_t row, std::size_t from, std::size_t to,
            const Sums& sums, bool begins, bool ends) {
    const float* a = a_.data + (row - first_) * a_.row_step + (from - from_) * a_.column_step;
    const float* b = b_.data + (b_.offsets == nullptr ? (from - from_) * b_.step : b_.offsets[from]);
    take(shape.run, job_.plan.inner,
         {a, a_.row_step, a_.column_step, b, to - from, sums.data, b_.step_of(from, to), sums.step, begins,
          ends, rows});
  }

  void add_chunk(std::size_t rows, const Sums& chunk, const Sums& sums, bool begins, bool ends) {
    const TileRounding& how = *job_.plan.outer;
    TileOperands x{.b = chunk.data, .sums = sums.data, .begins = begins, .ends = ends};
    if (!job_.counts) {
      x.k = job_.width(), x.rows = rows, x.b_step = chunk.step, x.sums_step = sums.step;
      return take(job_.kernels.add, how, x);
    }
    const float unit = 1;
    x.a = &unit, x.k = 1;
    for (std::size_t r = 0; r < rows; ++r, x.b += chunk.step, x.sums += sums.step)
      take(job_.cut.shapes.front().run, how, x);
  }

  void take(TileWork* work, const TileRounding& how, const TileOperands& x) {
    work(how, x, result_);
    valid_ = valid_ && result_.largest <= how.sum.max_finite;
  }

  void store(std::size_t first, std::size_t last) const {
    const std::size_t columns = job_.columns(panel_), column = panel_ * job_.width();
    const std::size_t rows = last - first, n = job_.y_columns;
    if (job_.turned)
      job_.kernels.transpose(of_panel(sums_), job_.width(), rows, columns, job_.y + column * n + first, n);
    else
      job_.kernels.copy(of_panel(sums_), job_.width(), rows, columns, job_.y + first * n + column, n);
  }

  void discount_padding(std::size_t sums) {
    const std::size_t outer = job_.plan.outer ? (job_.k() + job_.chunk - 1) / job_.chunk : 0;
    discount(result_.sum, sums * (job_.k() + outer));
    if (job_.plan.inner.rounds_product) discount(result_.product, sums * job_.k());
  }

  const TileJob& job_;
  const FinishedTiles& finished_;
  TileFactors factors_;
  Scratch sums_, chunks_;
  std::size_t first_panel_ = 0, last_panel_ = 0, panel_ = 0, first_ = 0, from_ = 0;
  TileRows a_;  ///< from row first_ and step from_ on
  TilePanel b_;
  TileResult result_;
  bool valid_ = true;
};

std::size_t ceiling(std::size_t n, std::size_t part) { return (n + part - 1) / part; }

/// The product in tasks: some panels of some rows each. (Where a task has all rows nothing is divided, which a small product
/// would notice.)
class Tasks {
 public:
  Tasks(const TileJob& job, std::size_t threads) : job_(job), across_(job.panels()), rows_(job.left.rows) {
    std::size_t wanted = tasks_per_thread * threads;
    if (job.joins_panels()) {
      wanted = threads;
      panels_ = ceiling(job.panels(), threads);
      across_ = ceiling(job.panels(), panels_);
    }
    if (threads > 1) cut_rows(ceiling(wanted, job.panels()));
  }
  /// Of a task.
  std::size_t panels() const { return panels_; }
  std::size_t count() const { return across_ * down_; }
  void run(Worker& worker, std::size_t task) const {
    const std::size_t across = down_ > 1 ? task / down_ : task, down = task - across * down_;
    const std::size_t first = down * rows_, panel = across * panels_;
    worker.run(panel, std::min(panel + panels_, job_.panels()), first,
               std::min(first + rows_, job_.left.rows));
  }

 private:
  /// All rows, if there are panels enough for the threads.
  void cut_rows(std::size_t parts) {
    const std::size_t tallest = job_.cut.tallest();
    rows_ = ceiling(ceiling(rows_, parts), tallest) * tallest;
    down_ = ceiling(job_.left.rows, rows_);
  }

  const TileJob& job_;
  std::size_t panels_ = 1, across_, rows_, down_ = 1;
};

/// One row of panels that are read and written where they are: there is nothing to share, to copy or to lay aside.
bool run_row(const TileJob& job, const FinishedTiles& finished) {
  TileWork* const work = job.cut.tallest(1).run;
  const FloatMatrix &a = job.left, &b = job.right;
  const std::size_t width = job.width();
  TileResult result;
  bool valid = true;
  for (std::size_t column = 0; column < b.columns; column += width) {
    work(job.plan.inner,
         {a.data, a.row_step, a.column_step, b.data + column, job.k(), job.y + column, b.row_step, width,
          true, true},
         result);
    valid = valid && result.largest <= job.plan.inner.sum.max_finite;
    if (finished) finished(job.y + column, 0, column, 1, width);
  }
  return valid;
}

/// Whether all sums were in range.
bool run(const TileJob& job, const FinishedTiles& finished, TileProduct& out) {
  const std::size_t threads = threads_for(SharedStep::tiles, job.cut.cost);
  if (threads == 1 && job.is_row_in_place()) return run_row(job, finished);
  const Tasks tasks(job, threads);
  bool valid = true;
  share(
      {tasks.count(), threads, 1}, [&] { return Worker(job, tasks.panels(), finished); },
      [&](Worker& worker, std::size_t task) { tasks.run(worker, task); },
      [&](const Worker& worker) {
        if (job.counts) out.product += worker.result().product, out.accumulator += worker.result().sum;
        valid = valid && worker.valid();
      });
  return valid;
}

/// a b = (b^T a^T)^T, product by product: if that is less work.
void turn(TileJob& job) {
  const FloatMatrix left = job.right.transposed(), right = job.left.transposed();
  const TileCut cut = best_cut(job.kernels, extents_of(left, right, job.counts), job.plan, job.counts);
  const std::size_t stores = left.rows * right.columns;  // one by one
  if (job.cut.cost <= cut.cost || job.cut.cost - cut.cost <= stores) return;
  job.left = left, job.right = right, job.cut = cut, job.turned = true;
}

}  // namespace

std::optional<TileProduct> multiply(const FloatMatrix& a, const FloatMatrix& b, const TilePlan& plan,
                                    std::size_t chunk, bool counts, const TileKernels& kernels,
                                    const FinishedTiles& finished) {
  std::optional<TileProduct> out(std::in_place);
  out->y.resize(a.rows * b.columns);
  out->work = a.rows * a.columns * b.columns;
  if (out->work == 0) {  // sums of nothing are +0
    if (finished) finished(out->y.data(), 0, 0, a.rows, b.columns);
    return out;
  }
  TileJob job{
      a,       b,     plan,          chunk,     best_cut(kernels, extents_of(a, b, counts), plan, counts),
      kernels, false, out->y.data(), b.columns, counts};
  if (a.rows > 1 || !b.is_contiguous()) turn(job);  // one row is short
  look_for_runs(job);
  if (!run(job, finished, *out)) out.reset();
  return out;
}

}  // namespace exmy
