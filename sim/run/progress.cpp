#include "sim/run/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>

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

}  // namespace

Progress::Progress(std::string label, bool quiet) : label_(std::move(label)), quiet_(quiet), terminal_(on_terminal()) {}

void Progress::started(std::uint64_t steps) {
  steps_ = steps;
  begin_ = shown_ = Clock::now();
  if (terminal_) show(true);
}

void Progress::stepped(std::uint64_t step, double loss, bool) {
  done_ = step + 1;
  loss_ = loss;
  show(false);
}

void Progress::evaluated(const ValidationPoint& point) {
  validation_ = formatted("  validation %.4f (%.1f %%)", point.result.loss, 100 * point.result.accuracy_fraction);
}

std::string Progress::line() const {
  const double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
  const double left = done_ == 0 ? 0 : seconds / static_cast<double>(done_) * static_cast<double>(steps_ - done_);
  return label_ + formatted("  step %llu/%llu  loss %.4f", static_cast<unsigned long long>(done_),
                            static_cast<unsigned long long>(steps_), loss_) +
         validation_ + "  " + clock_text(seconds) + " (left " + clock_text(left) + ")";
}

void Progress::show(bool now) {
  const auto pause = terminal_ ? std::chrono::milliseconds(100) : std::chrono::milliseconds(10000);
  if (quiet_ || (!now && Clock::now() - shown_ < pause)) return;
  shown_ = Clock::now();
  const std::string text = line();
  if (terminal_)
    std::fprintf(stderr, "\r\033[K%s", text.substr(0, terminal_width() - 1).c_str());
  else
    std::fprintf(stderr, "%s\n", text.c_str());
  std::fflush(stderr);
}

void Progress::finished(const Trace& trace) {
  if (quiet_) return;
  const char* status = trace.status == RunStatus::completed ? "" : "  DIVERGED";
  std::fprintf(stderr, "%s%s  %llu steps in %.1f s  loss %.4f%s%s\n", terminal_ ? "\r\033[K" : "", label_.c_str(),
               static_cast<unsigned long long>(done_), trace.wall_s, trace.final_train_loss, validation_.c_str(), status);
}

}  // namespace exmy
