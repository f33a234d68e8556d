#include "sim/sweep/calibration.hpp"

#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <deque>
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
constexpr int most_begin_s = 7;                          ///< then no process is started any more
constexpr double sample_s = 1;                           ///< of training
constexpr double most_s = 4, calibration_grace_s = 0.5;  ///< of a process: slower ones are not measured

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
    measure();
    for (const auto& [i, begin] : first_)
      if (const auto end = second_.find(i); end != second_.end()) add(i, begin, end->second);
    TimeEstimate result{std::nullopt, starts_.size(), interrupted_};
    if (!starts_.empty() && !interrupted_) result.run_s = all_times();
    return result;
  }

 private:
  /// Each sample for one step, and when that is done, for a second.
  void measure() {
    Pool pool(jobs_, calibration_grace_s);
    const auto end = Pool::Clock::now() + std::chrono::seconds(most_begin_s);
    std::deque<std::size_t> waiting(samples_.begin(), samples_.end());
    while (!interrupted_ && (!waiting.empty() || !pool.is_empty())) {
      for (; !waiting.empty() && pool.has_room(); waiting.pop_front()) start(pool, waiting.front());
      for (const Ended& ended : pool.wait(signals_, Pool::Clock::now() + std::chrono::hours(1)))
        if (note(ended)) waiting.push_front(ended.task);
      if (Pool::Clock::now() >= end) waiting.clear();
      interrupted_ = signals_.stops() > 0;
    }
  }

  void start(Pool& pool, std::size_t i) {
    const std::vector<std::string>& words = sweep_.runs[i].task.words;
    std::vector<std::string> all{"run", "--quiet", "--json", "--out", directory_.path().string()};
    all.insert(all.end(), words.begin(), words.end());
    all.push_back(first_.contains(i) ? "++limits.wall_s=" + std::to_string(sample_s) : "++limits.steps=1");
    pool.start(i, all, environment_, most_s);
  }

  /// Whether the sample is to be started once more.
  bool note(const Ended& ended) {
    const std::size_t i = ended.task;
    const ChildOutcome outcome = outcome_of(ended);
    const bool complete = outcome.kind == EndKind::complete;
    if (!complete && !(outcome.kind == EndKind::stopped && outcome.stopped_at)) return false;
    const std::uint64_t step = complete ? sweep_.runs[i].cost.steps_count : outcome.stopped_at->step;
    auto& measured = first_.contains(i) ? second_ : first_;
    measured[i] = {ended.wall_s, step};
    if (complete && !second_.contains(i)) second_[i] = measured[i];  // of one step
    return !second_.contains(i);
  }

  void add(std::size_t i, const Measured& begin, const Measured& end) {
    starts_.push_back(begin.wall_s);
    if (end.step <= begin.step) return;
    const Cost& cost = sweep_.runs[i].cost;
    const double macs = static_cast<double>(cost.macs_count) / static_cast<double>(cost.steps_count) *
                        static_cast<double>(end.step - begin.step);
    // One more start is in both.
    const double speed = std::max(0.0, end.wall_s - begin.wall_s) / std::max(1.0, macs);
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
  std::map<std::size_t, Measured> first_, second_;
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
