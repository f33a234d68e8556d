#pragma once
// The modes of floating-point arithmetic that every fast path rests on: to nearest even, subnormals as they are.

#include <string>

namespace exmy {

/// What is wrong with the modes of the thread that asks, for a message: "rounding is toward zero", "results below the
/// normal range become 0 (flush-to-zero)" ... Empty if nothing is. Some libraries switch such modes on when they are
/// loaded, those linked with -ffast-math for one.
std::string floating_environment_problem();

/// std::runtime_error with that problem, if there is one.
void require_floating_environment();

}  // namespace exmy
