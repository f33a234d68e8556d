#pragma once
// A comparison as text, CSV, LaTeX and JSON.

#include <cstddef>
#include <string>
#include <vector>

#include "sim/compare/comparison.hpp"

namespace exmy {

/// For people: a table of means and one of differences from the baseline. Paths are shortened where that
/// makes the table fit `width`.
std::string comparison_text(const Comparison& comparison, std::size_t width);

/// RFC 4180: one line per row, numbers in the shortest form that reads back to the same bits, no number where
/// nothing was measured.
std::string comparison_csv(const Comparison& comparison);

/// A tabular for the package booktabs.
std::string comparison_latex(const Comparison& comparison);

/// experiments/schema/comparison.schema.json.
Json comparison_json(const Comparison& comparison, const std::vector<IncompleteRun>& incomplete);

}  // namespace exmy
