#pragma once
// From parameters to combinations.

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/sweep/constraints.hpp"
#include "sim/sweep/parameters.hpp"

namespace exmy {

/// a b, or the largest number if that is more.
std::uint64_t saturated_product(std::uint64_t a, std::uint64_t b);

/// The number of combinations of a grid, saturated.
std::uint64_t grid_size(const std::vector<Axis>& axes);

/// More than these are not tested against constraints one by one.
inline constexpr std::uint64_t max_tested = 1'000'000;

/// Of a grid of at most `max_tested`, those that hold, in order, the last parameter fastest; after `limit` of them
/// the rest is only counted, in `count`.
std::vector<Combination> grid(const std::vector<Axis>& axes, Constraints& constraints, std::uint64_t limit,
                              std::uint64_t& count);

/// `count` different combinations that hold, drawn one after the other with numbers of `seed`; fewer if they are
/// not found in 1000 (count + 1) draws, at most `max_tested`.
std::vector<Combination> draws(const std::vector<Axis>& axes, Constraints& constraints, std::uint64_t count,
                               std::uint64_t seed);

}  // namespace exmy
