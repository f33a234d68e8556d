#include "sim/sweep/format_family.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>

#include "formats/catalog.hpp"
#include "sim/base/suggest.hpp"

namespace exmy {
namespace {

using namespace std::string_view_literals;

constexpr std::array specials_names{"ieee"sv, "fn"sv, "fnuz"sv};
constexpr std::array domain_names{"extended"sv, "finite"sv};

struct Span {
  int low = 0, high = 0;
};

/// What was collected; a format comes in once, and only if its width is wanted.
struct Family {
  Span bits{1, 64};
  std::vector<std::string> names;

  void add(const std::string& name, const Format& format) {
    const bool fits = format.bits() >= bits.low && format.bits() <= bits.high;
    if (fits && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
};

/// n, or [low, high].
Span read_span(const Value& value, const Range& range) {
  const std::vector<Value> ends = value.one_or_more();
  if (ends.empty() || ends.size() > 2) {
    value.problem(codes::wrong_type, "expected a number of bits, or [lowest, highest]");
    return {1, 0};
  }
  const Span span{ends.front().integer<std::int32_t>(range), ends.back().integer<std::int32_t>(range)};
  if (span.low > span.high) value.problem(codes::contradiction, "the lowest is more than the highest");
  return span;
}

void add_names(ObjectReader& r, Family& family) {
  for (const Value& value : r.array("names")) {
    const std::string name = value.text();
    try {
      family.add(name, format_of(name));
    } catch (const std::invalid_argument& error) {
      const std::string text = error.what();
      const bool unknown = text.starts_with("unknown");
      if (value.json().is_string())
        value.problem(codes::unknown_name,
                      unknown ? text + ' ' + did_you_mean(name, known_format_names()) : text);
    }
  }
}

void add_catalog(ObjectReader& r, Family& family) {
  if (!r.boolean("catalog", false)) return;
  for (const NamedFormat& row : catalog()) family.add(std::string(row.name), row.format);
}

/// eXmY[bB]SPECIALS by its catalogue name, if it has one and its width is wanted. What is no format is a problem.
void add_systematic(const ObjectReader& r, Family& family, const std::string& name, int bits) {
  if (bits < family.bits.low || bits > family.bits.high) return;
  try {
    const Format format = format_of(name);
    family.add(name_of(format), format);
  } catch (const std::invalid_argument& error) {
    r.problem(codes::contradiction, error.what());
  }
}

void add_grid(ObjectReader& r, Family& family) {
  if (!r.has("exponent_bits") && !r.has("mantissa_bits")) {
    for (const char* key : {"bias", "specials"})
      if (r.has(key)) r.problem(codes::contradiction, key, "it needs exponent_bits and mantissa_bits");
    return;
  }
  for (const char* key : {"exponent_bits", "mantissa_bits"})
    if (!r.has(key)) return r.problem(codes::missing_key, "the key \"" + std::string(key) + "\" is missing");
  const Span e = read_span(r.value("exponent_bits"), Range::closed(1, 11));
  const Span m = read_span(r.value("mantissa_bits"), Range::closed(0, 52));
  const std::string specials = r.one_of("specials", std::string("fn"), specials_names);
  std::vector<std::string> biases;
  for (const Value& bias : r.one_or_more("bias"))
    biases.push_back('b' + std::to_string(bias.integer<std::int32_t>(Range::closed(0, 4096))));
  if (biases.empty()) biases.emplace_back();
  for (int i = e.low; i <= e.high; ++i)
    for (int j = m.low; j <= m.high; ++j)
      for (const std::string& bias : biases)
        add_systematic(
            r, family,
            'e' + std::to_string(i) + 'm' + std::to_string(j) + bias + (specials == "ieee" ? "" : specials),
            1 + i + j);
}

void add_p3109_of(Family& family, int bits, bool is_signed, const std::optional<std::string>& domain) {
  for (int p = 1; p <= bits; ++p)
    for (const char letter : {'e', 'f'}) {
      if (domain && (*domain == "extended") != (letter == 'e')) continue;
      const std::string name =
          "Binary" + std::to_string(bits) + 'p' + std::to_string(p) + (is_signed ? 's' : 'u') + letter;
      try {
        family.add(name, format_of(name));
      } catch (const std::invalid_argument&) {
        continue;  // the standard or this program has no such format
      }
    }
}

void add_p3109(ObjectReader& r, Family& family) {
  if (!r.has("p3109")) return;
  ObjectReader p = r.object("p3109");
  if (!p.has("bits")) return p.problem(codes::missing_key, "the key \"bits\" is missing");
  const Span bits = read_span(p.value("bits"), Range::closed(3, 16));
  const Json is_signed = p.raw("signed");
  if (!is_signed.is_null()) (void)p.boolean("signed", true);
  const auto domain = p.one_of("domain", if_given, domain_names);
  for (int k = bits.low; k <= bits.high; ++k)
    for (const bool sign : {true, false})
      if (is_signed.is_null() || is_signed == sign) add_p3109_of(family, k, sign, domain);
}

}  // namespace

std::vector<std::string> read_format_family(ObjectReader r) {
  Family family;
  family.bits.low = r.integer<std::int32_t>("min_bits", 1, Range::closed(1, 64));
  family.bits.high = r.integer<std::int32_t>("max_bits", 64, Range::closed(1, 64));
  add_names(r, family);
  add_catalog(r, family);
  add_grid(r, family);
  add_p3109(r, family);
  return std::move(family.names);
}

}  // namespace exmy
