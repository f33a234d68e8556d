#pragma once
// JSON text (RFC 8259) to a value that knows where each of its parts was written. Strict where nlohmann is
// not: duplicate keys, depth, numbers too large, NaN and infinity, trailing text, UTF-8 and byte order marks.
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/error.hpp"
#include "sim/base/json.hpp"

namespace exmy {

/// An Origin that shares the name of its file; no file = no place.
struct Place {
  std::shared_ptr<const std::string> file;
  int line = 0;
  int column = 0;
};

/// The places of a value: a tree of the same shape. Elements of an array go by their index, "0", "1" ...
struct Places {
  Place value;
  Place key;  ///< of a member of an object; else no place
  std::map<std::string, Places, std::less<>> children;
};

/// What was read. `value` is partial where there are problems.
struct ScannedJson {
  Json value;
  Places places;
  std::vector<Problem> problems;
};

namespace json_limits {
inline constexpr std::size_t bytes = std::size_t{16} << 20;
inline constexpr int depth = 64;          ///< arrays and objects inside one another
inline constexpr int values = 1'000'000;  ///< of one text; bounds the memory that a hostile file can ask for
inline constexpr int problems = 20;       ///< reading stops there
}  // namespace json_limits

/// Reads one JSON value and nothing after it. Never throws on bad text: duplicate keys, NaN, infinity and too
/// large numbers are collected, anything else ends the reading. `file` is the name in the origins.
ScannedJson scan_json(std::string_view text, const std::string& file);

}  // namespace exmy
