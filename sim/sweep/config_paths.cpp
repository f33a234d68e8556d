#include "sim/sweep/config_paths.hpp"

#include <algorithm>
#include <array>

#include "schemas.hpp"
#include "sim/base/overrides.hpp"
#include "sim/base/pointer.hpp"
#include "sim/base/suggest.hpp"
#include "sim/base/text.hpp"

namespace exmy {
namespace {

using namespace std::string_view_literals;

constexpr std::array not_for_sweeps{"$schema"sv, "schema_version"sv, "extends"sv, "name"sv};

const Json* member(const Json& object, const std::string& key) {
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

bool has_items(const std::vector<const Json*>& schemas) {
  return std::any_of(schemas.begin(), schemas.end(), [](const Json* s) { return s->contains("items"); });
}

std::vector<std::string> known_keys(const std::vector<const Json*>& schemas) {
  std::vector<std::string> known;
  for (const Json* schema : schemas) {
    const Json* const properties = member(*schema, "properties");
    if (properties == nullptr) continue;
    for (const auto& [key, value] : properties->items())
      if (std::find(known.begin(), known.end(), key) == known.end()) known.push_back(key);
  }
  return known;
}

std::string joined(const std::vector<std::string>& tokens, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : ".") + tokens[i];
  return text;
}

}  // namespace

std::optional<std::string> pointer_of_path(std::string_view path) {
  std::vector<std::string> tokens;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t dot = std::min(path.find('.', begin), path.size());
    if (dot == begin || tokens.size() == json_limits::depth) return std::nullopt;
    tokens.emplace_back(path.substr(begin, dot - begin));
    begin = dot + 1;
  }
  return pointer_to(tokens);
}

ConfigPaths::ConfigPaths(Document base) : schema_(Json::parse(config_schema)), document_(std::move(base)) {
  for (const std::string_view key : not_for_sweeps) schema_["properties"].erase(std::string(key));
}

/// The schema and all that judge the same value with it, whatever their conditions.
void ConfigPaths::add(const Json& schema, Schemas& schemas) const {
  if (const Json* const reference = member(schema, "$ref")) {
    add(schema_.at(Json::json_pointer(reference->get<std::string>().substr(1))), schemas);
    return;
  }
  schemas.push_back(&schema);
  for (const char* key : {"allOf", "anyOf"}) {
    const Json* const parts = member(schema, key);
    for (std::size_t i = 0; parts != nullptr && i < parts->size(); ++i) {
      const Json* const then = member((*parts)[i], "then");
      add(then != nullptr ? *then : (*parts)[i], schemas);
    }
  }
}

ConfigPaths::Schemas ConfigPaths::inside(const Schemas& schemas, const std::string& token) const {
  Schemas found;
  for (const Json* schema : schemas) {
    const Json* const properties = member(*schema, "properties");
    const Json* const own = properties == nullptr ? nullptr : member(*properties, token);
    const Json* const others = member(*schema, "additionalProperties");
    const Json* const items = array_index(token) ? member(*schema, "items") : nullptr;
    if (own != nullptr) add(*own, found);
    if (own == nullptr && others != nullptr && others->is_object()) add(*others, found);
    if (items != nullptr) add(*items, found);
  }
  return found;
}

/// Why the schema knows no such path.
std::optional<std::string> ConfigPaths::stray(const std::vector<std::string>& tokens) const {
  Schemas schemas;
  add(schema_, schemas);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::string place = joined(tokens, i);
    const Json* const here =
        document_.find(pointer_to({tokens.begin(), tokens.begin() + static_cast<long>(i)}));
    if (has_items(schemas) && (here == nullptr || !here->is_array()))
      return "the base configuration has no list " + in_quotes(place) + " (an override " + in_quotes(place) +
             ": [] makes one)";
    const std::vector<std::string> known = known_keys(schemas);
    schemas = inside(schemas, tokens[i]);
    if (!schemas.empty()) continue;
    const std::string around = place.empty() ? "configurations have" : in_quotes(place) + " has";
    const std::string hint = did_you_mean(tokens[i], known);
    return around + " no key " + in_quotes(tokens[i]) + (hint.empty() ? "" : ' ' + hint);
  }
  return std::nullopt;
}

std::optional<std::string> ConfigPaths::set(std::string_view path, const Json& value) {
  const auto pointer = pointer_of_path(path);
  if (!pointer) return in_quotes(path) + " is no path such as training.optimizer.lr";
  if (path == "name") return "the runs of a sweep carry its name: it cannot be changed";
  if (auto message = stray(pointer_tokens(*pointer))) return message;
  try {
    apply_overrides(document_, {{OverrideAction::set, *pointer, value}});
  } catch (const ConfigError& error) {
    return error.problems().front().message;
  }
  return std::nullopt;
}

}  // namespace exmy
