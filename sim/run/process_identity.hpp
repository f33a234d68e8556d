#pragma once
// Which process, so that another one can tell much later, perhaps elsewhere, whether it still lives.

#include <cstdint>
#include <optional>
#include <string>

#include "sim/base/json.hpp"

namespace exmy {

/// What cannot be found out is empty or 0.
struct ProcessIdentity {
  std::string host;            ///< its name
  std::string machine_id;      ///< of the installation: /etc/machine-id
  std::string boot_id;         ///< of the running kernel
  std::string pid_namespace;   ///< in which `pid` counts
  std::string time_namespace;  ///< in which `start_ticks` counts
  std::int64_t pid = 0;
  std::uint64_t start_ticks =
      0;  ///< clock ticks from the boot to its start: tells two processes with one pid apart

  bool operator==(const ProcessIdentity&) const = default;
};

ProcessIdentity this_process();

/// {"host", "machine_id", "boot_id", "pid_namespace", "time_namespace", "pid", "process_start_ticks"}.
Json to_json(const ProcessIdentity& process);
/// Nothing if a member is missing or of another type.
std::optional<ProcessIdentity> process_of(const Json& json);

/// What the process `observer` can know of another one.
enum class Life : std::uint8_t {
  alive,     ///< or so much like it that nobody may say otherwise
  dead,      ///< provably: this kernel does not know it any more
  rebooted,  ///< its host, by name and machine id, runs another kernel by now
  unknown,   ///< on another host, or in another namespace
};
Life life_of(const ProcessIdentity& process, const ProcessIdentity& observer);

}  // namespace exmy
