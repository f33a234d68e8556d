#pragma once
// What can go wrong, where, and with which exit code the program then ends.
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/error_codes.hpp"

namespace exmy {

/// Where something was written. Line and column count from 1, columns in characters; line 0 = no position.
struct Origin {
  std::string file;
  int line = 0;
  int column = 0;

  bool operator==(const Origin&) const = default;
};

/// The origin of everything that was given on the command line.
Origin command_line();

/// "runs/a.json:14:22", or "command line".
std::string to_string(const Origin& origin);

/// One thing that is wrong with a configuration.
struct Problem {
  std::string code;     ///< from error_codes.hpp
  Origin origin;        ///< where the value was written, or the key where the key is at fault
  std::string pointer;  ///< JSON pointer (RFC 6901); empty = the whole document
  std::string message;
  bool listed = false;  ///< one of a list that is of use as a whole: printed, however many there are
};

/// `runs/a.json:14:22: error[E203] /policy/1/format: unknown format "e4m4"`
std::string to_string(const Problem& problem);

/// Every error of the program; what() is the text for the user, without a line end.
class Error : public std::runtime_error {
 public:
  int exit_code() const noexcept { return exit_code_; }

 protected:
  Error(const std::string& message, int exit_code) : std::runtime_error(message), exit_code_(exit_code) {}

 private:
  int exit_code_;
};

/// A configuration with problems (exit code 2): what() holds one line each, by file, line and column, at most
/// `max_printed` and all that are listed, then how many there are more.
class ConfigError : public Error {
 public:
  static constexpr std::size_t max_printed = 20;

  explicit ConfigError(std::vector<Problem> problems);

  /// All of them, by file, line and column.
  const std::vector<Problem>& problems() const noexcept { return problems_; }

 private:
  std::vector<Problem> problems_;
};

/// A command line that makes no sense (exit code 2).
class UsageError : public Error {
 public:
  explicit UsageError(const std::string& message) : Error(message, 2) {}
};

/// A file or device that does not do what it should, or a limit of the machine (exit code 3).
class IoError : public Error {
 public:
  explicit IoError(const std::string& message) : Error(message, 3) {}
};

/// A file with a content that is corrupt or of an incompatible version (exit code 4).
class CorruptFile : public Error {
 public:
  explicit CorruptFile(const std::string& message) : Error(message, 4) {}
};

/// ConfigError with these problems, if there are any.
void throw_if_any(std::vector<Problem> problems);

}  // namespace exmy
