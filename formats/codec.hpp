#pragma once
// Codes to values and back.

#include <cstdint>
#include <optional>

#include "formats/format.hpp"

namespace exmy {

/// The value of a code (bits above K are ignored). NaN: positive, quiet, payload 0, whatever its sign
/// and payload were. Every finite value is exact.
double decode(const Format& format, std::uint64_t code);

/// The code of a value of the format; nothing if x is not one of its values. NaN gives the format's one
/// NaN code (`ieee`: sign 0, only the top mantissa bit set; `all_ones`: sign 0).
std::optional<std::uint64_t> encode(const Format& format, double x);

}  // namespace exmy
