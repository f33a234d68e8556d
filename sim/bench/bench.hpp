#pragma once
// Measures rows and writes what came out.

#include <string>
#include <vector>

#include "sim/base/json.hpp"
#include "sim/bench/row.hpp"
#include "sim/bench/timing.hpp"

namespace exmy::bench {

/// Rows whose name contains `filter`.
std::vector<Row> chosen_rows(const std::string& filter);

/// Ratio and value (1e9 units of work a second, or ms) of a row whose bits are right.
Result result_of(const Row& row, const Measurement& measurement, const Timing& timing);

/// Prepares the row, which compares bits, and unless they differ measures it with one thread.
Result measure(const Row& row, const Setting& setting);

/// The rows, machine, instruction set and version; `explain`: also what the analyser chose.
Json json_of(const std::vector<Result>& results, const Setting& setting, bool explain);

std::string table_head(const std::vector<Row>& rows);
/// `rows`: all of the table, as in the head. Says `goal`, `floor` (only that is reached) or `below`, unless quick.
std::string table_row(const Result& result, const std::vector<Row>& rows, const Setting& setting,
                      bool explain);
/// What the figures are and where they come from; or that they say nothing.
std::string summary(const std::vector<Result>& results, const Setting& setting);

}  // namespace exmy::bench
