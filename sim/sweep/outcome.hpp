#pragma once
// What the end of a child means.

#include <cstdint>
#include <optional>
#include <string>

#include "sim/sweep/pool.hpp"
#include "sim/sweep/records.hpp"

namespace exmy {

enum class EndKind : std::uint8_t {
  complete,   ///< completed or diverged: there is a report
  stopped,    ///< with a checkpoint, or before it began
  busy,       ///< another process works on the run
  failed,     ///< an exit code that says error
  crashed,    ///< a signal
  timed_out,  ///< over its time limit
};

struct ChildOutcome {
  EndKind kind = EndKind::failed;
  std::optional<RungResult> stopped_at;
  std::optional<int> exit_code, signal;
  std::string message;  ///< last line of stderr
};
ChildOutcome outcome_of(const Ended& ended);

}  // namespace exmy
