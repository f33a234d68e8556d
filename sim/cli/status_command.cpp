#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <thread>

#include "sim/base/error.hpp"
#include "sim/base/json_text.hpp"
#include "sim/base/stop.hpp"
#include "sim/cli/commands.hpp"
#include "sim/sweep/display.hpp"
#include "sim/sweep/sweep_view.hpp"
#include "sim/sweep/view_json.hpp"
#include "sim/sweep/view_text.hpp"

namespace exmy {
namespace {

/// Of the terminal; elsewhere nothing is cut.
std::size_t columns_of_output() {
  constexpr std::size_t elsewhere = 200;
  winsize size{};
  return ::isatty(STDOUT_FILENO) != 0 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0
             ? size.ws_col
             : elsewhere;
}

int print_status(const SweepView& view, bool json) {
  if (json) {
    std::cout << pretty_text(json_of(view));
    return 0;
  }
  const Overview overview{view.title(), view.seconds_left(), ""};
  for (const TextLine& line : status_lines(overview, view.runs(), columns_of_output()))
    std::cout << plain_text(line) << "\n";
  return 0;
}

int watch(SweepView& view) {
  constexpr int updates_a_look = 5;
  watch_stop_signals();
  const auto display = make_display(
      {.descriptor = STDOUT_FILENO, .quiet = false, .hint = "q leaves, arrows scroll", .alone = true});
  while (true) {
    for (int i = 0; i < updates_a_look; ++i) {
      display->update(view, "");
      if (display->is_left()) return 0;
      if (stop_requested()) return exit_interrupted;
      if (view.is_over() && !display->is_full_screen()) return 0;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    view.refresh();
  }
}

}  // namespace

int status_command(const StatusArguments& arguments) {
  if (arguments.watch && arguments.json) throw UsageError("--watch and --json do not go together");
  SweepView view(arguments.directories);
  return arguments.watch ? watch(view) : print_status(view, arguments.json);
}

}  // namespace exmy
