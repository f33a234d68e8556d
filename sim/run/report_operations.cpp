#include "sim/run/report.hpp"

#include "sim/base/fraction.hpp"

namespace exmy {
namespace {

Json operation_json(const WorkKey& key, const OperationWork& row, const Work& all) {
  const Work& work = row.work;
  Json out = Json::object();
  if (!key.layer.empty()) out.update({{"layer", key.layer}, {"op", key.op}});
  out["phase"] = name_of(key.phase);
  out["time_s"] = work.time_s;
  out["time_fraction"] = fraction_of(work.time_s, all.time_s);
  out["emulated_ops_count"] = work.projections;
  out["emulated_ops_fraction"] = fraction_of(work.projections, all.projections);
  out["macs_count"] = work.macs;
  out["macs_fraction"] = fraction_of(work.macs, all.macs);
  if (const KernelCounts kernels = row.kernels.counts(); !kernels.empty())
    out["kernels"] = kernels_json(kernels);
  return out;
}

}  // namespace

Json operations_of(const Profile& profile) {
  Json out = Json::array();
  const Work all = profile.total();
  for (const auto& [key, row] : profile.rows()) out.push_back(operation_json(key, row, all));
  return out;
}

}  // namespace exmy
