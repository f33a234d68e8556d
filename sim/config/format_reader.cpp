#include "sim/config/format_reader.hpp"

#include <stdexcept>

#include "formats/catalog.hpp"
#include "sim/base/suggest.hpp"
#include "sim/base/text.hpp"
#include "sim/config/names.hpp"

namespace exmy {
namespace {

Format read_parameters(ObjectReader r) {
  Format f;
  f.exponent_bits = r.integer<std::int32_t>("exponent_bits", required, Range::closed(1, 11));
  f.mantissa_bits = r.integer<std::int32_t>("mantissa_bits", required, Range::closed(0, 52));
  f.bias = r.integer<std::int32_t>("bias", (1 << (f.exponent_bits - 1)) - 1, Range::closed(-4096, 4096));
  f.is_signed = r.boolean("signed", true);
  f.nan = r.one_of("nan", NanCodes::ieee, nan_names);
  f.negative_zero = r.boolean("negative_zero", f.is_signed && f.nan != NanCodes::negative_zero);
  f.zero = r.boolean("zero", true);
  f.subnormals = r.one_of("subnormals", Subnormals::gradual, subnormals_names);
  f.infinities = r.boolean("infinities", true);
  f.semantics = r.one_of("semantics", Semantics::ieee754, semantics_names);
  return f;
}

bool is_known(const std::string& name) {
  try {
    (void)format_of(name);
    return true;
  } catch (const std::invalid_argument& error) {
    return !std::string(error.what()).starts_with("unknown");
  }
}

}  // namespace

void FormatNames::define(ObjectReader own) {
  FormatNames catalogue_only;
  for (const Value& member : own.members()) {
    const std::string name = member.key();
    if (name.empty() || name == "exact" || is_known(name))
      member.problem(codes::unknown_name, in_quotes(name) + " has a meaning already: choose another name");
    own_[name] = catalogue_only.read(member);
  }
}

Format FormatNames::by_name(const Value& value, const std::string& name) const {
  if (const auto own = own_.find(name); own != own_.end()) return own->second;
  try {
    return format_of(name);
  } catch (const std::invalid_argument& error) {
    std::vector<std::string> known;
    for (const auto& [own, format] : own_) known.push_back(own);
    for (const std::string& usual : known_format_names()) known.push_back(usual);
    const std::string text = error.what();
    const bool unknown = text.starts_with("unknown");
    value.problem(codes::unknown_name, unknown ? text + " " + did_you_mean(name, known) : text);
    return {};
  }
}

Format FormatNames::read(const Value& value) const {
  if (value.json().is_string()) return by_name(value, value.text());
  if (!value.json().is_object()) {
    value.problem(codes::wrong_type,
                  "expected a format: a name such as \"e4m3fn\", or an object with its parameters");
    return {};
  }
  const Format f = read_parameters(value.object());
  if (const std::string problem = problem_of(f); !problem.empty()) {
    value.problem(codes::contradiction, problem);
    return {};
  }
  return f;
}

std::string FormatNames::name(const Format& format) const {
  for (const auto& [own, candidate] : own_)
    if (candidate == format) return own;
  const std::string name = name_of(format);
  return name.empty() ? "custom" : name;
}

Json format_parameters(const Format& f) {
  return {{"exponent_bits", f.exponent_bits},
          {"mantissa_bits", f.mantissa_bits},
          {"bias", f.bias},
          {"signed", f.is_signed},
          {"negative_zero", f.negative_zero},
          {"zero", f.zero},
          {"subnormals", word_of(subnormals_names, f.subnormals)},
          {"infinities", f.infinities},
          {"nan", word_of(nan_names, f.nan)},
          {"semantics", word_of(semantics_names, f.semantics)}};
}

}  // namespace exmy
