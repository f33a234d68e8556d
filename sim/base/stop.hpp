#pragma once
// Being asked to stop: SIGINT (Ctrl-C), SIGTERM and SIGUSR1 once end the program at its next safe point; a
// second SIGINT ends it at once with exit code 130.

namespace exmy {

/// Exit code of a program that stopped early and can be resumed (BSD's EX_TEMPFAIL, which schedulers requeue).
inline constexpr int exit_stopped = 75;
/// Exit code after a second SIGINT.
inline constexpr int exit_interrupted = 130;

/// Takes over the three signals, for the rest of the process.
void watch_stop_signals();

/// What a second SIGINT does before it ends the program, inside a signal handler: only what POSIX allows there. Null:
/// nothing.
void set_last_act(void (*act)());

/// Whether one of them came.
bool stop_requested();

}  // namespace exmy
