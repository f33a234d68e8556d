#include "sim/run/run_log.hpp"

#include "sim/base/json_text.hpp"
#include "sim/run/provenance.hpp"

namespace exmy {
namespace {

constexpr const char* events_name = "events.jsonl";
constexpr const char* stats_name = "stats.jsonl";

}  // namespace

RunLog::RunLog(const std::filesystem::path& directory, const Json& lengths)
    : events_(directory / events_name, lengths.value(events_name, std::uint64_t{0})),
      stats_(directory / stats_name, lengths.value(stats_name, std::uint64_t{0})) {}

void RunLog::event(const Json& line) { events_.append(compact_text(line)); }

Json RunLog::synced() { return {{events_name, events_.sync()}, {stats_name, stats_.sync()}}; }

void RunLog::started(std::uint64_t steps, std::uint64_t done) {
  if (done == 0)
    event({{"event", "started"}, {"time", utc_now()}, {"steps_count", steps}});
  else
    event({{"event", "resumed"}, {"time", utc_now()}, {"step", done}});
}

void RunLog::stepped(std::uint64_t step, double, bool skipped) {
  if (skipped) event({{"event", "skipped"}, {"step", step}});
}

void RunLog::evaluated(const ValidationPoint& p) {
  event({{"event", "validation"},
         {"step", p.step},
         {"loss", json_number(p.result.loss)},
         {"accuracy_fraction", p.result.accuracy_fraction}});
}

void RunLog::recorded(std::uint64_t step, const std::vector<GradientSeries>& gradients) {
  Json line{{"step", step}, {"gradients", Json::array()}};
  for (const GradientSeries& g : gradients) {
    if (g.points.empty() || g.points.back().step != step) continue;
    const GradientPoint& p = g.points.back();
    line["gradients"].push_back({{"layer", g.layer},
                                 {"parameter", g.parameter},
                                 {"l2_norm", json_number(p.moments.l2_norm)},
                                 {"amax", json_number(p.moments.amax)},
                                 {"update_to_weight_ratio", json_number(p.update_to_weight_ratio)}});
  }
  stats_.append(compact_text(line));
}

void Observers::trained_before(double wall_s) {
  for (RunObserver* one : all_) one->trained_before(wall_s);
}
void Observers::started(std::uint64_t steps, std::uint64_t done) {
  for (RunObserver* one : all_) one->started(steps, done);
}
void Observers::stepped(std::uint64_t step, double loss, bool skipped) {
  for (RunObserver* one : all_) one->stepped(step, loss, skipped);
}
void Observers::evaluated(const ValidationPoint& point) {
  for (RunObserver* one : all_) one->evaluated(point);
}
void Observers::recorded(std::uint64_t step, const std::vector<GradientSeries>& gradients) {
  for (RunObserver* one : all_) one->recorded(step, gradients);
}

}  // namespace exmy
