#include "sim/tools/format_comparison.hpp"

#include <algorithm>

#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "sim/base/json_text.hpp"
#include "sim/config/names.hpp"
#include "sim/run/report.hpp"
#include "sim/tools/numbers.hpp"

namespace exmy {
namespace {

/// Bits after the leading one of the numbers in [2^e, 2^(e+1)); negative where there are none.
int bits_in_binade(const Format& f, int e) {
  if (e >= f.e_min()) return f.mantissa_bits;
  return f.has_subnormals() ? f.mantissa_bits - (f.e_min() - e) : -1;
}

/// With subnormals `none` the number 2^-bias has the code of zero.
bool lacks_power(const Format& f, int e) {
  return f.subnormals == Subnormals::none && f.zero && e == -f.bias;
}

/// The binade's grids are nested, so that the coarser one counts.
std::uint64_t common_in_binade(const Format& a, const Format& b, int e) {
  const int bits = std::min(bits_in_binade(a, e), bits_in_binade(b, e));
  const double limit = std::min(a.max_finite(), b.max_finite());
  if (bits < 0 || pow2(e) > limit) return 0;
  const std::uint64_t all = std::uint64_t{1} << bits;
  const double room = (limit - pow2(e)) / pow2(e);  // exact: in [0, 1) if the binade is cut
  const std::uint64_t inside =
      room >= 1 ? all : static_cast<std::uint64_t>(room * static_cast<double>(all)) + 1;
  return std::min(all, inside) - (lacks_power(a, e) || lacks_power(b, e) ? 1 : 0);
}

std::string power_text(double x) {
  const Parts parts = parts_of(x);
  const bool power = parts.significand == std::uint64_t{1} << 63;
  return brief(x, 3) + (power ? " = 2^" + std::to_string(parts.exponent) : "");
}

/// All digits if they are few.
std::string short_text(double x) {
  const std::string text = value_text(x);
  return text.size() <= 12 ? text : brief(x);
}

std::string specials_text(const Format& f) {
  std::string text = f.infinities ? "inf" : "";
  if (f.has_nan()) text += text.empty() ? "NaN" : ", NaN";
  return text.empty() ? "none" : text;
}

struct Fact {
  const char* name;
  std::string (*text)(const Format&);
};

std::string optional_power(bool there, double x) { return there ? power_text(x) : "-"; }

const Fact facts[] = {
    {"bits", [](const Format& f) { return std::to_string(f.bits()); }},
    {"exponent bits E", [](const Format& f) { return std::to_string(f.exponent_bits); }},
    {"mantissa bits M", [](const Format& f) { return std::to_string(f.mantissa_bits); }},
    {"bias", [](const Format& f) { return std::to_string(f.bias); }},
    {"signed", [](const Format& f) { return std::string(f.is_signed ? "yes" : "no"); }},
    {"specials", specials_text},
    {"subnormals", [](const Format& f) { return word_of(subnormals_names, f.subnormals); }},
    {"semantics", [](const Format& f) { return word_of(semantics_names, f.semantics); }},
    {"maximum", [](const Format& f) { return short_text(f.max_finite()); }},
    {"overflow threshold",
     [](const Format& f) {
       const auto threshold = overflow_threshold(f);
       return threshold ? short_text(*threshold) : "maximum + ulp/2";
     }},
    {"min normal",
     [](const Format& f) { return optional_power(f.min_normal() <= f.max_finite(), f.min_normal()); }},
    {"min subnormal", [](const Format& f) { return optional_power(f.has_subnormals(), f.min_positive()); }},
    {"range in binades",
     [](const Format& f) { return fixed(log2_of(f.max_finite()) - log2_of(f.min_positive()), 2); }},
    {"spacing near 1",
     [](const Format& f) { return optional_power(spacing_near_one(f) > 0, spacing_near_one(f)); }},
    {"relative precision", [](const Format& f) { return power_text(pow2(-f.precision())); }},
    {"finite values", [](const Format& f) { return std::to_string(common_values(f, f)); }},
};

}  // namespace

int lowest_exponent(const Format& f) { return parts_of(f.min_positive()).exponent; }

std::uint64_t common_values(const Format& a, const Format& b) {
  std::uint64_t count = 0;
  const int last = std::min(a.e_max(), b.e_max());
  for (int e = std::max(lowest_exponent(a), lowest_exponent(b)); e <= last; ++e)
    count += common_in_binade(a, b, e);
  return count * (a.is_signed && b.is_signed ? 2 : 1) + (a.zero && b.zero ? 1 : 0);
}

double spacing_near_one(const Format& f) {
  const int bits = bits_in_binade(f, 0);
  return bits >= 0 && f.e_max() >= 0 && f.max_finite() > 1 ? pow2(-bits) : 0;
}

std::optional<double> overflow_threshold(const Format& f) {
  const int unit = std::max(f.e_max(), f.e_min()) - f.mantissa_bits;
  if (f.mantissa_bits == 52 || unit == -1074) return std::nullopt;
  return f.max_finite() + pow2(unit - 1);
}

Columns comparison_table(const std::vector<ComparedFormat>& formats) {
  Columns table;
  table.heading.emplace_back("");
  for (const ComparedFormat& f : formats) table.heading.push_back(f.name);
  for (const Fact& fact : facts) {
    table.rows.push_back({fact.name});
    for (const ComparedFormat& f : formats) table.rows.back().push_back(fact.text(f.format));
  }
  for (const ComparedFormat& other : formats) {
    table.rows.push_back({"also in " + other.name});
    for (const ComparedFormat& f : formats)
      table.rows.back().push_back(std::to_string(common_values(f.format, other.format)));
  }
  return table;
}

Json derived_facts(const std::string& name, const Format& f) {
  Json out = format_facts(name, f);
  if (const double spacing = spacing_near_one(f); spacing > 0) out["spacing_near_one"] = spacing;
  out["relative_precision"] = pow2(-f.precision());
  if (const auto threshold = overflow_threshold(f)) {
    out["overflow_threshold"] = *threshold;
    out["overflow_threshold_hex"] = hex_float(*threshold);
  }
  return out;
}

Json comparison_json(const std::vector<ComparedFormat>& formats) {
  Json out{{"formats", Json::array()}, {"common_values", Json::array()}};
  for (const ComparedFormat& f : formats) {
    out["formats"].push_back(derived_facts(f.name, f.format));
    for (const ComparedFormat& other : formats)
      out["common_values"].push_back(
          {{"of", f.name}, {"in", other.name}, {"count", common_values(f.format, other.format)}});
  }
  return out;
}

}  // namespace exmy
