#include "sim/sweep/calibration.hpp"

#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <map>
#include <numeric>
#include <system_error>

#include "sim/base/error.hpp"
#include "sim/sweep/outcome.hpp"
#include "sim/sweep/pool.hpp"

namespace exmy {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_samples = 5;
constexpr double sample_s = 1;               ///< of training
constexpr double most_s = 4, grace_s = 0.5;  ///< of a process: slower ones are not measured

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (fs::temp_directory_path() / "exmy-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      throw IoError("cannot make a temporary directory: " + std::generic_category().message(errno));
    path_ = pattern;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// By cost within each policy; then spread evenly over the runs.
std::vector<std::size_t> samples_of(const PreparedSweep& sweep) {
  std::vector<std::size_t> order(sweep.runs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const auto key = [&](std::size_t i) {
      return std::pair(sweep.runs[i].policy, sweep.runs[i].cost.macs_count);
    };
    return key(a) < key(b);
  });
  std::vector<std::size_t> samples;
  const std::size_t count = std::min(order.size(), most_samples);
  for (std::size_t k = 0; k < count; ++k) samples.push_back(order[(2 * k + 1) * order.size() / (2 * count)]);
  return samples;
}

/// A process of a sample: how long it took, and how many steps were done at its end.
struct Measured {
  double wall_s = 0;
  std::uint64_t step = 0;
};

class Calibration {
 public:
  Calibration(const PreparedSweep& sweep, std::size_t jobs,
              const std::vector<std::pair<std::string, std::string>>& environment)
      : sweep_(sweep), jobs_(jobs), environment_(environment), samples_(samples_of(sweep)) {}

  TimeEstimate estimate() {
    const auto first = measure("++limits.steps=1");
    const auto second = measure("++limits.wall_s=" + std::to_string(sample_s));
    for (const auto& [i, begin] : first) add(i, begin, second);
    TimeEstimate result{std::nullopt, starts_.size(), interrupted_};
    if (!starts_.empty() && !interrupted_) result.run_s = all_times();
    return result;
  }

 private:
  std::map<std::size_t, Measured> measure(const std::string& limit) {
    std::map<std::size_t, Measured> all;
    Pool pool(jobs_, grace_s);
    std::size_t next = 0;
    while (!interrupted_ && (next < samples_.size() || !pool.is_empty())) {
      for (; next < samples_.size() && pool.has_room(); ++next) start(pool, samples_[next], limit);
      for (const Ended& ended : pool.wait(signals_, Pool::Clock::now() + std::chrono::hours(1)))
        note(ended, all);
      interrupted_ = signals_.stops() > 0;
    }
    return all;
  }

  void start(Pool& pool, std::size_t i, const std::string& limit) {
    const std::vector<std::string>& words = sweep_.runs[i].task.words;
    std::vector<std::string> all{"run", "--quiet", "--json", "--out", directory_.path().string()};
    all.insert(all.end(), words.begin(), words.end());
    all.push_back(limit);
    pool.start(i, all, environment_, most_s);
  }

  void note(const Ended& ended, std::map<std::size_t, Measured>& all) const {
    const ChildOutcome outcome = outcome_of(ended);
    if (outcome.kind == EndKind::complete)
      all[ended.task] = {ended.wall_s, sweep_.runs[ended.task].cost.steps_count};
    else if (outcome.kind == EndKind::stopped && outcome.stopped_at)
      all[ended.task] = {ended.wall_s, outcome.stopped_at->step};
  }

  void add(std::size_t i, const Measured& begin, const std::map<std::size_t, Measured>& second) {
    starts_.push_back(begin.wall_s);
    const auto end = second.find(i);
    if (end == second.end() || end->second.step <= begin.step) return;
    const Cost& cost = sweep_.runs[i].cost;
    const double macs = static_cast<double>(cost.macs_count) / static_cast<double>(cost.steps_count) *
                        static_cast<double>(end->second.step - begin.step);
    // One more start is in both.
    const double speed = std::max(0.0, end->second.wall_s - begin.wall_s) / std::max(1.0, macs);
    by_policy_[sweep_.runs[i].policy].push_back(speed);
    speeds_.push_back(speed);
  }

  static double mean(const std::vector<double>& values) {
    if (values.empty()) return 0;
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  }

  std::vector<double> all_times() const {
    std::vector<double> times;
    for (const PreparedSweepRun& run : sweep_.runs) {
      const auto known = by_policy_.find(run.policy);
      const double speed = mean(known == by_policy_.end() ? speeds_ : known->second);
      times.push_back(mean(starts_) + speed * static_cast<double>(run.cost.macs_count));
    }
    return times;
  }

  const PreparedSweep& sweep_;
  std::size_t jobs_;
  const std::vector<std::pair<std::string, std::string>>& environment_;
  std::vector<std::size_t> samples_;
  TemporaryDirectory directory_;
  StopSignals signals_;
  bool interrupted_ = false;
  std::vector<double> starts_, speeds_;  ///< seconds; seconds per multiply-add
  std::map<std::string, std::vector<double>> by_policy_;
};

}  // namespace

TimeEstimate estimate_time(const PreparedSweep& sweep, std::size_t jobs,
                           const std::vector<std::pair<std::string, std::string>>& environment) {
  return Calibration(sweep, jobs, environment).estimate();
}

double total_time(const std::vector<double>& run_s, std::size_t jobs) {
  if (run_s.empty()) return 0;
  const double sum = std::accumulate(run_s.begin(), run_s.end(), 0.0);
  const double longest = *std::max_element(run_s.begin(), run_s.end());
  return std::max(longest, sum / static_cast<double>(std::min(jobs, run_s.size())));
}

}  // namespace exmy
