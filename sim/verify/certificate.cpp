#include "sim/verify/certificate.hpp"

#include <array>
#include <cstdio>

#include "formats/isa.hpp"
#include "sim/run/provenance.hpp"

namespace exmy::verify {
namespace {

Json levels() {
  Json all = Json::array();
  for (const std::string_view name : isa_level_names) {
    all.push_back(name);
    if (name == name_of(best_isa_level())) break;
  }
  return all;
}

Json build_of(const Json& provenance) {
  Json build;
  for (const char* key : {"version", "numerics_version", "compiler", "flags"})
    build[key] = provenance.at(key);
  for (const char* key : {"commit", "dirty"})
    if (provenance.contains(key)) build[key] = provenance[key];
  return build;
}

Json machine_of(const Json& provenance) {
  return {{"cpu", provenance.at("host").at("cpu")},
          {"os", provenance.at("host").at("os")},
          {"threads_count", provenance.at("threads").at("used")},
          {"instruction_set_used", provenance.at("instruction_set").at("used")},
          {"instruction_sets_available", levels()}};
}

Json json_of(const Mismatch& m) {
  return {{"how", m.how}, {"operands", m.operands}, {"expected", m.expected}, {"got", m.got}};
}

Json json_of(const PartResult& r) {
  Json first = Json::array();
  for (const Mismatch& m : r.first) first.push_back(json_of(m));
  Json out{{"name", r.part->name},
           {"compared", r.part->first},
           {"with", r.part->second},
           {"cases", r.part->what},
           {"units_count", r.units_count},
           {"units_all_count", r.part->units},
           {"sample", r.sample},
           {"cases_count", r.cases},
           {"mismatches_count", r.mismatches},
           {"mismatches", first},
           {"wall_s", r.wall_s}};
  if (!r.part->impossible.empty()) out["skipped"] = r.part->impossible;
  return out;
}

template <class... Args>
std::string formatted(const char* format, Args... args) {
  std::array<char, 240> line{};
  std::snprintf(line.data(), line.size(), format, args...);
  return line.data();
}

unsigned long long wide(std::uint64_t n) { return n; }

}  // namespace

std::uint64_t Certificate::cases() const {
  std::uint64_t sum = 0;
  for (const PartResult& r : parts) sum += r.cases;
  return sum;
}

std::uint64_t Certificate::mismatches() const {
  std::uint64_t sum = 0;
  for (const PartResult& r : parts) sum += r.mismatches;
  return sum;
}

Json json_of(const Certificate& c) {
  const Json provenance = provenance_of(Json::array(), 0, false);
  Json parts = Json::array();
  for (const PartResult& r : c.parts) parts.push_back(json_of(r));
  return {{"schema_version", 1},
          {"result", c.mismatches() == 0 ? "equal" : "different"},
          {"level", c.options.full ? "full" : "quick"},
          {"seed", c.options.seed},
          {"sample", c.options.sample},
          {"started_at", c.started_at},
          {"wall_s", c.wall_s},
          {"cases_count", c.cases()},
          {"mismatches_count", c.mismatches()},
          {"build", build_of(provenance)},
          {"machine", machine_of(provenance)},
          {"parts", parts}};
}

std::string table_head() {
  return formatted("%-26s %14s %11s %9s %8s  %s\n", "part", "cases", "mismatches", "1 unit of", "time",
                   "compares");
}

std::string table_row(const PartResult& r) {
  if (!r.part->impossible.empty())
    return formatted("%-26s skipped: %s\n", r.part->name.c_str(), r.part->impossible.c_str());
  return formatted("%-26s %14llu %11llu %9llu %6.1f s  %s | %s\n", r.part->name.c_str(), wide(r.cases),
                   wide(r.mismatches), wide(r.sample), r.wall_s, r.part->first.c_str(),
                   r.part->second.c_str());
}

std::string mismatch_text(const PartResult& r) {
  std::string out;
  for (const Mismatch& m : r.first)
    out +=
        "  " + m.how + ": " + m.operands + "\n    expected " + m.expected + "\n    got      " + m.got + "\n";
  return out;
}

std::string summary(const Certificate& c) {
  if (c.mismatches() == 0) return formatted("equal: %llu comparisons in %.1f s\n", wide(c.cases()), c.wall_s);
  return formatted("DIFFERENT: %llu of %llu comparisons in %.1f s\n", wide(c.mismatches()), wide(c.cases()),
                   c.wall_s);
}

}  // namespace exmy::verify
