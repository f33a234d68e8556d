#pragma once
// A matrix product that is done by tiles, and what tiles read of its factors: what is there, or copies of pieces. For
// tile_product.cpp only.

#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include "sim/ops/tile_cut.hpp"

namespace exmy {

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
struct TileJob {
  // Sums of a thread that are not in y yet.
  static constexpr std::size_t most_sums = 1 << 13;
  // Elements of a left factor with offsets that a thread copies at a time: they stay in its cache.
  static constexpr std::size_t most_laid = 1 << 16;

  FloatMatrix left, right;
  const TilePlan& plan;
  std::size_t chunk;
  TileCut cut;
  const TileKernels& kernels;
  bool turned;  ///< y is (left right)^T
  float* y;     ///< row-major
  std::size_t y_columns;
  bool counts;
  std::vector<std::size_t> run_ends{};  ///< of the steps of `right`, if its panels may be read run by run

  std::size_t k() const { return left.columns; }
  std::size_t width() const { return cut.width(); }
  std::size_t panels() const { return cut.panels(right.columns); }
  /// Columns of a panel, which the rest of its width pads.
  std::size_t columns(std::size_t panel) const { return std::min(width(), right.columns - panel * width()); }
  /// Whether panels are read where they are.
  bool reads_in_place() const { return !cut.packs && right.columns == panels() * width(); }
  /// Whether it is a row of sums that tiles can do from the first step to the last, where everything is.
  bool is_row_in_place() const {
    return left.rows == 1 && !left.offsets && reads_in_place() && !turned && !plan.outer && !counts;
  }
  /// Steps of a panel that are copied, or read by several tiles, at a time; sums go on where they were.
  std::size_t block() const {
    return reads_in_place() && left.rows == 1 ? k() : std::min(k(), cut.whole_widths(cut.most_packed));
  }
  /// Rows whose sums wait together.
  std::size_t group() const {
    const std::size_t most =
        std::min(cut.whole_widths(most_sums), left.offsets ? most_laid / block() : most_sums);
    return std::min(std::max(cut.tallest(), most), left.rows);
  }
  /// Whether a task does its panels block by block, so that factors of many steps are read once.
  bool joins_panels() const { return right.offsets && group() == left.rows && k() > block(); }
  /// y takes the sums themselves.
  bool in_place(std::size_t panel) const { return !turned && columns(panel) == width(); }
};

/// Fills in `run_ends` if runs are long: sums are laid aside after each.
void look_for_runs(TileJob& job);

/// Rows of the left factor, as tiles read them.
struct TileRows {
  const float* data = nullptr;
  std::size_t row_step = 0, column_step = 0;
};

/// Columns of the right factor, as tiles read them.
struct TilePanel {
  const float* data = nullptr;
  std::size_t step = 0;
  const std::size_t* offsets = nullptr;  ///< of all steps, run by run; else they are `step` apart

  /// Of the steps [at, end) of a run.
  std::size_t step_of(std::size_t at, std::size_t end) const {
    if (offsets == nullptr) return step;
    return at + 1 < end ? offsets[at + 1] - offsets[at] : 1;
  }
};

/// What one thread copies of the factors.
class TileFactors {
 public:
  explicit TileFactors(const TileJob& job)
      : job_(job),
        laid_(job.left.offsets ? job.group() * job.block() : 0),
        packed_(job.cut.packs || !job.in_place(job.panels() - 1) ? job.block() * job.width() : 0) {}

  /// Steps [from, to) of rows [first, last), where they are or copied.
  TileRows rows(std::size_t first, std::size_t last, std::size_t from, std::size_t to) const {
    const FloatMatrix& x = job_.left;
    if (x.offsets) return laid(x.part(first, from, last - first, to - from));
    return {x.data + first * x.row_step + from * x.column_step, x.row_step, x.column_step};
  }
  /// Steps [from, to) of a panel, where they are or copied; those of the last call stay.
  TilePanel panel(std::size_t panel, std::size_t from, std::size_t to) {
    const FloatMatrix& x = job_.right;
    const std::size_t column = panel * job_.width(), columns = job_.columns(panel);
    if (!job_.cut.packs && columns == job_.width()) return {x.data + from * x.row_step + column, x.row_step};
    return gathered(x.part(from, column, to - from, columns), panel, from);
  }

 private:
  TileRows laid(const FloatMatrix& there) const;
  TilePanel gathered(const FloatMatrix& there, std::size_t panel, std::size_t from);
  bool are_neighbours(const FloatMatrix& panel) const;
  void pack(const FloatMatrix& from);

  const TileJob& job_;
  Scratch laid_, packed_;
  std::size_t packed_panel_ = ~std::size_t{0}, packed_from_ = 0;
  bool is_padded_ = false;  ///< what was packed last
};

}  // namespace exmy
