#include "sim/verify/value_table.hpp"

#include <bit>

#include "sim/base/sha256.hpp"

namespace exmy::verify {
namespace {

std::string python_hex(double x) {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const int field = static_cast<int>(bits >> 52 & 2047);
  const std::uint64_t fraction = bits & ((std::uint64_t{1} << 52) - 1);
  if (field == 2047 && fraction != 0) return "nan";
  std::string out = bits >> 63 != 0 ? "-" : "";
  if (field == 2047) return out + "inf";
  if (field == 0 && fraction == 0) return out + "0x0.0p+0";
  out += field != 0 ? "0x1." : "0x0.";
  for (int shift = 48; shift >= 0; shift -= 4) out += "0123456789abcdef"[fraction >> shift & 15];
  const int exponent = field != 0 ? field - 1023 : -1022;
  return out + (exponent < 0 ? "p-" : "p+") + std::to_string(exponent < 0 ? -exponent : exponent);
}

}  // namespace

std::string table_digest(std::uint64_t codes, const std::function<double(std::uint64_t)>& value) {
  Sha256 hash;
  std::string lines;
  for (std::uint64_t code = 0; code < codes; ++code) {
    lines += std::to_string(code) + " " + python_hex(value(code)) + "\n";
    if (lines.size() < 1 << 16) continue;
    hash.update(lines);
    lines.clear();
  }
  hash.update(lines);
  return hash.hex();
}

}  // namespace exmy::verify
