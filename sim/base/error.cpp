#include "sim/base/error.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "sim/base/text.hpp"

namespace exmy {
namespace {

std::vector<Problem> sorted(std::vector<Problem> problems) {
  const auto place = [](const Problem& p) { return std::tie(p.origin.file, p.origin.line, p.origin.column); };
  std::stable_sort(problems.begin(), problems.end(),
                   [&](const Problem& a, const Problem& b) { return place(a) < place(b); });
  return problems;
}

std::string joined(const std::vector<Problem>& problems) {
  std::string text;
  std::size_t others = 0;
  for (const Problem& problem : problems)
    if (problem.listed || ++others <= ConfigError::max_printed)
      text += (text.empty() ? "" : "\n") + to_string(problem);
  if (others > ConfigError::max_printed)
    text += "\n... and " + std::to_string(others - ConfigError::max_printed) + " more";
  return text;
}

}  // namespace

Origin command_line() { return {"command line", 0, 0}; }

std::string to_string(const Origin& origin) {
  std::string file = printable(origin.file);
  if (origin.line == 0) return file;
  return file + ':' + std::to_string(origin.line) + ':' + std::to_string(origin.column);
}

std::string to_string(const Problem& problem) {
  const std::string pointer = problem.pointer.empty() ? "" : ' ' + printable(problem.pointer);
  return to_string(problem.origin) + ": error[" + problem.code + ']' + pointer + ": " + problem.message;
}

ConfigError::ConfigError(std::vector<Problem> problems)
    : Error(joined(sorted(problems)), 2), problems_(sorted(std::move(problems))) {}

void throw_if_any(std::vector<Problem> problems) {
  if (!problems.empty()) throw ConfigError(std::move(problems));
}

}  // namespace exmy
