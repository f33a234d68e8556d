#pragma once
// The words after a command: configuration files and overrides.

#include <filesystem>
#include <string>
#include <vector>

#include "sim/run/runner.hpp"

namespace exmy {

/// Prepares the product of all files and all values of the overrides, files varying slowest. Throws UsageError
/// without a file, ConfigError with the problems of every configuration.
std::vector<Prepared> prepare_all(const std::vector<std::string>& words);

/// Words such as -inf and -.5, which the reader of command lines would take for options: UsageError naming the
/// first one of `exmy quantize` that stands before a word `--`.
void check_numbers(const std::vector<std::string>& words);

/// Where an answer cannot go, nobody should wait an hour for it: IoError if the file has no folder or is one. An empty
/// name is no file.
void check_place(const std::filesystem::path& file);

}  // namespace exmy
