#include "sim/verify/progress.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace exmy::verify {
namespace {

bool on_terminal() {
  const char* term = std::getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && term != nullptr && std::string_view(term) != "dumb";
}

}  // namespace

PartProgress::PartProgress() : terminal_(on_terminal()), shown_(Clock::now()) {}

void PartProgress::show(const Part& part, std::uint64_t done, std::uint64_t units) {
  const auto pause = terminal_ ? std::chrono::milliseconds(100) : std::chrono::milliseconds(10000);
  if (Clock::now() - shown_ < pause) return;
  shown_ = Clock::now();
  const double percent = 100 * static_cast<double>(done) / static_cast<double>(units);
  std::fprintf(stderr, terminal_ ? "\r\033[K%s  %.1f %%" : "%s  %.1f %%\n", part.name.c_str(), percent);
  std::fflush(stderr);
}

void PartProgress::clear() {
  if (!terminal_) return;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
}

}  // namespace exmy::verify
