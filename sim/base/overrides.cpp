#include "sim/base/overrides.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "sim/base/override_values.hpp"
#include "sim/base/pointer.hpp"
#include "sim/base/suggest.hpp"
#include "sim/base/text.hpp"

namespace exmy {
namespace {

constexpr std::size_t max_combinations = 10'000;

[[noreturn]] void refuse(std::string_view code, const std::string& pointer, const std::string& message) {
  throw ConfigError({{std::string(code), command_line(), pointer, message}});
}

OverrideAction take_action(std::string_view& text) {
  if (text.starts_with('~')) {
    text.remove_prefix(1);
    return OverrideAction::remove;
  }
  const bool add = text.starts_with('+');
  const bool force = text.starts_with("++");
  text.remove_prefix(force ? 2 : add ? 1 : 0);
  return add && !force ? OverrideAction::add : OverrideAction::set;
}

std::string pointer_of(std::string_view key, std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= key.size();) {
    const std::size_t dot = std::min(key.find('.', begin), key.size());
    parts.emplace_back(key.substr(begin, dot - begin));
    begin = dot + 1;
    if (parts.back().empty())
      refuse(codes::bad_override, "", in_quotes(text) + " has an empty part in its key");
  }
  if (parts.size() > json_limits::depth) refuse(codes::too_deep, "", in_quotes(text) + " is deeper than 64");
  return pointer_to(parts);
}

std::string dotted(std::string_view pointer) {
  std::string text;
  for (const std::string& token : pointer_tokens(pointer)) text += (text.empty() ? "" : ".") + token;
  return text;
}

// The innermost value on the way that is there; its pointer is left in `pointer`.
const Json& innermost(const Document& document, std::string& pointer) {
  while (document.find(pointer) == nullptr) pointer.erase(pointer.rfind('/'));
  return *document.find(pointer);
}

std::vector<std::string> keys_of(const Json& object) {
  std::vector<std::string> keys;
  for (auto member = object.begin(); member != object.end(); ++member) keys.push_back(member.key());
  return keys;
}

// Why there is nothing at `pointer` and nothing can be put there, if so.
std::optional<std::string> obstacle(const Document& document, const std::string& pointer) {
  std::string around = pointer;
  const Json& parent = innermost(document, around);
  const std::string token = pointer_tokens(pointer.substr(around.size())).front();
  if (parent.is_object()) return std::nullopt;
  const std::string name = around.empty() ? "the configuration" : dotted(around);
  if (!parent.is_array()) return name + " is no object and has no member " + in_quotes(token);
  const auto index = array_index(token);
  if (index && *index <= parent.size()) return std::nullopt;
  return name + " is an array of " + std::to_string(parent.size()) + " and has no element " +
         in_quotes(token);
}

std::string missing(const Document& document, const std::string& pointer) {
  std::string around = pointer;
  const Json& parent = innermost(document, around);
  const std::string token = pointer_tokens(pointer.substr(around.size())).front();
  const std::string hint = parent.is_object() ? ' ' + did_you_mean(token, keys_of(parent)) : "";
  return "there is no " + in_quotes(dotted(pointer)) + " to remove" + hint;
}

std::optional<std::string> misfit(const Document& document, const Assignment& assignment) {
  const bool exists = document.find(assignment.pointer) != nullptr;
  const std::string key = dotted(assignment.pointer);
  if (assignment.action == OverrideAction::remove) {
    return exists ? std::nullopt : std::optional(missing(document, assignment.pointer));
  }
  if (!exists) return obstacle(document, assignment.pointer);
  if (assignment.action == OverrideAction::set) return std::nullopt;
  return in_quotes(key) + " is already there (did you mean \"" + printable(key) + "=...\", without the +?)";
}

}  // namespace

bool is_override(std::string_view word) {
  if (word.starts_with('~') || word.starts_with('+')) return true;
  const std::size_t equals = word.find('=');
  return equals != std::string_view::npos && equals < word.find('/');
}

Override parse_override(std::string_view text) {
  std::string_view rest = text;
  if (invalid_utf8_at(text)) refuse(codes::not_utf8, "", in_quotes(text) + " is not UTF-8");
  Override result;
  result.action = take_action(rest);
  const std::size_t equals = rest.find('=');
  const bool has_value = equals != std::string_view::npos;
  result.pointer = pointer_of(rest.substr(0, equals), text);
  if (result.action == OverrideAction::remove) {
    if (has_value) refuse(codes::bad_override, result.pointer, "~ removes a key and takes no value");
    result.values = {nullptr};
    return result;
  }
  if (!has_value) refuse(codes::bad_override, result.pointer, in_quotes(text) + " has no value (key=value)");
  try {
    result.values = parse_values(rest.substr(equals + 1));
  } catch (const OverrideSyntax& error) {
    refuse(error.code, result.pointer, error.message);
  }
  return result;
}

std::vector<Override> parse_overrides(const std::vector<std::string>& texts) {
  std::vector<Override> overrides;
  std::vector<Problem> problems;
  for (const std::string& text : texts) {
    try {
      overrides.push_back(parse_override(text));
    } catch (const ConfigError& error) {
      problems.insert(problems.end(), error.problems().begin(), error.problems().end());
    }
  }
  throw_if_any(std::move(problems));
  return overrides;
}

std::vector<std::vector<Assignment>> expand(const std::vector<Override>& overrides) {
  std::vector<std::vector<Assignment>> combinations(1);
  for (const Override& next : overrides) {
    if (combinations.size() * next.values.size() > max_combinations) {
      refuse(codes::bad_override, next.pointer, "the overrides make more than 10,000 combinations");
    }
    std::vector<std::vector<Assignment>> longer;
    for (const auto& combination : combinations) {
      for (const Json& value : next.values) {
        longer.push_back(combination);
        longer.back().push_back({next.action, next.pointer, value});
      }
    }
    combinations = std::move(longer);
  }
  return combinations;
}

void apply_overrides(Document& document, const std::vector<Assignment>& assignments) {
  Document changed = document;
  std::vector<Problem> problems;
  for (const Assignment& assignment : assignments) {
    if (const auto message = misfit(changed, assignment)) {
      problems.push_back({std::string(codes::override_misfit), command_line(), assignment.pointer, *message});
    } else if (assignment.action == OverrideAction::remove) {
      changed.erase(assignment.pointer);
    } else {
      changed.set(assignment.pointer, assignment.value, command_line());
    }
  }
  throw_if_any(std::move(problems));
  document = std::move(changed);
}

}  // namespace exmy
