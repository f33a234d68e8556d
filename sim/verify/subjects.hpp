#pragma once
// Which formats are checked, hard numbers for them, and how comparisons name what they found.

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/exact.hpp"
#include "formats/project.hpp"
#include "sim/verify/draw.hpp"
#include "sim/verify/second.hpp"

namespace exmy::verify {

/// A format with its name and the second implementation's view of it.
struct Subject {
  std::string name;
  Format format;
  second::Model model;

  explicit Subject(std::string_view name);
  Subject(std::string name, const Format& format);
};

/// Names of the 454 formats of P3109 whose values are binary64 values.
std::vector<std::string> p3109_names();

/// Every format of the catalogue and of P3109 of up to 16 bits, and small formats with every other
/// combination of parameters.
const std::vector<Subject>& narrow_subjects();
/// tf32, fp32, fp64 and others of more than 16 bits.
const std::vector<Subject>& wide_subjects();

/// The nine roundings and three saturations.
inline constexpr int modes_count = 27;
/// One of them, and for a stochastic one a number of random bits.
Projection mode(const Format& format, int index, Draw& draw);
/// R of a mode: any, 0, or all ones.
std::uint32_t random_of(const Projection& how, Draw& draw);

/// The same number for `project`. Plain data only.
Exact exact_of(const second::Number& x);

std::string text(double x);
std::string text(const second::Number& x);
/// "fp16 stochastic_a none, N 12, R 77".
std::string text(const Subject& subject, const Projection& how, std::uint32_t random = 0);
/// Value, events and flags in one line.
std::string text(double value, std::uint32_t events, std::uint8_t flags);

inline bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}
inline bool same(const Outcome& got, const second::Result& want) {
  return same_bits(got.value, want.value) && got.events.bits == want.events && ieee_flags(got) == want.flags;
}
/// For a difference between the two.
std::string text(const Outcome& got);
std::string text(const second::Result& want);

}  // namespace exmy::verify
