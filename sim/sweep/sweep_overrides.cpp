#include <algorithm>
#include <array>
#include <string_view>

#include "sim/base/pointer.hpp"
#include "sim/sweep/parameters.hpp"
#include "sim/sweep/sweep.hpp"

namespace exmy {
namespace {

using Tokens = std::vector<std::string>;

/// Tokens from `first` up to `last` as one, with dots between.
std::string joined(const Tokens& tokens, std::size_t first, std::size_t last) {
  std::string text;
  for (std::size_t i = first; i < last; ++i) text += (i == first ? "" : ".") + tokens[i];
  return text;
}

/// The first `count` tokens as they are, the others as one.
Tokens with_path_after(const Tokens& tokens, std::size_t count) {
  Tokens result(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(std::min(count, tokens.size())));
  if (tokens.size() > count) result.push_back(joined(tokens, count, tokens.size()));
  return result;
}

/// Where the name of a parameter ends: before the word that begins its values. That of a parameter which is there,
/// else the last such word.
std::size_t end_of_name(const Document& sweep, const Tokens& tokens) {
  std::size_t end = tokens.size();
  for (std::size_t i = tokens.size(); i-- > 2;) {
    if (std::find(spec_words.begin(), spec_words.end(), tokens[i]) == spec_words.end()) continue;
    const bool is_there = sweep.find(pointer_to({"parameters", joined(tokens, 1, i)})) != nullptr;
    if (end == tokens.size() || is_there) end = i;
  }
  return end;
}

Tokens with_parameter(const Document& sweep, const Tokens& tokens) {
  if (tokens.size() < 2) return tokens;
  const std::size_t end = end_of_name(sweep, tokens);
  Tokens result{tokens[0], joined(tokens, 1, end)};
  const Tokens rest(tokens.begin() + static_cast<std::ptrdiff_t>(end), tokens.end());
  const bool is_case = !rest.empty() && rest[0] == "cases";
  for (const std::string& token : is_case ? with_path_after(rest, 2) : rest) result.push_back(token);
  return result;
}

Tokens with_keys_of_sweep(const Document& sweep, const Tokens& tokens) {
  if (tokens.front() == "overrides") return with_path_after(tokens, 1);
  if (tokens.front() == "list") return with_path_after(tokens, 2);
  if (tokens.front() == "parameters") return with_parameter(sweep, tokens);
  if (tokens.front() != "baseline") return tokens;
  const Json* const baseline = sweep.find("/baseline");
  return with_path_after(tokens, baseline != nullptr && baseline->is_array() ? 2 : 1);
}

}  // namespace

void apply_sweep_overrides(Document& sweep, const std::vector<Assignment>& assignments) {
  std::vector<Assignment> spelled = assignments;
  for (Assignment& assignment : spelled)
    assignment.pointer = pointer_to(with_keys_of_sweep(sweep, pointer_tokens(assignment.pointer)));
  apply_overrides(sweep, spelled);
}

}  // namespace exmy
