#pragma once
// `formats` of a parameter: families of formats, by name.

#include <string>
#include <vector>

#include "sim/base/reader.hpp"

namespace exmy {

/// The names of {"names", "catalog", "exponent_bits", "mantissa_bits", "bias", "specials", "p3109", "min_bits",
/// "max_bits"}: those of `names` as written, those of the catalogue, eXmY by exponent bits, then mantissa bits,
/// then bias, those of P3109 by width and precision; each once. Only formats within min_bits and max_bits.
std::vector<std::string> read_format_family(ObjectReader r);

}  // namespace exmy
