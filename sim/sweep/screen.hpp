#pragma once
// The display on a whole terminal. The only file that uses ncurses is screen.cpp.

#include <memory>

#include "sim/sweep/display.hpp"

namespace exmy {

/// Null if the descriptor is no terminal, or one whose cursor cannot be placed (TERM unset, unknown or dumb).
std::unique_ptr<Display> open_screen(const DisplayOptions& options);

}  // namespace exmy
