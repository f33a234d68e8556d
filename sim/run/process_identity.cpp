#include "sim/run/process_identity.hpp"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <vector>

namespace exmy {
namespace {

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string link_text(const std::string& path) {
  std::array<char, 256> text{};
  const ssize_t length = ::readlink(path.c_str(), text.data(), text.size());
  return length > 0 ? std::string(text.data(), static_cast<std::size_t>(length)) : "";
}

std::string host_name() {
  std::array<char, 257> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

/// Of /proc/PID/stat, which counts its fields from 1.
struct ProcessStat {
  char state = 0;                 // field 3
  std::uint64_t threads = 0;      // field 20
  std::uint64_t start_ticks = 0;  // field 22
};

std::optional<ProcessStat> stat_of(const std::string& process) {
  const std::string line = first_line("/proc/" + process + "/stat");
  const std::size_t name_end = line.rfind(')');  // the second field is a name that can hold anything
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream rest(line.substr(name_end + 1));
  std::vector<std::string> fields(3);
  for (std::string field; rest >> field;) fields.push_back(field);
  if (fields.size() <= 22) return std::nullopt;
  try {
    return ProcessStat{fields[3].front(), std::stoull(fields[20]), std::stoull(fields[22])};
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

/// Whether /proc counts processes as we do; in a namespace of our own that was not given a /proc it does not.
bool proc_is_ours() { return link_text("/proc/self") == std::to_string(::getpid()); }

/// A process of this kernel and this namespace.
Life life_of_neighbour(const ProcessIdentity& process) {
  if (::kill(static_cast<pid_t>(process.pid), 0) != 0 && errno == ESRCH) return Life::dead;
  if (!proc_is_ours() || process.start_ticks == 0) return Life::alive;
  const auto stat = stat_of(std::to_string(process.pid));
  if (!stat) return Life::alive;  // it may be hidden from us
  const bool zombie = (stat->state == 'Z' || stat->state == 'X') && stat->threads <= 1;
  return zombie || stat->start_ticks != process.start_ticks ? Life::dead : Life::alive;
}

}  // namespace

ProcessIdentity this_process() {
  const auto stat = stat_of("self");
  return {host_name(),
          first_line("/etc/machine-id"),
          first_line("/proc/sys/kernel/random/boot_id"),
          link_text("/proc/self/ns/pid"),
          link_text("/proc/self/ns/time"),
          ::getpid(),
          stat ? stat->start_ticks : 0};
}

Json to_json(const ProcessIdentity& process) {
  return {{"host", process.host},
          {"machine_id", process.machine_id},
          {"boot_id", process.boot_id},
          {"pid_namespace", process.pid_namespace},
          {"time_namespace", process.time_namespace},
          {"pid", process.pid},
          {"process_start_ticks", process.start_ticks}};
}

std::optional<ProcessIdentity> process_of(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  for (const char* key : {"host", "machine_id", "boot_id", "pid_namespace", "time_namespace"})
    if (!json.contains(key) || !json[key].is_string()) return std::nullopt;
  for (const char* key : {"pid", "process_start_ticks"})
    if (!json.contains(key) || !json[key].is_number_integer() || json[key] < 0 || json[key] > INT64_MAX)
      return std::nullopt;
  if (json["pid"] == 0 || json["pid"] > INT32_MAX) return std::nullopt;
  return ProcessIdentity{json["host"],
                         json["machine_id"],
                         json["boot_id"],
                         json["pid_namespace"],
                         json["time_namespace"],
                         json["pid"],
                         json["process_start_ticks"]};
}

Life life_of(const ProcessIdentity& process, const ProcessIdentity& observer) {
  if (process.host != observer.host || process.boot_id.empty() || observer.boot_id.empty())
    return Life::unknown;
  if (process.boot_id != observer.boot_id) {
    const bool same_machine = !process.machine_id.empty() && process.machine_id == observer.machine_id;
    return same_machine ? Life::rebooted : Life::unknown;
  }
  const bool same_namespaces = !process.pid_namespace.empty() &&
                               process.pid_namespace == observer.pid_namespace &&
                               process.time_namespace == observer.time_namespace;
  return same_namespaces ? life_of_neighbour(process) : Life::unknown;
}

}  // namespace exmy
