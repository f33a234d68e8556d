#pragma once
// All runs of one or more directories, looked at again and again.

#include <array>
#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/sweep/run_view.hpp"
#include "sim/sweep/sweep_directory.hpp"

namespace exmy {

/// A run, with what its sweep says of it.
struct ViewedRun {
  std::filesystem::path directory;
  std::string sweep;  ///< its name; empty for a run on its own
  std::vector<std::pair<std::string, Json>> parameters;
  bool baseline = false;
  RunView view;
};

/// A version of a file: as long as it stays the same, the file need not be read again.
struct FileStamp {
  std::int64_t seconds = 0, nanoseconds = 0;
  std::uint64_t size = 0, inode = 0;
  bool operator==(const FileStamp&) const = default;
};

class SweepView {
 public:
  /// Each of the directories is that of a sweep, of a run, or holds such directories. Looks at them: throws what
  /// refresh() throws.
  explicit SweepView(std::vector<std::filesystem::path> directories);

  /// Looks again. What is complete is read once only. A run directory that cannot be read is shown as failed, with
  /// the reason. UsageError for a directory that is none of the above, IoError if it cannot be read, CorruptFile for
  /// a report or an index of another version; the view then stays as it was.
  void refresh();

  /// In the order of their sweeps, other runs by name.
  const std::vector<ViewedRun>& runs() const { return runs_; }
  std::size_t count(RunPhase phase) const { return counts_[static_cast<std::size_t>(phase)]; }
  /// The name of the sweep, or the directories.
  const std::string& title() const { return title_; }
  /// Nothing is running, and nothing is left that a sweep would run.
  bool is_over() const;
  /// Of all runs: at the rate at which runs ended since this view began, or (a view that has seen few ends) at the
  /// time that runs took. Nothing if nothing is running, or nothing is known.
  std::optional<double> seconds_left() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct CompleteRun {
    FileStamp report;
    RunView view;
  };
  struct KnownIndex {
    FileStamp file;
    SweepIndex index;
  };

  void add_directory(const std::filesystem::path& directory);
  void add_below(const std::filesystem::path& directory);
  void add_sweep(const std::filesystem::path& directory);
  void add_run(ViewedRun run);
  const SweepIndex& index_of(const std::filesystem::path& directory);
  RunView view_of(const std::filesystem::path& directory);
  std::size_t ended_count() const;

  std::vector<std::filesystem::path> directories_;
  std::string title_;
  std::vector<ViewedRun> runs_;
  std::set<std::filesystem::path> seen_;
  std::array<std::size_t, run_phase_count> counts_{};
  std::map<std::filesystem::path, CompleteRun> complete_;
  std::map<std::filesystem::path, KnownIndex> indices_;
  std::optional<Clock::time_point> begin_;
  std::size_t ended_at_begin_ = 0;
};

/// Whether a run in this phase has its report.
bool is_complete(RunPhase phase);

/// Whether a run in this phase is left alone by a sweep that goes on.
bool is_ended(RunPhase phase);

/// `ended` runs ended in `seconds` of watching. See SweepView::seconds_left.
std::optional<double> estimate_seconds_left(const std::vector<ViewedRun>& runs, std::size_t ended,
                                            double seconds);

}  // namespace exmy
