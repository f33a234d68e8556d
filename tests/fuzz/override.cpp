// Overrides of the command line, one a line: understood and applied, or refused with problems; the document
// is a document afterwards.

#include <string>
#include <vector>

#include "sim/base/json_text.hpp"
#include "sim/base/overrides.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace exmy;
using fuzz::require;

constexpr std::string_view base =
    R"({"seed": 1, "training": {"optimizer": {"lr": 0.5}}, "policy": [{"format": "e5m2"}, {"op": "dot"}]})";

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty() && lines.size() < 4) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

void apply(const std::vector<Assignment>& assignments) {
  Document document = Document::parse(base, "base");
  const Json before = document.value();
  try {
    apply_overrides(document, assignments);
  } catch (const ConfigError& error) {
    require(!error.problems().empty(), "a refusal has a problem");
    require(document.value() == before, "a refused override changes nothing");
  }
  require(scan_json(compact_text(document.value()), "").problems.empty(), "the document can be written");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto all = expand(parse_overrides(lines_of(exmy::fuzz::text_of(data, size))));
    for (std::size_t i = 0; i < all.size() && i < 8; ++i) apply(all[i]);
  } catch (const ConfigError& error) {
    require(!error.problems().empty(), "a refusal has a problem");
  }
  return 0;
}
