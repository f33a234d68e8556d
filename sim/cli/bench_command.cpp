#include <algorithm>
#include <iostream>

#include "sim/base/error.hpp"
#include "sim/base/files.hpp"
#include "sim/base/json_text.hpp"
#include "sim/base/text.hpp"
#include "sim/bench/bench.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/words.hpp"

namespace exmy {
namespace {

std::vector<bench::Row> rows_of(const std::string& filter) {
  std::vector<bench::Row> rows = bench::chosen_rows(filter);
  if (!rows.empty()) return rows;
  std::string names;
  for (const bench::Row& row : bench::chosen_rows("")) names += "\n  " + row.name;
  throw UsageError("no row has " + in_quotes(filter) + " in its name; there are" + names);
}

}  // namespace

int bench_command(const BenchArguments& arguments) {
  const bench::Setting setting{arguments.quick};
  const std::vector<bench::Row> rows = rows_of(arguments.filter);
  check_place(arguments.json);
  std::cout << bench::table_head(rows) << std::flush;
  std::vector<bench::Result> results;
  for (const bench::Row& row : rows) {
    results.push_back(bench::measure(row, setting));
    std::cout << bench::table_row(results.back(), rows, setting, arguments.explain) << std::flush;
  }
  std::cout << bench::summary(results, setting);
  if (!arguments.json.empty())
    write_atomically(arguments.json, pretty_text(bench::json_of(results, setting, arguments.explain)));
  const bool differs =
      std::any_of(results.begin(), results.end(), [](const auto& r) { return !r.difference.empty(); });
  return differs ? 5 : 0;
}

}  // namespace exmy
