#pragma once
// Numbers as words: how commands read and print them.

#include <cstdint>
#include <string>

#include "formats/exact.hpp"
#include "formats/format.hpp"

namespace exmy {

/// The shortest decimal of at most 17 digits that reads back to the same bits: "0.1", "1e-07"; "NaN",
/// "Infinity", "-Infinity".
std::string value_text(double x);

/// At most `digits` significant digits.
std::string brief(double x, int digits = 6);

/// With a fixed number of digits after the point.
std::string fixed(double x, int digits);

/// A code in upper-case hexadecimal, ceil(K / 4) digits.
std::string code_text(const Format& format, std::uint64_t code);

/// "nan", or a sign and "infinity", "zero", "subnormal" or "normal": what a value is in a format.
std::string class_of(const Format& format, double x);

/// A number of the command line.
struct Number {
  double nearest = 0;  ///< in binary64, rounded to nearest even
  Exact exact{};       ///< what was written, to 64 bits, and whether there is more (sticky)
};

/// Reads a decimal or hexadecimal number, inf, infinity or nan, with a sign or without, in upper or lower
/// case; UsageError naming the word for anything else.
Number number_named(const std::string& word);

/// 10 log10(ratio) in binary64, correctly rounded but for the product; infinite for 0 and infinity.
double decibels(double ratio);

/// log2 x, correctly rounded.
double log2_of(double x);

}  // namespace exmy
