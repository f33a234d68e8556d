#include "sim/arith/declaration.hpp"

#include <yaml-cpp/emitter.h>
#include <yaml-cpp/emittermanip.h>

#include <stdexcept>

#include "formats/catalog.hpp"
#include "sim/arith/names.hpp"

namespace exmy::arith {
namespace {

using YAML::BeginMap;
using YAML::BeginSeq;
using YAML::EndMap;
using YAML::EndSeq;
using YAML::Flow;
using YAML::Key;
using YAML::Value;

constexpr std::string_view report = "IEEE P3109 interim report";
constexpr std::string_view report_version = "4.0";
constexpr std::string_view report_date = "2026-06";
constexpr const char* profile = "Complete";  // the one profile, configuration and set of constraints

std::string text_of(std::string_view text) { return std::string(text); }

void pair(YAML::Emitter& out, const char* key, std::string_view value) {
  out << Key << key << Value << YAML::DoubleQuoted << text_of(value);
}

void names(YAML::Emitter& out, const std::string& key, const std::vector<std::string>& all) {
  out << Key << key << Value << Flow << BeginSeq;
  for (const std::string& name : all) out << name;
  out << EndSeq;
}

void metadata(YAML::Emitter& out, const std::string& program_version, const char* document) {
  out << Key << "Metadata" << Value << BeginMap;
  pair(out, "description", std::string(document) + " of what exmy provides");
  out << Key << "reference" << Value << BeginMap;
  pair(out, "name", report);
  pair(out, "version", report_version);
  pair(out, "date", report_date);
  pair(out, "status", "draft");
  out << EndMap;
  pair(out, "conformance", "none is claimed: the standard is a draft");
  pair(out, "provider", "exmy");
  out << Key << "implementation" << Value << BeginMap;
  pair(out, "name", "exmy");
  pair(out, "version", program_version);
  out << EndMap << EndMap;
}

bool is_provided(const std::string& name) {
  try {
    (void)format_of(name);
    return true;
  } catch (const std::invalid_argument&) {
    return false;
  }
}

void profiles(YAML::Emitter& out) {
  std::vector<std::string> provided;
  for (const std::string& name : p3109_format_names())
    if (is_provided(name)) provided.push_back(name);
  out << Key << profile << Value << BeginMap;
  names(out, "formats", provided);
  out << EndMap;
}

void random_bits(YAML::Emitter& out) {
  out << Key << "bits" << Value << Flow << BeginSeq;
  for (int n = min_random_bits; n <= max_random_bits; ++n) out << n;
  out << EndSeq;
}

/// The standard's names of the deterministic (or the stochastic) modes of a family; of all, if it is empty.
std::vector<std::string> mode_names(bool stochastic, std::string_view family = "") {
  std::vector<std::string> found;
  for (const RoundingName& row : rounding_modes)
    if (is_stochastic(row.value) == stochastic && (family.empty() || row.family == family))
      found.push_back(text_of(row.p3109));
  return found;
}

std::vector<std::string> saturation_names_of_p3109() {
  std::vector<std::string> found;
  for (const SaturationName& row : saturation_modes) found.push_back(text_of(row.p3109));
  return found;
}

/// A mode with its numbers of random bits.
void stochastic_item(YAML::Emitter& out, const std::string& name) {
  out << BeginMap << Key << name << Value << BeginSeq;
  out << BeginMap;
  random_bits(out);
  out << EndMap << EndSeq << EndMap;
}

/// The catalogue's formats of IEEE 754, by their names there.
std::vector<std::string> ieee_formats() {
  std::vector<std::string> found;
  for (const NamedFormat& row : catalog())
    if (row.standard.starts_with("IEEE 754"))
      found.push_back(text_of(row.standard.substr(row.standard.rfind(' ') + 1)));
  return found;
}

void configurations(YAML::Emitter& out) {
  out << Key << profile << Value << BeginMap;
  names(out, "IEEE754", ieee_formats());
  out << Key << "Projections" << Value << BeginMap;
  out << Key << "Rounding" << Value << BeginSeq;
  for (const std::string& name : mode_names(false)) out << name;
  for (const std::string& name : mode_names(true)) stochastic_item(out, name);
  out << EndSeq << Key << "Saturation" << Value << BeginSeq;
  for (const std::string& name : saturation_names_of_p3109()) out << name;
  out << EndSeq << EndMap;
  out << Key << "BlockSizes" << Value << BeginMap;
  names(out, "supported", {});
  out << EndMap;
  names(out, "KappaApproximate", {});
  out << EndMap;
}

/// `Add<fx, fy, fr, ρ>(x, y) -> r`; of what is not projected `CompareLess<fx, fy>(x, y) -> r`.
std::string signature(const Operation& o) {
  constexpr std::string_view letters = "xyzw";
  std::string formats;
  std::string operands;
  for (int i = 0; i < o.arity; ++i) {
    const std::string separator = i == 0 ? "" : ", ";
    const char letter = letters[static_cast<std::size_t>(i)];
    formats += separator + "f" + letter;
    operands += separator + letter;
  }
  if (o.result == ResultKind::value) formats += ", fr, ρ";
  return text_of(o.p3109) + "<" + formats + ">(" + operands + ") -> r";
}

void constraints(YAML::Emitter& out) {
  out << Key << profile << Value << BeginSeq;
  for (const Operation& o : operations()) {
    if (o.p3109.empty()) continue;
    out << BeginMap << Key << signature(o) << Value << BeginMap;
    names(out, "Requires", {});
    out << EndMap << EndMap;
  }
  out << EndSeq;
}

void kappas(YAML::Emitter& out) { out << Key << profile << Value << Flow << BeginMap << EndMap; }

void projection_category(YAML::Emitter& out) {
  out << Key << "Projection" << Value << BeginMap << Key << "rounding" << Value << BeginMap;
  names(out, "nearest", mode_names(false, "nearest"));
  names(out, "directed", mode_names(false, "directed"));
  out << Key << "stochastic" << Value << BeginMap;
  for (const std::string& name : mode_names(true)) {
    out << Key << name << Value << BeginMap;
    random_bits(out);
    out << EndMap;
  }
  out << EndMap << EndMap;
  names(out, "saturation", saturation_names_of_p3109());
  out << EndMap;
}

/// What comes first stays first: a table of names in the order in which they are met.
struct Group {
  std::string name;
  std::vector<std::string> operations;
};
struct Category {
  std::string name;
  std::vector<Group> groups;
};

template <class Rows>
auto& named_row(Rows& rows, const std::string& name) {
  for (auto& row : rows)
    if (row.name == name) return row;
  return rows.emplace_back(typename Rows::value_type{name, {}});
}

std::vector<Category> categories() {
  std::vector<Category> all;
  for (const Operation& o : operations()) {
    if (o.p3109.empty()) continue;
    auto& category = named_row(all, text_of(o.category));
    const std::string group = o.group == o.category ? "P3109" : text_of(o.group);  // Conversion of P3109
    named_row(category.groups, group).operations.push_back(text_of(o.p3109));
  }
  return all;
}

void standard_operations(YAML::Emitter& out) {
  projection_category(out);
  for (const Category& category : categories()) {
    out << Key << category.name << Value << BeginMap;
    for (const Group& group : category.groups) names(out, group.name, group.operations);
    out << EndMap;
  }
}

Document document(const char* name, const std::string& program_version, void (*body)(YAML::Emitter&)) {
  YAML::Emitter out;
  out << YAML::BeginDoc << BeginMap;
  metadata(out, program_version, name);
  body(out);
  out << EndMap;
  if (!out.good()) throw std::logic_error("YAML: " + out.GetLastError());
  return {std::string(name) + ".yaml", std::string(out.c_str()) + "\n"};
}

}  // namespace

std::vector<std::string> p3109_format_names() {
  std::vector<std::string> all;
  for (int k = 3; k <= 16; ++k)
    for (int p = 1; p <= k; ++p)
      for (const char* kind : {"se", "sf", "ue", "uf"})
        if (p < k || kind[0] == 'u')
          all.push_back("Binary" + std::to_string(k) + "p" + std::to_string(p) + kind);
  return all;
}

std::vector<Document> p3109_declaration(const std::string& program_version) {
  return {document("Profiles", program_version, profiles),
          document("Configurations", program_version, configurations),
          document("Constraints", program_version, constraints), document("Kappas", program_version, kappas),
          document("StandardOperations", program_version, standard_operations)};
}

}  // namespace exmy::arith
