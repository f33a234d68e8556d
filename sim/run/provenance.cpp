#include "sim/run/provenance.hpp"

#include <malloc.h>
#include <omp.h>
#include <openssl/crypto.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <zlib.h>

#include <cstdlib>
#include <ctime>
#include <fstream>

#include "formats/isa.hpp"
#include "sim/base/files.hpp"
#include "sim/base/sha256.hpp"

namespace exmy {
namespace {

std::string compiler() {
#if defined(__clang__)
  return "clang " __clang_version__;
#else
  return "gcc " __VERSION__;
#endif
}

std::string cpu_model() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown";
}

std::string operating_system() {
  utsname name{};
  if (uname(&name) != 0) return "unknown";
  return std::string(name.sysname) + " " + name.release + " " + name.machine;
}

Json instruction_set() {
  const char* given = std::getenv("EXMY_ISA");
  return {{"given", given != nullptr ? given : "auto"}, {"used", name_of(isa_level())}};
}

Json libraries() {
  return {{"nlohmann_json", std::to_string(NLOHMANN_JSON_VERSION_MAJOR) + "." +
                                std::to_string(NLOHMANN_JSON_VERSION_MINOR) + "." +
                                std::to_string(NLOHMANN_JSON_VERSION_PATCH)},
          {"cli11", EXMY_CLI11_VERSION},
          {"openssl", OpenSSL_version(OPENSSL_VERSION)},
          {"zlib", zlibVersion()},
          {"openmp", std::to_string(_OPENMP)}};
}

}  // namespace

std::uint64_t peak_rss_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return 1024 * std::strtoull(line.c_str() + 6, nullptr, 10);
  rusage used{};
  return getrusage(RUSAGE_SELF, &used) == 0 ? 1024 * static_cast<std::uint64_t>(used.ru_maxrss) : 0;
}

bool restart_peak_rss() {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
  std::ofstream file("/proc/self/clear_refs");
  file << "5" << std::flush;  // proc(5): resets VmHWM
  return file.good();
}

std::string program_version() { return EXMY_VERSION; }

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::string text(20, '\0');
  text.resize(std::strftime(text.data(), text.size() + 1, "%Y-%m-%dT%H:%M:%SZ", &parts));
  return text;
}

Json file_fact(const std::string& path, const std::string& bytes) {
  return {{"path", path}, {"bytes_count", bytes.size()}, {"sha256", sha256_hex(bytes)}};
}

Json data_files_of(const Dataset& data) {
  Json files = Json::array();
  for (const std::string& path : data.files) {
    files.push_back(file_fact(path, read_file(path, std::size_t{1} << 32)));
  }
  return files;
}

Json provenance_of(const Json& data_files, int threads_given, bool float_carrier) {
  Json out{
      {"program", "exmy"},
      {"version", program_version()},
      {"numerics_version", numerics_version},
      {"compiler", compiler()},
      {"flags", EXMY_FLAGS},
      {"instruction_set", instruction_set()},
      {"threads",
       {{"given", threads_given > 0 ? Json(threads_given) : Json("auto")}, {"used", omp_get_max_threads()}}},
      {"carrier", float_carrier ? "float" : "double"},
      {"libraries", libraries()},
      {"data_files", data_files},
      {"random_generator", "Philox4x32-10"},
      {"functions", "correctly rounded"},
      {"host", {{"cpu", cpu_model()}, {"os", operating_system()}}}};
  const std::string commit = EXMY_COMMIT;
  if (!commit.empty()) {
    out["commit"] = commit;
    out["dirty"] = EXMY_DIRTY != 0;
  }
  return out;
}

}  // namespace exmy
