#include "sim/compare/keys.hpp"

#include <algorithm>
#include <set>

#include "formats/catalog.hpp"
#include "sim/base/json_text.hpp"
#include "sim/base/pointer.hpp"
#include "sim/config/format_reader.hpp"

namespace exmy {
namespace {

bool is_empty(const Json& value) { return value.is_null() || (value.is_structured() && value.empty()); }

bool is_plain_list(const Json& value) {
  return value.is_array() &&
         std::none_of(value.begin(), value.end(), [](const Json& v) { return v.is_structured(); });
}

/// The name of a format that is spelled as an object, if it is one and has one.
Json named(const Json& value) {
  if (!value.is_object() || !value.contains("exponent_bits") || !value.contains("mantissa_bits"))
    return value;
  std::vector<Problem> problems;
  const Document document = Document::parse(compact_text({{"format", value}}), "");
  ObjectReader reader(document, "", problems);
  const Format format = FormatNames().read(reader.value("format"));
  const std::string name = problems.empty() ? name_of(format) : "";
  return name.empty() ? value : Json(name);
}

void flatten(const Json& given, const std::string& path, Keys& keys) {
  if (is_empty(given)) return;
  const Json value = named(given);
  if (!value.is_structured() || is_plain_list(value)) {
    keys[path] = value;
    return;
  }
  const std::string prefix = path.empty() ? "" : path + ".";
  if (value.is_object())
    for (const auto& [key, member] : value.items()) flatten(member, prefix + key, keys);
  else
    for (std::size_t i = 0; i < value.size(); ++i) flatten(value[i], prefix + std::to_string(i), keys);
}

std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts(1);
  for (const char c : path) c == '.' ? static_cast<void>(parts.emplace_back()) : parts.back().push_back(c);
  return parts;
}

/// "policy.2" before "policy.10".
bool comes_before(const std::string& a, const std::string& b) {
  const auto x = parts_of(a);
  const auto y = parts_of(b);
  return std::lexicographical_compare(x.begin(), x.end(), y.begin(), y.end(),
                                      [](const auto& p, const auto& q) {
                                        const auto i = array_index(p);
                                        const auto j = array_index(q);
                                        return i && j ? *i < *j : p < q;
                                      });
}

/// The last `count` keys; the whole path where an element of an array is on the way.
std::string end_of(const std::string& path, std::size_t count) {
  const auto parts = parts_of(path);
  if (std::any_of(parts.begin(), parts.end(), [](const auto& part) { return array_index(part).has_value(); }))
    return path;
  std::string text;
  for (std::size_t i = parts.size() - std::min(count, parts.size()); i < parts.size(); ++i)
    text += (text.empty() ? "" : ".") + parts[i];
  return text;
}

}  // namespace

Keys keys_of(const Json& resolved) {
  Keys keys;
  const std::set<std::string> left_out{"name",   "description",    "threads", "checkpoint",
                                       "limits", "schema_version", "seed"};
  for (const auto& [key, value] : resolved.items())
    if (!left_out.contains(key)) flatten(value, key, keys);
  return keys;
}

std::vector<std::string> differing(const std::vector<const Keys*>& all) {
  std::set<std::string> paths;
  for (const Keys* keys : all)
    for (const auto& [path, value] : *keys) paths.insert(path);
  std::vector<std::string> found;
  for (const std::string& path : paths) {
    const auto first = all.front()->find(path);
    const bool same =
        first != all.front()->end() && std::all_of(all.begin(), all.end(), [&](const Keys* keys) {
          const auto it = keys->find(path);
          return it != keys->end() && it->second == first->second;
        });
    if (!same) found.push_back(path);
  }
  std::sort(found.begin(), found.end(), comes_before);
  return found;
}

std::string value_word(const Json& given) {
  const Json value = named(given);
  if (value.is_null()) return "-";
  if (value.is_string()) return value.get<std::string>();
  if (!is_plain_list(value)) return compact_text(value);
  std::string text;
  for (const Json& element : value) text += (text.empty() ? "" : ",") + value_word(element);
  return text;
}

std::vector<std::string> short_paths(const std::vector<std::string>& paths) {
  std::vector<std::string> ends;
  for (const std::string& path : paths) {
    std::size_t count = 2;  // "model.kind", "optimizer.lr"
    const auto is_shared = [&](const std::string& other) {
      return other != path && end_of(other, count) == end_of(path, count);
    };
    while (count < parts_of(path).size() && std::any_of(paths.begin(), paths.end(), is_shared)) ++count;
    ends.push_back(end_of(path, count));
  }
  return ends;
}

}  // namespace exmy
