#include "formats/catalog.hpp"

#include <array>
#include <stdexcept>

#include "formats/name_grammar.hpp"

namespace exmy {
namespace {

constexpr Format ieee(int e, int m) { return Format{e, m, (1 << (e - 1)) - 1}; }

/// Finite only: NaN is the all-ones magnitude, or there is none.
constexpr Format finite_only(int e, int m, NanCodes nan = NanCodes::all_ones) {
  Format f = ieee(e, m);
  f.infinities = false;
  f.nan = nan;
  return f;
}

/// Finite only, NaN in place of -0.
constexpr Format unsigned_zero(int e, int m, int bias) {
  Format f = finite_only(e, m, NanCodes::negative_zero);
  f.bias = bias;
  f.negative_zero = false;
  return f;
}

constexpr Format powers_of_two() {
  Format f = finite_only(8, 0, NanCodes::top_code);
  f.is_signed = f.negative_zero = f.zero = false;
  f.subnormals = Subnormals::none;
  return f;
}

/// IBM's DLFloat: no subnormals, one code for NaN and infinity, which we read as NaN.
constexpr Format dlfloat() {
  Format f = finite_only(6, 9);
  f.subnormals = Subnormals::none;
  return f;
}

using namespace std::string_view_literals;

constexpr std::array formats{
    NamedFormat{"e2m1fn"sv, finite_only(2, 1, NanCodes::none), "fp4 float4_e2m1fn ocp_e2m1 mxfp4"sv,
                "OCP MX 1.0"sv},
    NamedFormat{"e2m3fn"sv, finite_only(2, 3, NanCodes::none), "float6_e2m3fn ocp_e2m3"sv, "OCP MX 1.0"sv},
    NamedFormat{"e3m2fn"sv, finite_only(3, 2, NanCodes::none), "float6_e3m2fn ocp_e3m2"sv, "OCP MX 1.0"sv},
    NamedFormat{"e3m4"sv, ieee(3, 4), "float8_e3m4"sv, "MLIR f8E3M4"sv},
    NamedFormat{"e4m3"sv, ieee(4, 3), "float8_e4m3"sv, "MLIR f8E4M3: IEEE-like, maximum 240"sv},
    NamedFormat{"e4m3fn"sv, finite_only(4, 3), "ocp_e4m3 float8_e4m3fn"sv, "OCP OFP8 1.0: maximum 448"sv},
    NamedFormat{"e4m3fnuz"sv, unsigned_zero(4, 3, 8), "float8_e4m3fnuz"sv, "MLIR f8E4M3FNUZ"sv},
    NamedFormat{"e4m3b11fnuz"sv, unsigned_zero(4, 3, 11), "float8_e4m3b11fnuz"sv, "MLIR f8E4M3B11FNUZ"sv},
    NamedFormat{"e5m2"sv, ieee(5, 2), "ocp_e5m2 float8_e5m2"sv, "OCP OFP8 1.0"sv},
    NamedFormat{"e5m2fnuz"sv, unsigned_zero(5, 2, 16), "float8_e5m2fnuz"sv, "MLIR f8E5M2FNUZ"sv},
    NamedFormat{"e8m0fnu"sv, powers_of_two(), "e8m0 float8_e8m0fnu ocp_e8m0"sv, "OCP MX 1.0: scales"sv},
    NamedFormat{"fp16"sv, ieee(5, 10), "binary16 float16 half e5m10"sv, "IEEE 754-2019 binary16"sv},
    NamedFormat{"bf16"sv, ieee(8, 7), "bfloat16 e8m7"sv, "bfloat16"sv},
    NamedFormat{"dlfloat16"sv, dlfloat(), "dlfloat"sv, "Agrawal et al. 2019"sv},
    NamedFormat{"tf32"sv, ieee(8, 10), "tensorfloat32 e8m10"sv, "TensorFloat-32: 19 bits"sv},
    NamedFormat{"fp32"sv, ieee(8, 23), "binary32 float32 single e8m23"sv, "IEEE 754-2019 binary32"sv},
    NamedFormat{"fp64"sv, ieee(11, 52), "binary64 float64 double e11m52"sv, "IEEE 754-2019 binary64"sv},
};

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::size_t end = words.find(' ');
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(end == std::string_view::npos ? words.size() : end + 1);
  }
  return false;
}

}  // namespace

std::span<const NamedFormat> catalog() { return formats; }

Format format_of(std::string_view name) {
  for (const NamedFormat& row : formats)
    if (row.name == name || has_word(row.aliases, name)) return row.format;
  const Format format = parse_format_name(name);
  if (const std::string problem = problem_of(format); !problem.empty())
    throw std::invalid_argument("format \"" + std::string(name) + "\": " + problem);
  return format;
}

std::string name_of(const Format& format) {
  for (const NamedFormat& row : formats)
    if (row.format == format) return std::string(row.name);
  return spell_format_name(format);
}

std::vector<std::string> known_format_names() {
  std::vector<std::string> names;
  for (const NamedFormat& row : formats) {
    names.emplace_back(row.name);
    std::string_view words = row.aliases;
    while (!words.empty()) {
      const std::size_t end = words.find(' ');
      names.emplace_back(words.substr(0, end));
      words.remove_prefix(end == std::string_view::npos ? words.size() : end + 1);
    }
  }
  return names;
}

}  // namespace exmy
