#pragma once
// How results become text: the same bytes for the same values, on every machine.
#include <optional>
#include <string>

#include "sim/base/json.hpp"

namespace exmy {

/// `x` as JSON: a number, or the string "NaN" (of either sign), "Infinity" or "-Infinity".
Json json_number(double x);

/// The inverse: a number, or one of those three strings; else nothing.
std::optional<double> number_of(const Json& value);

/// `x` as a C hexadecimal literal with the leading digit 1 and no trailing zeros: "0x1.8p+1", "-0x0p+0",
/// subnormals "0x1p-1074" too; "NaN", "Infinity", "-Infinity" as in json_number.
std::string hex_float(double x);

/// Both: `key` as json_number, `key`_hex as hex_float.
void add_number(Json& object, const std::string& key, double x);

/// One line without spaces. Keys sorted, numbers in the shortest form found that reads back to the same bits,
/// non-finite ones as in json_number, bytes that are not UTF-8 as U+FFFD.
std::string compact_text(const Json& value);

/// The same for people: two spaces per level, arrays of plain values on one line, a line end at the end.
std::string pretty_text(const Json& value);

}  // namespace exmy
