#include "sim/cli/words.hpp"

#include <filesystem>
#include <set>
#include <string_view>

#include "sim/base/error.hpp"
#include "sim/base/text.hpp"

namespace exmy {
namespace {

/// The same problem of one file under several overrides is said once.
void add_new(std::vector<Problem>& all, std::set<std::string>& said, const std::vector<Problem>& more) {
  for (const Problem& p : more)
    if (said.insert(to_string(p)).second) all.push_back(p);
}

}  // namespace

std::vector<Prepared> prepare_all(const std::vector<std::string>& words) {
  std::vector<std::string> files;
  std::vector<std::string> overrides;
  for (const std::string& word : words) (is_override(word) ? overrides : files).push_back(word);
  if (files.empty()) throw UsageError("no configuration file given");
  const auto combinations = expand(parse_overrides(overrides));
  std::vector<Prepared> runs;
  std::vector<Problem> problems;
  std::set<std::string> said;
  DataCache cache;
  for (const std::string& file : files)
    for (const auto& assignments : combinations) try {
        runs.push_back(prepare(file, assignments, cache));
      } catch (const ConfigError& error) {
        add_new(problems, said, error.problems());
      }
  throw_if_any(problems);
  return runs;
}

void check_numbers(const std::vector<std::string>& words) {
  if (words.empty() || words.front() != "quantize") return;
  for (const std::string& word : words) {
    if (word == "--") return;
    if (word.size() > 2 && word[0] == '-' &&
        std::string_view(".iInN").find(word[1]) != std::string_view::npos)
      throw UsageError(in_quotes(word) + " would be an option; put -- before the numbers");
  }
}

void check_place(const std::filesystem::path& file) {
  if (file.empty()) return;
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  if (!std::filesystem::is_directory(folder))
    throw IoError(printable(file.string()) + ": no such directory: " + printable(folder.string()));
  if (std::filesystem::is_directory(file)) throw IoError(printable(file.string()) + ": is a directory");
}

}  // namespace exmy
