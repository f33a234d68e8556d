#include "sim/run/run_directory.hpp"

#include <array>
#include <bit>
#include <sstream>

#include "sim/base/error.hpp"
#include "sim/base/files.hpp"
#include "sim/base/json_text.hpp"
#include "sim/base/sha256.hpp"
#include "sim/run/checkpoint_store.hpp"

namespace exmy {
namespace {

namespace fs = std::filesystem;

constexpr std::array summed{"config.json", "config.resolved.json", "events.jsonl",
                            "report.json", "stats.jsonl",          "weights.safetensors"};

Json json_of(const fs::path& path) { return Json::parse(read_file(path, any_size), nullptr, false); }

/// Whether a line of SHA256SUMS holds; `name` is the file that it speaks of.
bool holds(const fs::path& directory, const std::string& line, std::string& name) {
  constexpr std::size_t digits = 64;
  if (line.size() <= digits + 2 || line.compare(digits, 2, "  ") != 0) return false;
  name = line.substr(digits + 2);
  const bool plain = name.find('/') == std::string::npos;
  return plain && sha256_hex(read_file(directory / name, any_size)) == line.substr(0, digits);
}

class Checker {
 public:
  explicit Checker(const fs::path& directory) : directory_(directory) {}

  DirectoryCheck run() {
    check_.complete = fs::exists(directory_ / "report.json");
    if (check_.complete) {
      guarded("SHA256SUMS", [&] { sums(); });
      guarded("report.json", [&] { report(); });
    }
    checkpoints();
    return check_;
  }

 private:
  template <class Check>
  void guarded(const std::string& what, Check check) {
    try {
      check();
    } catch (const Error& error) {
      check_.bad.push_back(what + ": " + error.what());
    }
  }

  void note(const std::string& what, bool good, const std::string& reason) {
    good ? check_.good.push_back(what) : check_.bad.push_back(what + ": " + reason);
  }

  void sums() {
    std::istringstream lines(read_file(directory_ / "SHA256SUMS", any_size));
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
      std::string name = "SHA256SUMS, line " + std::to_string(count + 1);
      guarded(name, [&] {
        const bool good = holds(directory_, line, name);
        note(name, good, "its SHA-256 is not that of SHA256SUMS");
      });
    }
    note("SHA256SUMS", count == summed.size(),
         "lists " + std::to_string(count) + " files, expected " + std::to_string(summed.size()));
  }

  void report() {
    const Json report = json_of(directory_ / "report.json");
    const std::string name = fs::absolute(directory_).lexically_normal().filename().string();
    const auto text = [&](const char* pointer) {
      const Json::json_pointer where(pointer);
      return report.is_object() && report.contains(where) && report[where].is_string()
                 ? report[where].get<std::string>()
                 : std::string();
    };
    const std::string hash = text("/config/sha256");
    note("the directory's name", hash.size() == 64 && name.ends_with(hash.substr(0, 12)),
         "does not end with the hash of its configuration (config.sha256 of the report)");
    note("the losses", losses_sha256(report) == text("/determinism/loss_trace_sha256"),
         "do not have the hash that the report states");
  }

  static std::string losses_sha256(const Json& report) {
    const Json::json_pointer where("/loss_curve/train_loss");
    if (!report.is_object() || !report.contains(where)) return {};
    std::string bytes;
    for (const Json& loss : report[where]) {
      const auto bits = std::bit_cast<std::uint64_t>(number_of(loss).value_or(0));
      for (int shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<char>(bits >> shift));
    }
    return sha256_hex(bytes);
  }

  void checkpoints() {
    const CheckpointStore store(directory_ / "checkpoint", "");
    for (const std::uint64_t step : store.steps())
      guarded("checkpoint", [&] {
        store.load(step);
        check_.good.push_back("the checkpoint of step " + std::to_string(step));
      });
  }

  fs::path directory_;
  DirectoryCheck check_;
};

}  // namespace

void write_sums(const fs::path& directory) {
  std::string text;
  for (const char* name : summed)
    text += sha256_hex(read_file(directory / name, any_size)) + "  " + name + "\n";
  write_atomically(directory / "SHA256SUMS", text);
}

DirectoryCheck check_directory(const fs::path& directory) { return Checker(directory).run(); }

}  // namespace exmy
