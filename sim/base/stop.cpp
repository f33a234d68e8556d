#include "sim/base/stop.hpp"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <initializer_list>

namespace exmy {
namespace {

volatile std::sig_atomic_t requested = 0;
std::atomic<void (*)()> last_act{nullptr};

extern "C" void on_stop_signal(int signal) {
  if (signal == SIGINT && requested != 0) {
    if (const auto act = last_act.load()) act();
    _exit(exit_interrupted);
  }
  requested = 1;
}

}  // namespace

void watch_stop_signals() {
  struct sigaction action {};
  action.sa_handler = on_stop_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) sigaction(signal, &action, nullptr);
}

void set_last_act(void (*act)()) { last_act = act; }

bool stop_requested() { return requested != 0; }

}  // namespace exmy
