#include "sim/base/files.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/error.hpp"
#include "sim/base/text.hpp"

namespace exmy {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& verb, const fs::path& path, const std::string& reason) {
  throw IoError("cannot " + verb + ' ' + printable(path.string()) + ": " + reason);
}

[[noreturn]] void fail_with_errno(const std::string& verb, const fs::path& path) {
  fail(verb, path, std::generic_category().message(errno));
}

template <class Call>
auto retried(Call call) {  // a signal is no failure
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  bool is_open() const { return value_ >= 0; }
  int value() const { return value_; }
  bool close() { return value_ < 0 || ::close(std::exchange(value_, -1)) == 0; }
  int release() { return std::exchange(value_, -1); }

 private:
  int value_;
};

Descriptor open_file(const fs::path& path, int flags) {
  return Descriptor(retried([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0666); }));
}

void write_all(const Descriptor& file, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = retried([&] { return ::write(file.value(), bytes.data(), bytes.size()); });
    if (written < 0) fail_with_errno("write", path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

// Removes the file at its path unless it was renamed away before.
class Temporary {
 public:
  explicit Temporary(fs::path path) : path_(std::move(path)) {}
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  void rename_to(const fs::path& target) {
    if (::rename(path_.c_str(), target.c_str()) != 0) fail_with_errno("write", target);
    path_.clear();
  }

 private:
  fs::path path_;
};

// A new file in the directory of `target`; its short name holds the process id, so that only threads of this
// process and leftovers of a crash have to be stepped over.
std::pair<fs::path, int> create_beside(const fs::path& target) {
  const std::string prefix = ".exmy-" + std::to_string(::getpid()) + '-';
  for (int i = 0; i < 1000; ++i) {
    fs::path path = target.parent_path() / (prefix + std::to_string(i) + ".tmp");
    Descriptor file = open_file(path, O_WRONLY | O_CREAT | O_EXCL);
    if (file.is_open()) return {std::move(path), file.release()};
    if (errno != EEXIST) break;
  }
  fail_with_errno("write", target);
}

void refuse_special(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    fail("write", path, "it is not a regular file");
  }
}

void sync_directory(const fs::path& directory, const fs::path& target) {
  const Descriptor descriptor = open_file(directory.empty() ? "." : directory, O_RDONLY | O_DIRECTORY);
  if (!descriptor.is_open()) fail_with_errno("write", target);
  // EINVAL: a file system that has no such operation.
  if (::fsync(descriptor.value()) != 0 && errno != EINVAL) fail_with_errno("write", target);
}

// Where the last whole line of a file of `size` bytes ends.
off_t end_of_lines(const Descriptor& file, off_t size, const fs::path& path) {
  std::array<char, 4096> block{};
  while (size > 0) {
    const off_t begin = std::max<off_t>(0, size - static_cast<off_t>(block.size()));
    const auto length = static_cast<std::size_t>(size - begin);
    const ssize_t count = retried([&] { return ::pread(file.value(), block.data(), length, begin); });
    if (count != static_cast<ssize_t>(length)) fail("read", path, "it changes or cannot be read");
    const std::size_t last = std::string_view(block.data(), length).rfind('\n');
    if (last != std::string_view::npos) return begin + static_cast<off_t>(last) + 1;
    size = begin;
  }
  return 0;
}

void cut_torn_line(const Descriptor& file, const fs::path& path) {
  struct stat status {};
  if (::fstat(file.value(), &status) != 0) fail_with_errno("open", path);
  if (!S_ISREG(status.st_mode)) return;
  const off_t end = end_of_lines(file, status.st_size, path);
  if (end < status.st_size && ::ftruncate(file.value(), end) != 0) fail_with_errno("write", path);
}

}  // namespace

std::string read_prefix(const fs::path& path, std::size_t limit) {
  const Descriptor file = open_file(path, O_RDONLY);
  if (!file.is_open()) fail_with_errno("read", path);
  std::string text;
  std::array<char, 65536> block;
  while (text.size() < limit) {
    const std::size_t wanted = std::min(block.size(), limit - text.size());
    const ssize_t count = retried([&] { return ::read(file.value(), block.data(), wanted); });
    if (count < 0) fail_with_errno("read", path);
    if (count == 0) break;
    text.append(block.data(), static_cast<std::size_t>(count));
  }
  return text;
}

std::string read_file(const fs::path& path, std::size_t limit) {
  std::string text = read_prefix(path, limit + 1);
  if (text.size() > limit) fail("read", path, "larger than " + std::to_string(limit) + " bytes");
  return text;
}

void write_atomically(const fs::path& path, std::string_view bytes) {
  refuse_special(path);
  auto [temporary_path, descriptor] = create_beside(path);
  Temporary temporary(std::move(temporary_path));
  Descriptor file(descriptor);
  write_all(file, bytes, path);
  if (::fsync(file.value()) != 0 || !file.close()) fail_with_errno("write", path);
  temporary.rename_to(path);
  sync_directory(path.parent_path(), path);
}

void rename_durably(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) fail_with_errno("write", to);
  sync_directory(to.parent_path(), to);
}

AppendLog::AppendLog(const fs::path& path, std::uint64_t length) : AppendLog(path) {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) fail_with_errno("open", path);
  const auto wanted = static_cast<off_t>(length);
  if (S_ISREG(status.st_mode) && status.st_size > wanted && ::ftruncate(descriptor_, wanted) != 0)
    fail_with_errno("write", path);
}

AppendLog::AppendLog(const fs::path& path) : path_(path) {
  Descriptor file = open_file(path, O_RDWR | O_APPEND | O_CREAT);
  if (!file.is_open()) fail_with_errno("open", path);
  cut_torn_line(file, path);
  descriptor_ = file.release();
}

AppendLog::AppendLog(AppendLog&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

AppendLog& AppendLog::operator=(AppendLog&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

AppendLog::~AppendLog() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void AppendLog::append(std::string_view line) {
  if (line.find('\n') != std::string_view::npos) throw std::logic_error("a line with a line end inside");
  const std::string bytes = std::string(line) + '\n';
  const ssize_t written = retried([&] { return ::write(descriptor_, bytes.data(), bytes.size()); });
  if (written < 0) fail_with_errno("write", path_);
  if (static_cast<std::size_t>(written) < bytes.size()) fail("write", path_, "no room for the whole line");
}

std::uint64_t AppendLog::sync() {
  struct stat status {};
  if ((::fsync(descriptor_) != 0 && errno != EINVAL) || ::fstat(descriptor_, &status) != 0)
    fail_with_errno("write", path_);
  return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace exmy
