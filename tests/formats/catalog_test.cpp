// Names, parameters and codes of formats.

#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "formats/codec.hpp"
#include "formats/project.hpp"
#include "tests/support/catch.hpp"

using namespace exmy;

namespace {

std::string why_not(std::string_view name) {
  try {
    (void)format_of(name);
    return "";
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// The code of NaN as numerics section 1 has it: sign 0, only the top mantissa bit with `ieee`.
std::uint64_t code_of_nan(const Format& f) {
  const std::uint64_t magnitude = (std::uint64_t{1} << (f.exponent_bits + f.mantissa_bits)) - 1;
  if (f.nan == NanCodes::negative_zero) return magnitude + 1;
  if (f.nan != NanCodes::ieee) return magnitude;
  const std::uint64_t fields = (std::uint64_t{1} << f.exponent_bits) - 1;
  return fields << f.mantissa_bits | std::uint64_t{1} << (f.mantissa_bits - 1);
}

/// How many codes of a format do not come back as numerics section 1 says: NaN as its one code, the code of
/// -0 as itself where -0 is a value, subnormals that read as zero as 0, every other code as itself.
std::uint64_t lost_codes(const Format& f) {
  std::uint64_t lost = 0;
  const std::uint64_t sign = std::uint64_t{1} << (f.exponent_bits + f.mantissa_bits);
  for (std::uint64_t code = 0; code < sign << (f.is_signed ? 1 : 0); ++code) {
    const double x = decode(f, code);
    std::uint64_t want = code;
    if (is_nan(x))
      want = code_of_nan(f);
    else if (x == 0)
      want = f.negative_zero ? code & sign : 0;
    const bool signs = !is_nan(x) && (x != 0 || f.negative_zero);  // NaN and a lone zero are positive
    const bool right_sign = std::signbit(x) == (signs && f.is_signed && (code & sign) != 0);
    if (encode(f, x) != want || !right_sign) ++lost;
  }
  return lost;
}

/// Every code decodes to a value that encodes to it again (NaN: to the format's one NaN), and that the
/// projection leaves alone.
void check_codes(const Format& f) {
  for (std::uint64_t code = 0; code < std::uint64_t{1} << f.bits(); ++code) {
    const double x = decode(f, code);
    const double q = project({f}, x).value;
    REQUIRE(bits_of(q) == bits_of(x));
    const auto back = encode(f, x);
    REQUIRE(back.has_value());
    REQUIRE(bits_of(decode(f, *back)) == bits_of(x));
    const bool flushed = f.subnormals != Subnormals::gradual && x == 0;
    const bool one_zero = x == 0 && !f.negative_zero;
    if (!is_nan(x) && !flushed && !one_zero) REQUIRE(*back == code);
  }
}

}  // namespace

TEST_CASE("every code of every catalogue format of up to 16 bits makes the round trip") {
  for (const NamedFormat& row : catalog())
    if (row.format.bits() <= 16) check_codes(row.format);
}

TEST_CASE("NaN and zeros of every catalogue format of up to 16 bits have the codes of numerics") {
  int formats = 0;
  for (const NamedFormat& row : catalog())
    if (row.format.bits() <= 16) {
      INFO(row.name);
      CHECK(lost_codes(row.format) == 0);
      ++formats;
    }
  CHECK(formats == 14);
}

TEST_CASE("every code of every P3109 format makes the round trip") {
  int formats = 0;
  for (int k = 3; k <= 16; ++k)
    for (const char* kind : {"se", "sf", "ue", "uf"})
      for (int p = 1; p <= (kind[0] == 's' ? k - 1 : k); ++p) {
        const std::string name = "Binary" + std::to_string(k) + "p" + std::to_string(p) + kind;
        if (!why_not(name).empty()) continue;
        INFO(name);
        CHECK(lost_codes(format_of(name)) == 0);
        ++formats;
      }
  CHECK(formats == 454);
}

TEST_CASE("every code of every admissible format of up to 6 bits makes the round trip") {
  int admissible = 0;
  for (int e = 1; e <= 5; ++e)
    for (int m = 0; e + m <= 5; ++m)
      for (int mask = 0; mask < 32; ++mask)
        for (int subnormals = 0; subnormals < 4; ++subnormals)
          for (int nan = 0; nan < 5; ++nan) {
            Format f{e, m, (1 << (e - 1)) - 1, (mask & 1) != 0, (mask & 2) != 0, (mask & 4) != 0};
            f.infinities = (mask & 8) != 0;
            f.semantics = (mask & 16) != 0 ? Semantics::p3109 : Semantics::ieee754;
            f.subnormals = static_cast<Subnormals>(subnormals);
            f.nan = static_cast<NanCodes>(nan);
            if (!problem_of(f).empty() || (f.semantics == Semantics::p3109 && f.negative_zero)) continue;
            ++admissible;
            check_codes(f);
          }
  CHECK(admissible > 500);
}

TEST_CASE("names mean what the standards say") {
  CHECK(format_of("e4m3") == Format{4, 3, 7});
  CHECK(format_of("e4m3").max_finite() == 240);
  CHECK(format_of("ocp_e4m3") == format_of("e4m3fn"));
  CHECK(format_of("e4m3fn").max_finite() == 448);
  CHECK(format_of("float8_e4m3fn") == format_of("e4m3fn"));
  CHECK(format_of("binary16") == format_of("e5m10"));
  CHECK(format_of("bfloat16") == format_of("bf16"));
  CHECK(format_of("e8m0") == format_of("e8m0fnu"));
  CHECK(format_of("e5m2fnuz").bias == 16);
  CHECK(format_of("e4m3b11fnuz").bias == 11);
  CHECK(format_of("e3m2b5").bias == 5);
  CHECK(format_of("Binary8p4se").bias == 8);
  CHECK(format_of("Binary8p1uf").bias == 128);
  CHECK(decode(format_of("Binary8p4se"), 0x48) == 2.0);
  CHECK(decode(format_of("Binary8p4se"), 0x7f) == infinity64);
  CHECK(is_nan(decode(format_of("Binary8p4se"), 0x80)));
}

TEST_CASE("an unknown or contradictory name says why") {
  CHECK(contains(why_not("e4m4x"), "unknown format"));
  CHECK(contains(why_not(""), "unknown format"));
  CHECK(contains(why_not("e0m3"), "exponent_bits is 0"));
  CHECK(contains(why_not("e12m3"), "exponent_bits is 12"));
  CHECK(contains(why_not("e5m53"), "mantissa_bits is 53"));
  CHECK(contains(why_not("e5m0"), "at least one mantissa bit"));
  CHECK(contains(why_not("e4m3b9999"), "outside of binary64"));
  CHECK(contains(why_not("Binary16p4se"), "not binary64 values"));
  CHECK(contains(why_not("Binary13p2ue"), "not binary64 values"));
  CHECK(contains(why_not("Binary17p4se"), "K = 3 to 16"));
  CHECK(contains(why_not("Binary8p8se"), "P must be 1 to 7"));
  CHECK(contains(why_not("e04m3"), "unknown format"));
}

TEST_CASE("454 of the 504 P3109 formats are accepted") {
  int accepted = 0;
  int all = 0;
  for (int k = 3; k <= 16; ++k)
    for (const char* kind : {"se", "sf", "ue", "uf"})
      for (int p = 1; p <= (kind[0] == 's' ? k - 1 : k); ++p) {
        ++all;
        const std::string name = "Binary" + std::to_string(k) + "p" + std::to_string(p) + kind;
        if (why_not(name).empty()) {
          ++accepted;
          CHECK(name_of(format_of(name)) == name);
        }
      }
  CHECK(all == 504);
  CHECK(accepted == 454);
}

TEST_CASE("contradicting parameters are refused with the reason") {
  Format f{4, 3, 7};
  f.is_signed = false;
  CHECK(contains(problem_of(f), "negative zero"));
  f.negative_zero = false;
  CHECK(problem_of(f).empty());
  f.nan = NanCodes::all_ones;
  CHECK(contains(problem_of(f), "signed"));
  f = Format{4, 0, 7};
  CHECK(contains(problem_of(f), "mantissa bit"));
  f = Format{4, 3, 7};
  f.zero = false;
  CHECK(contains(problem_of(f), "without zero"));
  f = Format{4, 3, 7};
  f.nan = NanCodes::negative_zero;
  CHECK(contains(problem_of(f), "both -0 and NaN"));
  f = Format{1, 0, 0};
  f.nan = NanCodes::all_ones;
  CHECK(contains(problem_of(f), "no finite value"));
  CHECK(contains(problem_of(Format{11, 52, 1024}), "binary64"));
  CHECK(problem_of(Format{11, 52, 1023}).empty());
}

TEST_CASE("names are found for formats") {
  for (const char* name : {"e2m1fn", "fp16", "e6m9", "e3m2b5", "e4m0fn", "e5m3fnuz", "Binary6p3sf"})
    CHECK(name_of(format_of(name)) == name);
  Format odd{4, 3, -5};
  CHECK(name_of(odd).empty());
}
