#include "sim/sweep/expansion.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include "sim/base/json_text.hpp"
#include "sim/base/philox.hpp"

namespace exmy {
namespace {

void append(Combination& combination, const Axis& axis, AxisPoint point) {
  combination.parameters.emplace_back(axis.name, std::move(point.shown));
  for (Assignment& assignment : point.assignments) combination.assignments.push_back(std::move(assignment));
}

/// Combination number `index` of the grid.
Combination at(const std::vector<Axis>& axes, std::uint64_t index) {
  std::vector<std::uint64_t> digits(axes.size());
  for (std::size_t i = axes.size(); i-- > 0; index /= axes[i].size) digits[i] = index % axes[i].size;
  Combination combination;
  for (std::size_t i = 0; i < axes.size(); ++i) append(combination, axes[i], axes[i].at(digits[i]));
  return combination;
}

/// Draw number `index`: of each parameter, number `index` of the stream sweep/NAME.
Combination drawn(const std::vector<Axis>& axes, std::uint64_t seed, std::uint64_t index) {
  Combination combination;
  for (const Axis& axis : axes) {
    const double u = RandomStream(seed, "sweep/" + axis.name, 0).uniform(index);
    const auto choice = static_cast<std::uint64_t>(u * static_cast<double>(axis.size));
    append(combination, axis, axis.draw ? axis.draw(u) : axis.at(std::min(choice, axis.size - 1)));
  }
  return combination;
}

std::string spelled(const Combination& combination) {
  Json values = Json::array();
  for (const auto& [name, value] : combination.parameters) values.push_back(value);
  return compact_text(values);
}

}  // namespace

std::uint64_t saturated_product(std::uint64_t a, std::uint64_t b) {
  std::uint64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<std::uint64_t>::max() : product;
}

std::uint64_t grid_size(const std::vector<Axis>& axes) {
  std::uint64_t size = 1;
  for (const Axis& axis : axes) size = saturated_product(size, axis.size);
  return size;
}

std::vector<Combination> grid(const std::vector<Axis>& axes, Constraints& constraints, std::uint64_t limit,
                              std::uint64_t& count) {
  std::vector<Combination> kept;
  count = 0;
  const std::uint64_t size = grid_size(axes);
  for (std::uint64_t index = 0; index < size; ++index) {
    Combination combination = at(axes, index);
    if (!constraints.hold(combination)) continue;
    if (++count <= limit) kept.push_back(std::move(combination));
  }
  return kept;
}

std::vector<Combination> draws(const std::vector<Axis>& axes, Constraints& constraints, std::uint64_t count,
                               std::uint64_t seed) {
  std::vector<Combination> kept;
  std::set<std::string> seen;
  const std::uint64_t limit = std::min(1000 * (count + 1), max_tested);
  for (std::uint64_t index = 0; index < limit && kept.size() < count; ++index) {
    Combination combination = drawn(axes, seed, index);
    if (!constraints.hold(combination) || !seen.insert(spelled(combination)).second) continue;
    kept.push_back(std::move(combination));
  }
  return kept;
}

}  // namespace exmy
