#pragma once
// Policies in configurations: a recipe and ordered rules.

#include "sim/base/reader.hpp"
#include "sim/config/format_reader.hpp"
#include "sim/quant/policy.hpp"

namespace exmy {

/// The names of the recipes, and the rules that each expands to (JSON text).
struct Recipe {
  std::string_view name;
  std::string_view rules;
  std::string_view meaning;
};
std::span<const Recipe> recipes();

/// A policy with the place of each rule, for messages that need the network (a rule that matches nothing).
struct PolicySource {
  Policy policy;
  std::vector<Value> places;  ///< of the configuration's own rules, which follow the recipe's
  std::size_t recipe_rules = 0;
  Json recipe_resolved;  ///< the recipe's rules as configuration
};

/// Reads `recipe`, `formats` and `policy` of a configuration. Problems: E203 unknown names, E206
/// contradictions, E207 what this version does not support, each with its place.
PolicySource read_policy(ObjectReader& config, FormatNames& formats);

}  // namespace exmy
