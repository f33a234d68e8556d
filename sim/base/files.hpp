#pragma once
// Files, read whole and written whole or not at all. Every failure is an IoError that names path and reason.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace exmy {

/// For files whose size only the machine limits.
inline constexpr std::size_t any_size = std::size_t{1} << 40;

/// The content of a file; IoError if it cannot be read or holds more than `limit` bytes.
std::string read_file(const std::filesystem::path& path, std::size_t limit);

/// Its first `limit` bytes, or all of them if there are fewer.
std::string read_prefix(const std::filesystem::path& path, std::size_t limit);

/// Makes `path` hold `bytes`: temporary file in the same directory, write, fsync, rename, fsync the
/// directory. On failure the old content stays and the temporary file is gone. A symbolic link is replaced, a
/// path that is a device, pipe or directory is refused. For a file-size limit (EFBIG) to arrive as IoError,
/// SIGXFSZ must be ignored.
void write_atomically(const std::filesystem::path& path, std::string_view bytes);

/// Renames a file or directory within one directory, and makes that durable.
void rename_durably(const std::filesystem::path& from, const std::filesystem::path& to);

/// A file that grows by whole lines, each with one write(2) at its end (O_APPEND), so that a crash tears at
/// most the last line. Opening cuts such a torn line off. After an IoError the log must not be used any more.
class AppendLog {
 public:
  /// Opens or creates the file.
  explicit AppendLog(const std::filesystem::path& path);
  /// The same, cut to its first `length` bytes if it has more.
  AppendLog(const std::filesystem::path& path, std::uint64_t length);
  AppendLog(AppendLog&& other) noexcept;
  AppendLog& operator=(AppendLog&& other) noexcept;
  ~AppendLog();

  /// Adds `line`, which holds no line end (else std::logic_error), and a line end.
  void append(std::string_view line);

  /// Makes what was appended durable, and says how long the file is.
  std::uint64_t sync();

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
};

}  // namespace exmy
