#include "sim/ops/tile_job.hpp"

#include <algorithm>

namespace exmy {

void look_for_runs(TileJob& job) {
  constexpr std::size_t long_run = 8;
  const FloatMatrix& right = job.right;
  if (!right.offsets || job.counts || !right.is_contiguous()) return;
  job.run_ends = run_ends(right.offsets.rows, right.rows, long_run);
}

TileRows TileFactors::laid(const FloatMatrix& there) const {
  lay(there, laid_.data(), there.columns, job_.kernels);
  return {laid_.data(), there.columns, 1};
}

TilePanel TileFactors::gathered(const FloatMatrix& there, std::size_t panel, std::size_t from) {
  if (!job_.run_ends.empty() && are_neighbours(there))
    return {there.data + there.offsets.columns[0], 0, job_.right.offsets.rows};
  if (packed_panel_ != panel || packed_from_ != from) pack(there);
  packed_panel_ = panel, packed_from_ = from;
  return {packed_.data(), job_.width()};
}

/// Whether the columns fill a panel and lie side by side.
bool TileFactors::are_neighbours(const FloatMatrix& panel) const {
  const std::size_t* at = panel.offsets.columns;
  if (panel.columns != job_.width()) return false;
  for (std::size_t j = 1; j < panel.columns; ++j)
    if (at[j] != at[0] + j) return false;
  return true;
}

void TileFactors::pack(const FloatMatrix& from) {
  const std::size_t width = job_.width();
  float* to = packed_.data();
  if (from.columns < width && !is_padded_) std::fill_n(to, job_.block() * width, 0.0f);
  is_padded_ = from.columns < width;  // only the last panel is: beside its columns zeros stay zeros
  lay(from, to, width, job_.kernels);
}

}  // namespace exmy
