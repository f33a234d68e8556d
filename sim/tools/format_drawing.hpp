#pragma once
// The bit fields of a format, drawn with letters.

#include <cstddef>
#include <string>

#include "formats/format.hpp"

namespace exmy {

/// Three boxes (sign, exponent, mantissa; those that the format has) with the numbers of their first and last
/// bit above, bit 0 being the least significant, a letter for each bit, and their names and widths below. Where
/// `width` columns are too few for all letters, long fields show dots.
std::string bit_fields(const Format& format, std::size_t width);

}  // namespace exmy
