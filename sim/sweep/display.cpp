#include "sim/sweep/display.hpp"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <map>
#include <string_view>
#include <system_error>

#include "sim/base/error.hpp"
#include "sim/sweep/screen.hpp"
#include "sim/sweep/view_text.hpp"

namespace exmy {
namespace {

class Silence : public Display {
 public:
  void update(const SweepView&, const std::string&) override {}
  void say(const std::string&) override {}
};

class PlainLines : public Display {
 public:
  explicit PlainLines(const DisplayOptions& options) : options_(options) {}

  void update(const SweepView& view, const std::string& note) override {
    const bool first = !shown_;
    tell_changes(view, first);
    const Overview overview{view.title(), view.seconds_left(), note};
    const bool ends = view.is_over() && !over_;
    over_ = view.is_over();
    if (!first && !ends && note == note_ && Clock::now() - *shown_ < std::chrono::seconds(10)) return;
    say((first ? overview.title + ": " : "") + summary_line(overview, view.runs()));
    note_ = note;
    shown_ = Clock::now();
  }

  /// Whole lines in one write each, so that they stay whole beside those of other processes.
  void say(const std::string& line) override {
    const std::string text = line + "\n";
    std::string_view rest = text;
    while (!rest.empty()) {
      const ssize_t written = ::write(options_.descriptor, rest.data(), rest.size());
      if (written <= 0 && options_.alone)
        throw IoError("what is seen cannot be written: " + std::generic_category().message(errno));
      if (written <= 0) return;  // nobody sees it
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
  }

 private:
  using Clock = std::chrono::steady_clock;

  void tell_changes(const SweepView& view, bool first) {
    for (std::size_t i = 0; i < view.runs().size(); ++i) {
      const ViewedRun& run = view.runs()[i];
      const auto [known, added] = phases_.try_emplace(run.directory, run.view.phase);
      const bool changed = (added && !first) || known->second != run.view.phase;
      known->second = run.view.phase;
      if (changed && (is_ended(run.view.phase) || run.view.phase == RunPhase::stopped))
        say(outcome_line(view.runs(), i));
    }
  }

  DisplayOptions options_;
  std::map<std::filesystem::path, RunPhase> phases_;
  std::optional<Clock::time_point> shown_;
  std::string note_;
  bool over_ = false;
};

}  // namespace

std::unique_ptr<Display> make_display(const DisplayOptions& options) {
  if (options.quiet) return std::make_unique<Silence>();
  if (auto screen = open_screen(options)) return screen;
  return std::make_unique<PlainLines>(options);
}

}  // namespace exmy
