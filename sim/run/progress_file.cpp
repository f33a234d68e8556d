#include "sim/run/progress_file.hpp"

#include <cstdio>
#include <system_error>

#include "sim/base/json_text.hpp"
#include "sim/run/provenance.hpp"

namespace exmy {
namespace {

constexpr const char* unfinished_name = ".progress.json.tmp";

/// Whether all of it could be written.
bool written_plainly(const std::filesystem::path& path, const std::string& text) {
  std::FILE* file = std::fopen(path.c_str(), "we");
  if (file == nullptr) return false;
  const bool whole = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  return std::fclose(file) == 0 && whole;
}

}  // namespace

ProgressFile::ProgressFile(std::filesystem::path directory, std::string started_at)
    : directory_(std::move(directory)), started_at_(std::move(started_at)) {}

void ProgressFile::started(std::uint64_t steps, std::uint64_t) {
  steps_ = steps;
  begin_ = written_ = Clock::now();
}

void ProgressFile::stepped(std::uint64_t step, double loss, bool) {
  const auto now = Clock::now();
  if (now - written_ < std::chrono::seconds(1)) return;
  written_ = now;
  write(step + 1, loss, now);
}

void ProgressFile::evaluated(const ValidationPoint& point) {
  validation_ = {{"validation_loss", json_number(point.result.loss)},
                 {"validation_accuracy_fraction", point.result.accuracy_fraction}};
}

void ProgressFile::write(std::uint64_t done, double loss, Clock::time_point now) const {
  Json content{{"step", done},
               {"steps_count", steps_},
               {"train_loss", json_number(loss)},
               {"started_at", started_at_},
               {"updated_at", utc_now()},
               {"wall_s", before_s_ + std::chrono::duration<double>(now - begin_).count()}};
  content.update(validation_);
  const std::filesystem::path unfinished = directory_ / unfinished_name;
  std::error_code ignored;
  if (written_plainly(unfinished, pretty_text(content)))
    std::filesystem::rename(unfinished, directory_ / progress_file_name, ignored);
  else
    std::filesystem::remove(unfinished, ignored);
}

void remove_progress_file(const std::filesystem::path& directory) {
  std::error_code ignored;
  for (const char* name : {progress_file_name, unfinished_name})
    std::filesystem::remove(directory / name, ignored);
}

}  // namespace exmy
