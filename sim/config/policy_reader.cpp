#include "sim/config/policy_reader.hpp"

#include <array>

#include "sim/config/names.hpp"

namespace exmy {
namespace {

using namespace std::string_view_literals;

constexpr std::array granularity_names{"none"sv, "tensor"sv, "channel"sv, "block"sv, "tile"sv};
constexpr std::array source_names{"static"sv, "current"sv, "delayed"sv};

/// A word that is known, but that this version has no implementation for.
void refuse(const Value& value, const std::string& what) {
  value.problem(codes::unsupported, what + " is not implemented in this version");
}

Scale read_scale(const FormatNames& formats, ObjectReader r) {
  const std::string granularity = r.one_of("granularity", std::string("none"), granularity_names);
  if (granularity == "none") return {};
  if (granularity != "tensor") {
    refuse(r.value("granularity"), "scale granularity \"" + granularity + "\"");
    for (const char* key : {"axis", "size", "rows", "cols", "source", "format", "rule", "history", "margin"})
      r.raw(key);
    return {};
  }
  const std::string source = r.one_of("source", required, source_names);
  if (source != "static") {
    refuse(r.value("source"), "scale source \"" + source + "\"");
    for (const char* key : {"history", "margin", "rule", "format"}) r.raw(key);
    return {};
  }
  const Format format = r.has("format") ? formats.read(r.value("format")) : Format{};
  const double given = r.number("value", required, Range::above(0));
  const double value = project({format}, given).value;
  if (!(value > 0) || value - value != 0)
    r.problem(codes::out_of_range, "value", "the scale is not a positive finite value of its format");
  return {Granularity::tensor, value};
}

template <std::size_t n>
auto positions(const std::array<std::string_view, n>& names, const std::vector<Value>& values) {
  std::vector<std::size_t> found;
  for (const Value& v : values) {
    const std::string name = v.one_of(names);
    for (std::size_t i = 0; i < n; ++i)
      if (names[i] == name) found.push_back(i);
  }
  return found;
}

Match read_match(ObjectReader r) {
  Match m;
  m.layers = r.texts("layer", std::vector<std::string>{});
  m.ops = r.texts("op", std::vector<std::string>{});
  for (const std::size_t i : positions(role_names, r.one_or_more("role")))
    m.roles.push_back(static_cast<Role>(i));
  for (const std::size_t i : positions(pass_names, r.one_or_more("pass")))
    m.passes.push_back(static_cast<Pass>(i));
  return m;
}

bool is_word(const Value& value, std::string_view word) {
  return value.json().is_string() && value.json().get<std::string>() == word;
}

/// A unit that has a name, or an object with `terms`, `fraction_bits`, `output`.
MatrixUnit read_unit(const Value& value) {
  if (!value.json().is_object()) return value.one_of(matrix_units);
  ObjectReader r = value.object();
  MatrixUnit unit;
  const Range terms = Range::closed(1, MatrixUnit::most_terms),
              bits = Range::closed(0, MatrixUnit::most_fraction_bits);
  unit.terms = static_cast<std::size_t>(r.integer<std::int64_t>("terms", required, terms));
  unit.fraction_bits = r.integer<std::int32_t>("fraction_bits", required, bits);
  unit.output = r.one_of("output", UnitOutput::fp32, unit_output_names);
  return unit;
}

void read_order(ObjectReader& r, Rule& rule) {
  rule.order = r.one_of("order", if_given, order_names);
  if (const auto chunk = r.integer<std::int64_t>("chunk", if_given, Range::at_least(1)))
    rule.chunk = static_cast<std::size_t>(*chunk);
  if (const Value unit = r.value("block"); !unit.json().is_null()) rule.block = read_unit(unit);
}

void read_flush(ObjectReader& r, Rule& rule) {
  if (!r.has("flush")) return;
  const Value value = r.value("flush");
  if (value.json().is_boolean())
    rule.flush = value.boolean() ? Subnormals::flush : Subnormals::gradual;
  else
    rule.flush = value.one_of(subnormals_names);
}

/// A format, or an object with `format`, `rounding`, `random_bits`, `saturation`.
void read_outer(const FormatNames& formats, const Value& value, Rule& rule) {
  const bool is_projection = value.json().is_object() && !value.json().contains("exponent_bits");
  if (!is_projection) {
    rule.outer = formats.read(value);
    return;
  }
  ObjectReader r = value.object();
  if (r.has("format")) rule.outer = formats.read(r.value("format"));
  rule.outer_rounding = r.one_of("rounding", if_given, rounding_names);
  rule.outer_random_bits = r.integer<std::int32_t>("random_bits", if_given, Range::closed(1, 32));
  rule.outer_saturation = r.one_of("saturation", if_given, saturation_names);
}

Rule read_rule(const FormatNames& formats, ObjectReader r) {
  Rule rule;
  rule.match = read_match(r.object("match"));
  if (r.has("format")) {
    const Value format = r.value("format");
    rule.exact = is_word(format, "exact");
    if (rule.exact)
      (void)format.text();
    else
      rule.format = formats.read(format);
  }
  if (r.has("grid")) {
    (void)r.raw("grid");
    refuse(r.value("grid"), "an integer grid");
  }
  rule.rounding = r.one_of("rounding", if_given, rounding_names);
  rule.random_bits = r.integer<std::int32_t>("random_bits", if_given, Range::closed(1, 32));
  rule.saturation = r.one_of("saturation", if_given, saturation_names);
  if (auto scale = r.object("scale", if_given)) rule.scale = read_scale(formats, *scale);
  read_order(r, rule);
  if (r.has("outer")) read_outer(formats, r.value("outer"), rule);
  read_flush(r, rule);
  return rule;
}

struct ExpandedRecipe {
  std::vector<Rule> rules;
  Json resolved;
};

ExpandedRecipe expand(const Recipe& recipe) {
  const Document text =
      Document::parse("{\"policy\": " + std::string(recipe.rules) + "}", std::string(recipe.name));
  std::vector<Problem> problems;
  ObjectReader reader(text, "", problems);
  ExpandedRecipe out;
  for (const Value& v : reader.array("policy")) out.rules.push_back(read_rule({}, v.object()));
  throw_if_any(problems);
  out.resolved = reader.resolved()["policy"];
  return out;
}

}  // namespace

PolicySource read_policy(ObjectReader& config, FormatNames& formats) {
  formats.define(config.object("formats"));
  PolicySource source;
  const auto& recipe = config.row("recipe", "fp32", recipes());
  auto [rules, resolved] = expand(recipe);
  source.recipe_rules = rules.size();
  source.recipe_resolved = std::move(resolved);
  for (const Value& v : config.array("policy")) {
    rules.push_back(read_rule(formats, v.object()));
    source.places.push_back(v);
  }
  source.policy = Policy(std::move(rules));
  return source;
}

}  // namespace exmy
