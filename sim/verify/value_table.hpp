#pragma once
// Digests of tables of numbers.

#include <cstdint>
#include <functional>
#include <string>

namespace exmy::verify {

/// SHA-256 over one line per code, in order of codes: `CODE VALUE`, CODE in decimal, VALUE as Python's
/// float.hex() (0x1.8000000000000p+1, -0x0.0p+0, 0x0.0000000000001p-1022), or inf, -inf, nan.
std::string table_digest(std::uint64_t codes, const std::function<double(std::uint64_t)>& value);

}  // namespace exmy::verify
