#include "sim/base/json_text.hpp"
#include "sim/compare/render.hpp"

namespace exmy {
namespace {

void add_interval(Json& out, const std::string& prefix, double x, const std::optional<double>& half_width) {
  if (!half_width) return;
  out[prefix + "low"] = json_number(x - *half_width);
  out[prefix + "high"] = json_number(x + *half_width);
}

Json metric_json(const Summary& s, const std::optional<Difference>& d) {
  Json out{{"count", s.count}};
  if (s.count > 0) out["mean"] = json_number(s.mean);
  if (s.deviation) out["std"] = json_number(*s.deviation);
  add_interval(out, "", s.mean, s.half_width);
  if (!d) return out;
  out["delta"] = json_number(d->delta);
  add_interval(out, "delta_", d->delta, d->half_width);
  if (d->half_width) out["is_within_noise"] = d->is_within_noise();
  return out;
}

Json runs_json(const std::vector<RunRecord>& runs) {
  Json out = Json::array();
  for (const RunRecord& run : runs)
    out.push_back({{"run_id", run.run_id},
                   {"directory", run.place.directory.string()},
                   {"seed", run.seed},
                   {"status", run.diverged ? "diverged" : "completed"}});
  return out;
}

Json row_json(const Comparison& c, const ComparedRow& row) {
  Json out{{"name", row.name},
           {"is_baseline", row.baseline},
           {"columns", Json::object()},
           {"runs", runs_json(row.runs)},
           {"runs_count", row.runs.size()},
           {"diverged_count", row.diverged_count},
           {"metrics", Json::object()}};
  for (std::size_t i = 0; i < c.columns.size(); ++i)
    if (!row.values[i].is_null()) out["columns"][c.columns[i]] = row.values[i];
  for (std::size_t m = 0; m < c.metrics.size(); ++m)
    out["metrics"][c.metrics[m].name] = metric_json(row.summaries[m], row.differences[m]);
  return out;
}

}  // namespace

Json comparison_json(const Comparison& c, const std::vector<IncompleteRun>& incomplete) {
  Json out{{"schema_version", 1},      {"confidence", c.confidence}, {"columns", c.columns},
           {"metrics", Json::array()}, {"rows", Json::array()},      {"incomplete", Json::array()}};
  for (const Metric& metric : c.metrics) out["metrics"].push_back(metric.name);
  for (const ComparedRow& row : c.rows) out["rows"].push_back(row_json(c, row));
  for (const IncompleteRun& run : incomplete)
    out["incomplete"].push_back({{"directory", run.directory.string()}, {"phase", name_of(run.phase)}});
  return out;
}

}  // namespace exmy
