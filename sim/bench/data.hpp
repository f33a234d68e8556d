#pragma once
// Numbers for the rows: the same in every run.

#include <bit>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "formats/counters.hpp"
#include "formats/project.hpp"
#include "sim/tensor/elements.hpp"

namespace exmy::bench {

/// n numbers up to `largest` in magnitude, over so many binades, some of them +-0, as binary64 numbers that most formats
/// have to round.
std::vector<double> numbers(const std::string& name, std::size_t n, double largest, int binades);
/// The same over fourteen, rounded to a format that fits float.
Elements<float> values_of(const Format& format, const std::string& name, std::size_t n, double largest);

/// The first numbers become +-infinity, NaN, -0, and the largest and smallest of the format.
void add_specials(const Format& format, std::vector<double>& x);

inline bool same_bits(double x, double y) {
  return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y);
}
/// Where two results differ, or nothing.
std::string difference(std::span<const double> got, std::span<const double> want);
std::string difference(std::span<const float> got, std::span<const float> want);
std::string difference(const Counters& got, const Counters& want);
/// The first one that is not empty, if there is one.
std::string first_of(std::initializer_list<std::string> differences);

}  // namespace exmy::bench
