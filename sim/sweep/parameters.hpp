#pragma once
// `parameters`, `overrides`, `baseline` and `list` of a sweep: which keys of the configuration change, and to what.

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/base/reader.hpp"
#include "sim/sweep/axis.hpp"
#include "sim/sweep/config_paths.hpp"

namespace exmy {

/// What may stand in a parameter, one of them: its values.
inline constexpr std::array<std::string_view, 5> spec_words{"values", "range", "log_range", "formats",
                                                            "cases"};

/// What the readers of a sweep share.
struct SweepContext {
  const Document& document;  ///< the sweep
  std::vector<Problem>& problems;
  ConfigPaths paths;  ///< of the base configuration

  /// With the place of the key, not of its value.
  void key_problem(std::string_view code, const std::string& pointer, const std::string& message) const;
  /// Members in the order in which their keys are written, those of the command line last.
  std::vector<Value> in_order(std::vector<Value> members) const;
};

/// One run's changes under the names that tables show.
struct Combination {
  std::vector<std::pair<std::string, Json>> parameters;
  std::vector<Assignment> assignments;
};

/// {path: value}; with a `label` (a text) tables show that alone. Paths lead into `paths`, and change it.
Combination read_changes(const SweepContext& context, ObjectReader r, ConfigPaths& paths,
                         bool may_have_label);

/// In the order of the file. E503 for keys that name no path.
std::vector<Axis> read_parameters(SweepContext& context, ObjectReader r, bool random);

}  // namespace exmy
