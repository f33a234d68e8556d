#include "sim/sweep/parameters.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "sim/base/suggest.hpp"
#include "sim/base/text.hpp"
#include "sim/sweep/format_family.hpp"
#include "sim/sweep/ranges.hpp"

namespace exmy {
namespace {

using namespace std::string_view_literals;

/// What the identity of a run leaves out: runs that differ in it alone are one.
constexpr std::array without_effect{"threads"sv, "checkpoint"sv, "limits"sv};

bool has_no_effect(std::string_view path) {
  return std::any_of(without_effect.begin(), without_effect.end(), [&](std::string_view key) {
    return path.starts_with(key) && (path.size() == key.size() || path[key.size()] == '.');
  });
}

AxisValues given_values(ObjectReader& r) {
  std::vector<Json> values;
  for (const Value& element : r.array("values")) values.push_back(element.json());
  (void)r.raw("values");  // as they stand
  return listed(std::move(values));
}

AxisValues family_values(ObjectReader r) {
  std::vector<Json> values;
  for (const std::string& name : read_format_family(std::move(r))) values.emplace_back(name);
  return listed(std::move(values));
}

/// The one word that says what the values are; empty after a problem.
std::string_view spec_word(ObjectReader& r) {
  std::string_view found;
  int count = 0;
  for (const std::string_view word : spec_words)
    if (r.has(word)) {
      found = word;
      ++count;
    }
  if (count == 1) return found;
  r.problem(codes::contradiction, "give exactly one of values, range, log_range, formats and cases");
  return {};
}

AxisValues read_values(ObjectReader& r, std::string_view word, bool random) {
  if (word == "values") return given_values(r);
  if (word == "range") return read_range(r.object(word), random);
  if (word == "log_range") return read_log_range(r.object(word), random);
  return family_values(r.object(word));
}

Axis axis_of_path(const std::string& path, const std::string& place, const AxisValues& values) {
  Axis axis{path, place, values.size, {}, {}};
  const std::string pointer = pointer_of_path(path).value_or("");
  const auto point = [pointer](Json value) {
    return AxisPoint{value, {{OverrideAction::set, pointer, value}}};
  };
  if (values.at) axis.at = [at = values.at, point](std::uint64_t i) { return point(at(i)); };
  if (values.draw) axis.draw = [draw = values.draw, point](double u) { return point(draw(u)); };
  return axis;
}

Axis axis_of_cases(SweepContext& context, const std::string& name, const std::string& place, ObjectReader r) {
  std::vector<AxisPoint> points;
  ConfigPaths after = context.paths;
  for (const Value& label : context.in_order(r.members())) {
    ConfigPaths paths = context.paths;
    points.push_back({label.key(), read_changes(context, label.object(), paths, false).assignments});
    if (points.size() == 1) after = paths;
  }
  context.paths = after;
  const std::uint64_t size = points.size();
  return {name, place, size, [points = std::move(points)](std::uint64_t i) { return points[i]; }, {}};
}

void check_path(SweepContext& context, const Axis& axis) {
  const std::string& path = axis.name;
  const Json first = axis.draw ? axis.draw(0).shown : axis.size == 0 ? Json() : axis.at(0).shown;
  if (const auto message = context.paths.set(path, first))
    context.key_problem(codes::unknown_path, axis.pointer, *message);
  else if (has_no_effect(path))
    context.key_problem(codes::contradiction, axis.pointer,
                        in_quotes(path) + " changes no result: all its values would be one run");
}

Axis read_parameter(SweepContext& context, const Value& member, bool random) {
  ObjectReader r = member.object();
  const std::string_view word = spec_word(r);
  if (word.empty()) return {member.key(), member.pointer(), 1, [](auto) { return AxisPoint{}; }, {}};
  if (word == "cases") return axis_of_cases(context, member.key(), member.pointer(), r.object(word));
  const Axis axis = axis_of_path(member.key(), member.pointer(), read_values(r, word, random));
  check_path(context, axis);
  return axis;
}

}  // namespace

void SweepContext::key_problem(std::string_view code, const std::string& pointer,
                               const std::string& message) const {
  problems.push_back({std::string(code), document.key_origin(pointer), pointer, message});
}

std::vector<Value> SweepContext::in_order(std::vector<Value> members) const {
  const auto rank = [&](const Value& member) {
    const Origin at = document.key_origin(member.pointer());
    const auto& files = document.files();  // what a file extends follows it, and comes before it
    const auto file = std::find(files.begin(), files.end(), at.file);
    return std::tuple(at.line == 0, files.end() - file, at.line, at.column);
  };
  std::stable_sort(members.begin(), members.end(),
                   [&](const Value& a, const Value& b) { return rank(a) < rank(b); });
  return members;
}

Combination read_changes(const SweepContext& context, ObjectReader r, ConfigPaths& paths,
                         bool may_have_label) {
  Combination changes;
  for (const Value& member : context.in_order(r.members())) {
    const std::string path = member.key();
    if (may_have_label && path == "label") continue;
    (void)r.raw(path);
    if (const auto message = paths.set(path, member.json())) {
      context.key_problem(codes::unknown_path, member.pointer(), *message);
      continue;
    }
    changes.assignments.push_back({OverrideAction::set, *pointer_of_path(path), member.json()});
    changes.parameters.emplace_back(path, member.json());
  }
  if (may_have_label)
    if (const auto label = r.text("label", if_given)) changes.parameters = {{"label", *label}};
  return changes;
}

std::vector<Axis> read_parameters(SweepContext& context, ObjectReader r, bool random) {
  std::vector<Axis> axes;
  for (const Value& member : context.in_order(r.members())) {
    const std::size_t problems_before = context.problems.size();
    axes.push_back(read_parameter(context, member, random));
    const Axis& axis = axes.back();
    if (axis.size == 0 && !axis.draw && context.problems.size() == problems_before)
      context.problems.push_back({std::string(codes::empty_sweep), context.document.origin(axis.pointer),
                                  axis.pointer, in_quotes(axis.name) + " has no values"});
  }
  return axes;
}

}  // namespace exmy
