#pragma once
// What `exmy sweep` prints.

#include <iosfwd>

#include "sim/sweep/prepared_sweep.hpp"

namespace exmy {

/// One row a run: its hash, parameters, status, losses, accuracy; then the counts and what went wrong.
void print_results(const PreparedSweep& sweep, const std::vector<RunView>& views);
/// A JSON line a run.
void print_results_json(const PreparedSweep& sweep, const std::vector<RunView>& views,
                        const std::filesystem::path& directory);

/// What would run: status, steps, multiply-adds and memory, with totals. `run_s`: estimated seconds from the beginning.
struct SweepPlan {
  const PreparedSweep& sweep;
  std::vector<RunView> views;
  std::optional<std::vector<double>> run_s;
  std::size_t measured_count = 0, jobs = 1;
};
void print_plan(const SweepPlan& plan);
void print_plan_json(const SweepPlan& plan, const std::filesystem::path& directory);

/// A line on stderr for each run that ends.
class SweepLines : public SweepObserver {
 public:
  SweepLines(const PreparedSweep& sweep, bool quiet) : sweep_(sweep), quiet_(quiet) {}
  void kept(std::size_t run, const RunView& view) override;
  void started(std::size_t run) override;
  void finished(std::size_t run, const RunView& view, std::optional<double> wall_s) override;
  void note(const std::string& text) override;

 private:
  void say_kept();

  const PreparedSweep& sweep_;
  bool quiet_;
  std::size_t kept_ = 0, ended_ = 0;
  bool said_kept_ = false;
};

}  // namespace exmy
