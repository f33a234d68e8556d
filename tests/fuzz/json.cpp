// JSON text: what is accepted equals what nlohmann/json reads; what nlohmann/json accepts is refused only for
// the reasons that the reader adds; every problem has a place; what is written reads back.

#include <algorithm>
#include <string>

#include "sim/base/document.hpp"
#include "sim/base/json_text.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace exmy;
using fuzz::require;

/// Equal in type and value; only -0 is a double here and an integer there.
bool same(const Json& a, const Json& b) {
  if (a.is_structured()) {
    return a.type() == b.type() && a.size() == b.size() && [&] {
      for (auto x = a.begin(), y = b.begin(); x != a.end(); ++x, ++y)
        if ((a.is_object() && x.key() != y.key()) || !same(*x, *y)) return false;
      return true;
    }();
  }
  return a == b && (a.type() == b.type() || (a.is_number_float() && a == 0 && b == 0));
}

/// Duplicate keys, depth, a byte order mark (and size, which no input here has).
bool is_added_rule(const Problem& problem) {
  return problem.code == codes::duplicate_key.code || problem.code == codes::too_deep.code ||
         problem.code == codes::not_utf8.code;
}

/// What nlohmann/json reads; nothing where a zero byte makes it stop as at the end of the text.
Json read_by_nlohmann(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return Json(Json::value_t::discarded);
  return Json::parse(text, nullptr, false);
}

void check_problems(const ScannedJson& scanned, const Json& expected) {
  require(scanned.problems.size() <= json_limits::problems, "reading stops after so many problems");
  for (const Problem& problem : scanned.problems) {
    require(problem.origin.line >= 1 && problem.origin.column >= 1, "a problem has a place");
    require(!problem.message.empty(), "a problem has a text");
    require(expected.is_discarded() || is_added_rule(problem), "what nlohmann reads is not refused");
  }
}

void check_written(const Json& value) {
  for (const std::string& text : {compact_text(value), pretty_text(value)}) {
    const ScannedJson again = scan_json(text, "written");
    require(again.problems.empty() && same(again.value, value), "what is written reads back");
  }
}

void check_places(const Document& document, const Json& value, const std::string& pointer) {
  require(document.find(pointer) == &value, "a value is found at its pointer");
  require(document.origin(pointer).line >= 1, "a value has a place");
  if (!value.is_array()) return;
  for (std::size_t i = 0; i < value.size(); ++i)
    check_places(document, value[i], pointer + "/" + std::to_string(i));
}

void check_document(std::string_view text, const ScannedJson& scanned) {
  try {
    const Document document = Document::parse(text, "f");
    require(scanned.problems.empty(), "a document has no problems");
    check_places(document, document.value(), "");
  } catch (const ConfigError& error) {
    const bool schema = scanned.value.is_object() && scanned.value.contains("$schema");
    require(!scanned.problems.empty() || schema, "a text without problems is a document");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = exmy::fuzz::text_of(data, size);
  const ScannedJson scanned = scan_json(text, "f");
  const Json expected = read_by_nlohmann(text);
  check_problems(scanned, expected);
  if (scanned.problems.empty()) {
    require(!expected.is_discarded() && same(scanned.value, expected), "accepted texts mean the same");
    check_written(scanned.value);
  }
  check_document(text, scanned);
  return 0;
}
