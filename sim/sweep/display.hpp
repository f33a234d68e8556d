#pragma once
// What a person sees while a sweep goes on: a full screen (ncurses) on a terminal, plain lines elsewhere.
//
//   SweepView view({directory});
//   const auto display = make_display({.descriptor = STDERR_FILENO, .quiet = quiet, .hint = "Ctrl-C stops"});
//   while (...) {
//     view.refresh();                        // twice a second is enough
//     display->update(view, "stopping ..");  // ten times a second is good: it also reads keys
//   }
//
// A full screen needs the terminal for itself: what is to be said meanwhile goes through say(), and the display has to
// be gone before the answer is printed; its destructor gives the terminal back, as does whatever signal kills the
// program. Of signals it only takes SIGWINCH and SIGTSTP, and those that others left alone: Ctrl-C still is SIGINT.

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
  virtual bool is_full_screen() const { return false; }
  /// The key q was pressed.
  virtual bool is_left() const { return false; }
};

struct DisplayOptions {
  int descriptor = 2;  ///< of the terminal, or where plain lines go
  bool quiet = false;  ///< shows nothing
  std::string hint;    ///< at the end of a full screen: what keys do
  /// Nothing else is done meanwhile: q leaves, and lines that cannot be written are an IoError.
  bool alone = false;
};

/// A full screen if `descriptor` is a terminal that TERM describes, not a dumb one, and ours to use (not that of a
/// background job); else plain lines: one for every run that ends, one with the whole every ten seconds and at the end.
std::unique_ptr<Display> make_display(const DisplayOptions& options);

}  // namespace exmy
