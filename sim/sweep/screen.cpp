#include "sim/sweep/screen.hpp"

namespace exmy {

std::unique_ptr<Display> open_screen(const DisplayOptions&) { return nullptr; }

}  // namespace exmy
