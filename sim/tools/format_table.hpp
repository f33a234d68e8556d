#pragma once
// Every code of a format.

#include <cstdint>
#include <string>

#include "formats/format.hpp"

namespace exmy {

enum class TableStyle : std::uint8_t { text, csv, json };

/// A line for each code, in order: code, class, exact value in hexadecimal, value in decimal (17 digits at most,
/// exact for the reader that rounds to binary64). CSV begins with the line `code,class,value_hex,value`.
/// UsageError for a format of more than 16 bits.
std::string format_table(const std::string& name, const Format& format, TableStyle style);

}  // namespace exmy
