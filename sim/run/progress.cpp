#include "sim/run/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "sim/base/text.hpp"

namespace exmy {
namespace {

bool on_terminal() {
  const char* term = std::getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && term != nullptr && std::string_view(term) != "dumb";
}

std::size_t terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/// The first `limit` characters (UTF-8) of a text.
std::string shortened(const std::string& text, std::size_t limit) {
  std::size_t bytes = 0;
  for (std::size_t n = 0; n < limit && bytes < text.size(); ++n)
    bytes += std::max<std::size_t>(1, utf8_length(std::string_view(text).substr(bytes)));
  return text.substr(0, bytes);
}

/// The tail whole, and as much of the label as fits before it.
std::string fitted(const std::string& label, const std::string& tail, std::size_t width) {
  constexpr std::size_t least = 4;
  const std::size_t room = std::max(least, width > tail.size() ? width - tail.size() : 0);
  return shortened(shortened(label, room) + tail, width);
}

template <class... Args>
std::string formatted(const char* format, Args... args) {
  std::array<char, 160> text{};
  std::snprintf(text.data(), text.size(), format, args...);
  return text.data();
}

std::string clock_text(double seconds) {
  const auto s = static_cast<int>(seconds);
  return formatted("%d:%02d", s / 60, s % 60);
}

const char* status_text(RunStatus status) {
  switch (status) {
    case RunStatus::completed: return "";
    case RunStatus::diverged: return "  DIVERGED";
    case RunStatus::stopped: return "  STOPPED";
  }
  return "";
}

}  // namespace

Progress::Progress(std::string label, bool quiet)
    : label_(std::move(label)), quiet_(quiet), terminal_(on_terminal()) {}

void Progress::started(std::uint64_t steps, std::uint64_t done) {
  steps_ = steps;
  first_ = done_ = done;
  begin_ = shown_ = Clock::now();
  if (terminal_) show(true);
}

void Progress::stepped(std::uint64_t step, double loss, bool) {
  done_ = step + 1;
  loss_ = loss;
  show(false);
}

void Progress::evaluated(const ValidationPoint& point) {
  validation_ =
      formatted("  validation %.4f (%.1f %%)", point.result.loss, 100 * point.result.accuracy_fraction);
}

std::string Progress::tail() const {
  const double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
  const double a_step = done_ == first_ ? 0 : seconds / static_cast<double>(done_ - first_);
  const double left = a_step * static_cast<double>(steps_ - done_);
  return formatted("  step %llu/%llu  loss %.4f", static_cast<unsigned long long>(done_),
                   static_cast<unsigned long long>(steps_), loss_) +
         validation_ + "  " + clock_text(seconds) + " (left " + clock_text(left) + ")";
}

void Progress::show(bool now) {
  const auto pause = terminal_ ? std::chrono::milliseconds(100) : std::chrono::milliseconds(10000);
  if (quiet_ || (!now && Clock::now() - shown_ < pause)) return;
  shown_ = Clock::now();
  if (terminal_)
    std::fprintf(stderr, "\r\033[K%s", fitted(label_, tail(), terminal_width() - 1).c_str());
  else
    std::fprintf(stderr, "%s%s\n", label_.c_str(), tail().c_str());
  std::fflush(stderr);
}

void Progress::finished(const Trace& trace) {
  if (quiet_) return;
  const double loss = trace.status == RunStatus::stopped ? loss_ : trace.final_train_loss;
  const std::string text =
      formatted("  %llu steps in %.1f s%s  loss %.4f", static_cast<unsigned long long>(done_), trace.wall_s,
                status_text(trace.status), loss) +
      validation_;
  if (terminal_)
    std::fprintf(stderr, "\r\033[K%s\n", fitted(label_, text, terminal_width() - 1).c_str());
  else
    std::fprintf(stderr, "%s%s\n", label_.c_str(), text.c_str());
}

}  // namespace exmy
