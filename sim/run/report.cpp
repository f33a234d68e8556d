#include "sim/run/report.hpp"

#include <algorithm>

#include "sim/base/json_text.hpp"
#include "sim/run/provenance.hpp"
#include "sim/run/report_version.hpp"

namespace exmy {
namespace {

Json numbers(const std::vector<double>& xs) {
  Json out = Json::array();
  for (const double x : xs) out.push_back(json_number(x));
  return out;
}

Json divergence_json(const Divergence& d) {
  Json out{{"step", d.step}, {"layer", ""}, {"op", ""}, {"message", d.message}};
  if (!d.site) return out;
  out["layer"] = d.site->layer;
  out["op"] = d.site->op;
  out["pass"] = name_of(d.site->pass);
  out["role"] = name_of(d.site->role);
  return out;
}

Json run_json(const ReportInput& in, const Trace& t) {
  const auto steps = static_cast<double>(t.train_loss.size());
  Json out{{"run_id", in.run_id},
           {"name", in.experiment->name},
           {"status", name_of(t.status)},
           {"started_at", in.started_at},
           {"finished_at", utc_now()},
           {"steps_count", t.train_loss.size()},
           {"epochs_count", steps / static_cast<double>(t.steps_per_epoch)}};
  if (t.divergence) out["divergence"] = divergence_json(*t.divergence);
  return out;
}

Json final_json(const ReportInput& in, const Trace& t) {
  Json out;
  add_number(out, "train_loss", t.final_train_loss);
  out["train_accuracy_fraction"] = t.train_accuracy_fraction;
  if (!t.validation.empty()) {
    add_number(out, "validation_loss", t.validation.back().result.loss);
    out["validation_accuracy_fraction"] = t.validation.back().result.accuracy_fraction;
  }
  if (in.experiment->loss_scale.kind == LossScaling::none) return out;
  out["loss_scale"] = json_number(t.final_loss_scale);
  out["skipped_steps_count"] = t.skipped_steps;
  return out;
}

Json loss_curve_json(const Trace& t) {
  Json steps = Json::array();
  for (std::size_t i = 0; i < t.train_loss.size(); ++i) steps.push_back(i);
  Json validation{{"step", Json::array()}, {"loss", Json::array()}, {"accuracy_fraction", Json::array()}};
  for (const ValidationPoint& p : t.validation) {
    validation["step"].push_back(p.step);
    validation["loss"].push_back(json_number(p.result.loss));
    validation["accuracy_fraction"].push_back(p.result.accuracy_fraction);
  }
  Json out{{"step", steps},
           {"train_loss", numbers(t.train_loss)},
           {"lr", numbers(t.lr)},
           {"loss_scale", numbers(t.loss_scale)}};
  if (!t.validation.empty()) out["validation"] = validation;
  return out;
}

Json gradient_json(const GradientSeries& g, bool counted) {
  Json s;
  for (const GradientPoint& p : g.points) {
    const auto finite = static_cast<double>(p.moments.finite);
    s["step"].push_back(p.step);
    s["l2_norm"].push_back(json_number(p.moments.l2_norm));
    s["mean"].push_back(json_number(p.moments.mean));
    s["std"].push_back(json_number(p.moments.std));
    s["amax"].push_back(json_number(p.moments.amax));
    s["smallest_nonzero"].push_back(json_number(p.moments.smallest_nonzero));
    s["zero_fraction"].push_back(finite > 0 ? static_cast<double>(p.moments.zeros) / finite : 0.0);
    s["update_to_weight_ratio"].push_back(json_number(p.update_to_weight_ratio));
    if (!counted) continue;
    s["underflow_fraction"].push_back(p.underflow_fraction);
    s["update_lost_fraction"].push_back(p.update_lost_fraction);
  }
  return {{"layer", g.layer}, {"parameter", g.parameter}, {"elements_count", g.elements}, {"series", s}};
}

std::uint64_t bytes(std::uint64_t bits) { return (bits + 7) / 8; }

/// What lives from step to step, beside the activations and gradients of one.
MemoryLedger::Row persistent(const MemoryLedger& memory, bool working_copies) {
  MemoryLedger::Row sum;
  for (const auto& [role, row] : memory.rows)
    if (role == "master_weight" || role == "optimizer_state" || (role == "weight" && working_copies))
      sum = {sum.elements + row.elements, sum.bits + row.bits};
  return sum;
}

Json memory_json(const MemoryLedger& memory) {
  Json roles = Json::object();
  MemoryLedger::Row all;
  std::uint64_t working_copies = 0;
  for (const auto& [role, row] : memory.rows) {
    if (row.elements == 0) continue;
    roles[role] = {{"elements_count", row.elements},
                   {"bits", static_cast<double>(row.bits) / static_cast<double>(row.elements)},
                   {"bytes_count", bytes(row.bits)}};
    all = {all.elements + row.elements, all.bits + row.bits};
    if (role == "weight") working_copies = row.elements;
  }
  const std::uint64_t peak = persistent(memory, true).bits + memory.backward_peak.bits;
  // Plain fp32 training has no working copies of the weights.
  const std::uint64_t fp32_peak = 32 * (persistent(memory, false).elements + memory.backward_peak.elements);
  return {
      {"roles", roles},
      {"sum_bytes_count", bytes(all.bits)},
      {"peak_bytes_count", bytes(peak)},
      {"fp32",
       {{"sum_bytes_count", 4 * (all.elements - working_copies)}, {"peak_bytes_count", bytes(fp32_peak)}}},
      {"ratio_to_fp32", fp32_peak == 0 ? 0.0 : static_cast<double>(peak) / static_cast<double>(fp32_peak)}};
}

Json cost_json(const ReportInput& in, const Trace& t, const Telemetry& telemetry) {
  Json macs = Json::array();
  std::uint64_t total = 0;
  for (const auto& [key, count] : telemetry.macs) {
    macs.push_back({{"a_format", key.a},
                    {"b_format", key.b},
                    {"accumulator_format", key.accumulator},
                    {"count", count}});
    total += count;
  }
  Json out{{"wall_s", t.wall_s},
           {"macs_count", total},
           {"macs", macs},
           {"emulated_ops_count", telemetry.projections},
           {"operations", operations_of(telemetry.profile())}};
  if (in.peak_rss_bytes > 0) out["peak_rss_bytes_count"] = in.peak_rss_bytes;
  if (t.wall_s > 0) out["steps_per_s"] = static_cast<double>(t.train_loss.size()) / t.wall_s;
  return out;
}

Json casts_json(const CastLedger& casts) {
  return {{"count", casts.count},
          {"bytes_in_count", bytes(casts.bits_in)},
          {"bytes_out_count", bytes(casts.bits_out)}};
}

Json warnings_json(std::vector<Warning> all, const Telemetry& telemetry) {
  for (Warning& w : warnings_of_run(telemetry)) all.push_back(std::move(w));
  Json out = Json::array();
  for (const Warning& w : all)
    out.push_back({{"code", w.code}, {"pointer", w.pointer}, {"message", w.message}});
  return out;
}

}  // namespace

Json data_facts(const Dataset& data) {
  Json out{{"train_count", data.train_count}, {"validation_count", data.validation_count}};
  const TokenWindows& t = data.tokens;
  if (data.has_tokens())
    out["vocabulary"] = {{"unit", name_of(t.unit)}, {"tokens_count", t.vocabulary_count}, {"codes", t.codes}};
  return out;
}

Json report_of(const ReportInput& in, const Trace& t, const Telemetry& telemetry) {
  const bool counted = telemetry.options().counters;
  Json gradients = Json::array();
  for (const GradientSeries& g : t.gradients)
    if (!g.points.empty()) gradients.push_back(gradient_json(g, counted));
  Json out{
      {"schema_version", report_schema_version},
      {"run", run_json(in, t)},
      {"config",
       {{"sha256", in.config_sha256},
        {"resolved", in.experiment->resolved},
        {"files", in.config_files},
        {"overrides", in.overrides}}},
      {"provenance", in.provenance},
      {"determinism", {{"final_weights_sha256", t.weights_sha256}, {"loss_trace_sha256", t.losses_sha256}}},
      {"formats", formats_of(*in.experiment, in.sites)},
      {"final", final_json(in, t)},
      {"loss_curve", loss_curve_json(t)},
      {"gradients", gradients},
      {"memory", memory_json(t.memory)},
      {"casts", casts_json(telemetry.casts)},
      {"cost", cost_json(in, t, telemetry)},
      {"warnings", warnings_json(in.warnings, telemetry)}};
  if (in.data != nullptr) out["data"] = data_facts(*in.data);
  if (counted) out["tensors"] = tensors_of(in.experiment->format_names, telemetry);
  return out;
}

}  // namespace exmy
