#include "sim/bench/data.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

#include "formats/binary64.hpp"
#include "sim/base/json_text.hpp"
#include "sim/base/philox.hpp"

namespace exmy::bench {

std::vector<double> numbers(const std::string& name, std::size_t n, double largest, int binades) {
  const RandomStream random(1, "bench/" + name, 0);
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t word = random.word64(i);
    const int bits = i % 8 == 0 ? 5 : i % 8 == 4 ? 12 : 53;  // short ones are ties of e4m3fn and fp16
    const auto part = static_cast<double>(word >> (64 - bits)) * pow2(-bits);
    const int binade = static_cast<int>(word & 1023) % (binades + 2);
    const double a = binade >= binades ? 0 : largest * pow2(-binade) * part;
    x[i] = (word & 1024) != 0 ? -a : a;
  }
  return x;
}

Elements<float> values_of(const Format& format, const std::string& name, std::size_t n, double largest) {
  Elements<float> x;
  x.reserve(n);
  for (const double v : numbers(name, n, largest, 14))
    x.push_back(static_cast<float>(project({format, Rounding::nearest_even, Saturation::finite}, v).value));
  return x;
}

void add_specials(const Format& format, std::vector<double>& x) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const double all[] = {infinity,
                        -infinity,
                        std::numeric_limits<double>::quiet_NaN(),
                        -0.0,
                        format.max_finite(),
                        -format.max_finite(),
                        format.min_positive(),
                        -format.min_positive()};
  std::copy_n(all, std::min(x.size(), std::size(all)), x.begin());
}

namespace {

template <class T>
std::string first_difference(std::span<const T> got, std::span<const T> want) {
  if (got.size() != want.size())
    return std::to_string(got.size()) + " numbers, not " + std::to_string(want.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    const auto found = static_cast<double>(got[i]), expected = static_cast<double>(want[i]);
    if (!same_bits(found, expected))
      return "element " + std::to_string(i) + ": " + hex_float(found) + ", not " + hex_float(expected);
  }
  return {};
}

}  // namespace

std::string difference(std::span<const double> got, std::span<const double> want) {
  return first_difference(got, want);
}

std::string difference(std::span<const float> got, std::span<const float> want) {
  return first_difference(got, want);
}

std::string difference(const Counters& got, const Counters& want) {
  for (std::size_t i = 0; i < counters_count; ++i)
    if (got.counts[i] != want.counts[i])
      return "counter " + std::string(counter_names[i]) + ": " + std::to_string(got.counts[i]) + ", not " +
             std::to_string(want.counts[i]);
  return {};
}

std::string first_of(std::initializer_list<std::string> differences) {
  for (const std::string& found : differences)
    if (!found.empty()) return found;
  return {};
}

}  // namespace exmy::bench
