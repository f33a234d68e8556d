#pragma once
// What a call complains about, in the form "E203 3:12 /policy/0: message" and "E111 command line /x:
// message".
#include <string>
#include <vector>

#include "sim/base/error.hpp"

namespace exmy::test {

inline std::string brief(const Problem& problem) {
  const Origin& at = problem.origin;
  const std::string place =
      at.line == 0 ? at.file : std::to_string(at.line) + ':' + std::to_string(at.column);
  return problem.code + ' ' + place + ' ' + problem.pointer + ": " + problem.message;
}

inline std::vector<std::string> brief(const std::vector<Problem>& problems) {
  std::vector<std::string> texts;
  for (const Problem& problem : problems) texts.push_back(brief(problem));
  return texts;
}

/// Of the ConfigError that `call` throws; empty if it throws none.
template <class Call>
std::vector<std::string> problems_of(Call call) {
  try {
    call();
  } catch (const ConfigError& error) {
    return brief(error.problems());
  }
  return {};
}

}  // namespace exmy::test
