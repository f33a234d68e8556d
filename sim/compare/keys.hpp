#pragma once
// Configurations as lists of keys, and which of them differ.

#include <map>
#include <string>
#include <vector>

#include "sim/base/json.hpp"

namespace exmy {

/// Values by dotted path: "training.optimizer.lr", "policy.1.format". An array of plain values is one value,
/// and so is a format that is spelled as an object: its name ("e3m2b5fn"), if it has one. What is null or
/// empty is absent.
using Keys = std::map<std::string, Json>;

/// Of a resolved configuration everything that makes a difference but the seed: not name, threads,
/// checkpoint, limits and schema_version.
Keys keys_of(const Json& resolved);

/// The paths whose values are not the same in all of these, sorted, numbers of elements as numbers.
std::vector<std::string> differing(const std::vector<const Keys*>& all);

/// A value as it stands in tables: "e4m3fn", "0.1", "128,128"; "-" if it is null. Formats as in Keys.
std::string value_word(const Json& value);

/// The shortest ends of these paths that tell them apart, of two keys or more; whole where an element of an
/// array is on the way.
std::vector<std::string> short_paths(const std::vector<std::string>& paths);

}  // namespace exmy
