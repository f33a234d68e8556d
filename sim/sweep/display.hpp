#pragma once
// What a person sees while a sweep goes on: a full screen (ncurses) on a terminal, plain lines elsewhere.
//
//   SweepView view({directory});
//   const auto display = make_display({.descriptor = STDERR_FILENO, .quiet = quiet, .hint = "Ctrl-C stops"});
//   while (...) {
//     view.refresh();                             // twice a second is enough
//     display->update(view, "stopping ...");      // ten times a second: it also reads keys
//   }
//
// The display leaves signals alone but SIGWINCH and SIGTSTP (redraws) and those that a program dies of: Ctrl-C still is
// SIGINT. Its destructor gives the terminal back, so it has to be gone before anything else is printed there. A handler
// that ends the program by _exit calls restore_terminal() first, as watch_stop_signals()'s does.

#include <memory>
#include <string>

#include "sim/sweep/sweep_view.hpp"

namespace exmy {

class Display {
 public:
  Display() = default;
  Display(const Display&) = delete;
  Display& operator=(const Display&) = delete;
  virtual ~Display() = default;

  /// Shows the view. `note`: what the program is doing, in a few words, or empty.
  virtual void update(const SweepView& view, const std::string& note) = 0;
  /// A line that stays, such as a warning: at once in plain lines, after the end of a full screen.
  virtual void say(const std::string& line) = 0;
  /// The key q was pressed.
  virtual bool is_left() const { return false; }
};

struct DisplayOptions {
  int descriptor = 2;     ///< of the terminal, or where plain lines go
  bool quiet = false;     ///< shows nothing
  std::string hint;       ///< at the end of a full screen: what keys do
  bool quit_key = false;  ///< whether q is one of them
};

/// A full screen if `descriptor` is a terminal that TERM describes, and not a dumb one; else plain lines: one for every
/// run that ends, one with the whole every ten seconds.
std::unique_ptr<Display> make_display(const DisplayOptions& options);

}  // namespace exmy
