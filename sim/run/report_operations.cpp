#include "sim/run/report.hpp"

namespace exmy {
namespace {

double fraction(double part, double whole) { return whole > 0 ? part / whole : 0; }

Json operation_json(const WorkKey& key, const Work& work, const Work& all) {
  Json out = Json::object();
  if (!key.layer.empty()) out.update({{"layer", key.layer}, {"op", key.op}});
  out["phase"] = name_of(key.phase);
  out["time_s"] = work.time_s;
  out["time_fraction"] = fraction(work.time_s, all.time_s);
  out["emulated_ops_count"] = work.projections;
  out["emulated_ops_fraction"] =
      fraction(static_cast<double>(work.projections), static_cast<double>(all.projections));
  out["macs_count"] = work.macs;
  out["macs_fraction"] = fraction(static_cast<double>(work.macs), static_cast<double>(all.macs));
  return out;
}

}  // namespace

Json operations_of(const Profile& profile) {
  Json out = Json::array();
  const Work all = profile.total();
  for (const auto& [key, work] : profile.rows()) out.push_back(operation_json(key, work, all));
  return out;
}

}  // namespace exmy
