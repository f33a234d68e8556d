#pragma once
// Data sets by name.

#include <functional>
#include <span>

#include "sim/base/reader.hpp"
#include "sim/nn/datasets/dataset.hpp"

namespace exmy {

/// Reads or makes the data; throws DataError. `seed` is the experiment's.
struct DatasetLoader {
  std::function<Dataset(std::uint64_t seed)> load;
  bool seeded = false;  ///< whether the seed changes anything

  Dataset operator()(std::uint64_t seed) const { return load(seed); }
};

/// One row per kind: adding a data set is one file and one row.
struct DatasetKind {
  std::string_view name;
  DatasetLoader (*read)(ObjectReader& config);
};
std::span<const DatasetKind> dataset_kinds();

}  // namespace exmy
