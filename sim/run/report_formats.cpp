#include <map>

#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "formats/functions/elementary.hpp"
#include "sim/base/json_text.hpp"
#include "sim/run/report.hpp"

namespace exmy {
namespace {

double log2_of(double x) {
  const functions::Approximation f = functions::log2(x);
  double value = f.value.hi;
  for (int e = f.exponent; e < 0; ++e) value /= 2;
  for (int e = f.exponent; e > 0; --e) value *= 2;
  return value;
}

/// Finite values, -0 and +0 counted as one.
std::uint64_t finite_values(const Format& f) {
  std::uint64_t numbers = f.max_finite_code() + (f.zero ? 0 : 1);
  if (f.subnormals == Subnormals::flush || f.subnormals == Subnormals::flush_nearest)
    numbers -= (std::uint64_t{1} << f.mantissa_bits) - 1;
  return numbers * (f.is_signed ? 2 : 1) + (f.zero ? 1 : 0);
}

std::string standard_of(const Format& f) {
  for (const NamedFormat& row : catalog())
    if (row.format == f) return std::string(row.standard);
  return f.semantics == Semantics::p3109 ? "IEEE P3109 v4.0 (draft)" : "";
}

}  // namespace

Json format_facts(const std::string& name, const Format& f) {
  Json out = format_parameters(f);
  out["name"] = name;
  if (const std::string standard = standard_of(f); !standard.empty()) out["standard"] = standard;
  out["bits"] = f.bits();
  out["precision"] = f.precision();
  out["e_min"] = f.e_min();
  out["e_max"] = f.e_max();
  add_number(out, "max_finite", f.max_finite());
  if (f.min_normal() <= f.max_finite()) add_number(out, "min_normal", f.min_normal());
  if (f.has_subnormals()) add_number(out, "min_subnormal", f.min_positive());
  out["range_binades"] = log2_of(f.max_finite()) - log2_of(f.min_positive());
  out["codes_count"] = f.bits() < 64 ? Json(std::uint64_t{1} << f.bits()) : Json(pow2(64));
  out["finite_values_count"] = finite_values(f);
  out["epsilon"] = pow2(-f.mantissa_bits);
  return out;
}

Json formats_of(const Experiment& e, const std::vector<Site>& sites) {
  const FormatNames& names = e.format_names;
  std::map<std::string, Format> used;
  for (const Site& site : sites) {
    const Treatment t = e.policy.policy.resolve(site);
    if (t.exact) continue;
    used.emplace(names.name(t.quantizer.projection.format), t.quantizer.projection.format);
    if (t.has_outer()) used.emplace(names.name(t.outer.format), t.outer.format);
  }
  Json out = Json::array();
  for (const auto& [name, format] : used) out.push_back(format_facts(name, format));
  return out;
}

}  // namespace exmy
