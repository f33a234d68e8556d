#include "sim/ops/float_matrix.hpp"

#include <omp.h>

#include <bit>

namespace exmy {
namespace {

void lay_steps(const FloatMatrix& x, float* to, std::size_t to_step, const TileKernels& kernels) {
  if (x.column_step == 1) return kernels.copy(x.data, x.row_step, x.rows, x.columns, to, to_step);
  if (x.row_step == 1) return kernels.transpose(x.data, x.column_step, x.columns, x.rows, to, to_step);
  for (std::size_t r = 0; r < x.rows; ++r)
    for (std::size_t c = 0; c < x.columns; ++c)
      to[r * to_step + c] = x.data[r * x.row_step + c * x.column_step];
}

/// Offsets that are one step apart.
struct Run {
  std::size_t first, count, step;
};

/// The longest one from the first of n offsets on; one alone rather than two with a gap, after which a run may begin.
Run run_from(const std::size_t* at, std::size_t first, std::size_t n) {
  if (n - first < 2 || at[first + 1] <= at[first]) return {first, 1, 1};
  const std::size_t step = at[first + 1] - at[first];
  std::size_t end = first + 2;
  while (end < n && at[end] - at[end - 1] == step) ++end;
  if (end - first == 2 && end < n && step != 1) return {first, 1, 1};
  return {first, end - first, step};
}

/// Columns that are one step apart.
void lay_columns(const FloatMatrix& x, const Run& columns, float* to, std::size_t to_step,
                 const TileKernels& kernels) {
  constexpr std::size_t few = 4;
  const float* from = x.data + x.offsets.columns[columns.first];
  if (columns.step == 1 && (columns.count >= few || columns.count == x.columns))
    return kernels.gather(from, x.offsets.rows, x.rows, columns.count, to, to_step);
  for (std::size_t r = 0; r < x.rows;) {
    const Run rows = run_from(x.offsets.rows, r, x.rows);
    lay_steps({from + x.offsets.rows[r], rows.count, columns.count, rows.step, columns.step},
              to + r * to_step, to_step, kernels);
    r += rows.count;
  }
}

}  // namespace

std::vector<std::size_t> run_ends(const std::size_t* offsets, std::size_t n, std::size_t mean) {
  std::vector<std::size_t> ends;
  for (std::size_t i = 0, runs = 1; i < n; ++runs) {
    if (runs * mean > n) return {};
    const Run run = run_from(offsets, i, n);
    i += run.count;
    ends.resize(i, i);
  }
  return ends;
}

std::size_t steps_at_once(std::size_t width) {
  constexpr std::size_t most = std::size_t{32} << 20;  // bytes
  const std::size_t threads = static_cast<std::size_t>(omp_get_max_threads());
  return std::bit_floor(std::max<std::size_t>(1, most / sizeof(float) / (threads * width)));
}

void lay(const FloatMatrix& x, float* to, std::size_t to_step, const TileKernels& kernels) {
  if (!x.offsets) return lay_steps(x, to, to_step, kernels);
  for (std::size_t c = 0; c < x.columns;) {
    const Run run = run_from(x.offsets.columns, c, x.columns);
    lay_columns(x, run, to + c, to_step, kernels);
    c += run.count;
  }
}

}  // namespace exmy
