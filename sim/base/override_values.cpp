#include "sim/base/override_values.hpp"

#include <charconv>
#include <cstdint>
#include <string>
#include <system_error>

#include "sim/base/json_scan.hpp"
#include "sim/base/text.hpp"

namespace exmy {
namespace {

constexpr std::uint64_t max_range = 10'000;

[[noreturn]] void fail(const std::string& message) {
  throw OverrideSyntax{std::string(codes::bad_override), message};
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// Cuts at the commas outside quotes and brackets. A quote opens only where a value begins or inside brackets,
// so that the apostrophe of a word is a letter.
std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> items;
  std::size_t begin = 0;
  int depth = 0;
  char quote = '\0';
  bool begun = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != '\0') {
      if (c == '\\') ++i;
      if (c == quote) quote = '\0';
    } else if ((c == '"' || c == '\'') && (depth > 0 || !begun)) {
      quote = c;
    } else if (c == '[' || c == '{' || c == '(') {
      ++depth;
    } else if ((c == ']' || c == '}' || c == ')') && depth > 0) {
      --depth;
    } else if (c == ',' && depth == 0) {
      items.push_back(trimmed(text.substr(begin, i - begin)));
      begin = i + 1;
    }
    begun = begin <= i && (begun || c != ' ');
  }
  if (quote != '\0' || depth > 0) fail("a quote or bracket of the value is not closed");
  items.push_back(trimmed(text.substr(begin)));
  return items;
}

std::int64_t range_argument(std::string_view text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc{} || stop != end) {
    fail("range takes integers, got " + in_quotes(text));
  }
  return value;
}

// How many steps of `step` from `start` stay short of `stop`. Differences are taken modulo 2^64, where they
// are exact for any two of the arguments.
std::uint64_t range_count(std::int64_t start, std::int64_t stop, std::int64_t step) {
  if (step == 0) fail("the step of a range is 0");
  if (step > 0 ? start >= stop : start <= stop) fail("the range is empty (its stop does not belong to it)");
  const auto difference = static_cast<std::uint64_t>(stop) - static_cast<std::uint64_t>(start);
  const auto distance = step > 0 ? difference : 0 - difference;
  const auto size = step > 0 ? static_cast<std::uint64_t>(step) : 0 - static_cast<std::uint64_t>(step);
  return (distance - 1) / size + 1;
}

void append_range(std::vector<Json>& values, std::string_view text) {
  std::vector<std::int64_t> arguments;
  for (const std::string_view item : split(text)) arguments.push_back(range_argument(item));
  if (arguments.size() > 3) fail("range takes a start, a stop and a step, and no more");
  if (arguments.size() == 1) arguments.insert(arguments.begin(), 0);
  if (arguments.size() == 2) arguments.push_back(1);
  const std::uint64_t count = range_count(arguments[0], arguments[1], arguments[2]);
  if (count > max_range) fail("a range of more than 10,000 values");
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t value =
        static_cast<std::uint64_t>(arguments[0]) + i * static_cast<std::uint64_t>(arguments[2]);
    values.emplace_back(static_cast<std::int64_t>(value));
  }
}

// A word that is no JSON is a string; NaN is such a word.
bool is_word(const ScannedJson& scanned, char first) {
  const std::string& code = scanned.problems.front().code;
  const bool structured = first == '{' || first == '[' || first == '"';
  return !structured && (code == codes::syntax.code || code == codes::not_finite.code);
}

Json value_of_text(std::string_view text) {
  if (text.empty()) return "";
  if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'') {
    return std::string(text.substr(1, text.size() - 2));
  }
  ScannedJson scanned = scan_json(text, "");
  if (scanned.problems.empty()) return std::move(scanned.value);
  if (is_word(scanned, text.front())) return std::string(text);
  const Problem& problem = scanned.problems.front();
  const std::string column = " (column " + std::to_string(problem.origin.column) + " of the value)";
  throw OverrideSyntax{problem.code, problem.message + column};
}

}  // namespace

std::vector<Json> parse_values(std::string_view text) {
  std::vector<Json> values;
  const auto items = split(text);
  for (const std::string_view item : items) {
    if (item.empty() && items.size() > 1) fail("nothing between two commas, or at an end");
    if (item.starts_with("range(") && item.ends_with(')')) {
      append_range(values, item.substr(6, item.size() - 7));
    } else {
      values.push_back(value_of_text(item));
    }
  }
  return values;
}

}  // namespace exmy
