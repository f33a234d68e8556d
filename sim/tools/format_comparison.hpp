#pragma once
// Formats side by side.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "formats/format.hpp"
#include "sim/base/json.hpp"
#include "sim/tools/columns.hpp"

namespace exmy {

struct ComparedFormat {
  std::string name;
  Format format;
};

/// e of the smallest positive value, in 2^e .. 2^(e + 1).
int lowest_exponent(const Format& format);

/// How many finite values of one format are values of the other; +0 and -0 are one value. Counted binade by
/// binade, so that formats of 64 bits are no matter.
std::uint64_t common_values(const Format& a, const Format& b);

/// The distance from 1 to the next larger value: 2^-M, or that of the subnormal grid; 0 if 1 lies outside the
/// format's range or is its maximum.
double spacing_near_one(const Format& format);

/// The smallest magnitude that nearest_even rounds beyond the maximum, (max + next) / 2, where next is the number
/// that would follow; itself rounded beyond it exactly if the code of the maximum is odd. Nothing where binary64
/// does not have that number (M = 52).
std::optional<double> overflow_threshold(const Format& format);

/// format_facts, and spacing_near_one, relative_precision (2^-P) and overflow_threshold.
Json derived_facts(const std::string& name, const Format& format);

/// Names down, formats across; the last rows count the values that each column shares with each format.
Columns comparison_table(const std::vector<ComparedFormat>& formats);

/// {"formats": [facts of each, with spacing, precision and threshold], "common_values": [{"of", "in", "count"}]}.
Json comparison_json(const std::vector<ComparedFormat>& formats);

}  // namespace exmy
