#pragma once
// What a finished run directory holds, and whether it still does.

#include <filesystem>
#include <string>
#include <vector>

namespace exmy {

/// Writes SHA256SUMS (as sha256sum does) over the files of a complete run, whole or not at all.
void write_sums(const std::filesystem::path& directory);

/// Checks everything in a run directory against its hashes: SHA256SUMS and the files that it names, the
/// configuration against the directory's name, the losses in the report against their hash, every checkpoint.
struct DirectoryCheck {
  std::vector<std::string> good;  ///< what was checked and fits
  std::vector<std::string> bad;   ///< what does not, with the reason
  bool complete = false;          ///< there is a report
};
DirectoryCheck check_directory(const std::filesystem::path& directory);

}  // namespace exmy
