#include "sim/cli/sweep_show.hpp"

#include <unistd.h>

#include "sim/base/error.hpp"

namespace exmy {

SweepShow::SweepShow(const std::filesystem::path& directory, bool quiet)
    : quiet_(quiet),
      view_({directory}),
      looked_(Clock::now()),
      display_(make_display({STDERR_FILENO, quiet, "Ctrl-C stops: runs save their state"})) {
  display_->update(view_, note_);
}

void SweepShow::tick() {
  if (quiet_) return;
  if (Clock::now() - looked_ >= std::chrono::milliseconds(500)) look();
  display_->update(view_, note_);
}

void SweepShow::look() {
  looked_ = Clock::now();
  try {
    view_.refresh();
  } catch (const Error&) {  // the runner will say it
  }
}

void SweepShow::note(const std::string& text) { display_->say(text); }

void SweepShow::stopping(std::size_t children_count) {
  note_ = "stopping: " + std::to_string(children_count) +
          (children_count == 1 ? " run saves its state" : " runs save their state") +
          "; Ctrl-C again ends at once";
}

void SweepShow::end() {
  if (!quiet_) {
    look();
    display_->update(view_, "");
  }
  display_.reset();
}

double SweepShow::tick_s() const {
  if (quiet_) return 3600;
  return isatty(STDERR_FILENO) != 0 ? 0.1 : 0.5;
}

}  // namespace exmy
