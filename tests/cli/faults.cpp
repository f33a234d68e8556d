// Preloaded into the program: counts its calls that change a file system (open that may create, write, fsync,
// ftruncate, rename, link, unlink, mkdir), and
//   EXMY_KILL_AT=N, EXMY_KILL_AFTER=N   kills the process (SIGKILL) before or after call N
//   EXMY_DISK=N   is a disk with room for N more bytes: the write that reaches its end is cut short, what comes
//                 after that fails with ENOSPC, new files and folders too
// The counts of calls and of bytes go to the file EXMY_CALLS at the end.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

namespace {

long calls = 0;
long bytes = 0;

long number(const char* name, long otherwise = 0) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::atol(text);
}

bool is_file(int descriptor) {
  struct stat status {};
  return descriptor > 2 && fstat(descriptor, &status) == 0 &&
         (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode));
}

/// Call number n is killed before it is made for n = EXMY_KILL_AT, after it for EXMY_KILL_AFTER.
template <class Call>
auto counted(bool counts, Call call) {
  if (!counts) return call();
  ++calls;
  if (calls == number("EXMY_KILL_AT")) kill(getpid(), SIGKILL);
  auto result = call();
  if (calls == number("EXMY_KILL_AFTER")) kill(getpid(), SIGKILL);
  return result;
}

long room() { return std::max(0L, number("EXMY_DISK", 1L << 60) - bytes); }

/// `call` unless the disk is full.
template <class Call>
auto with_room(Call call) -> decltype(call()) {
  if (room() > 0) return call();
  errno = ENOSPC;
  return -1;
}

template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

bool exists(int directory, const char* path) {
  struct stat status {};
  const int before = errno;
  const bool found = fstatat(directory, path, &status, 0) == 0;
  errno = before;
  return found;
}

template <class Call>
int opened(int directory, const char* path, int flags, Call call) {
  if ((flags & O_CREAT) == 0) return call();
  return counted(true, [&] { return exists(directory, path) ? call() : with_room(call); });
}

mode_t mode_of(int flags, va_list arguments) {
  return (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
}

struct Reporter {
  ~Reporter() {
    const char* path = std::getenv("EXMY_CALLS");
    if (path == nullptr) return;
    if (FILE* file = std::fopen(path, "w")) {
      std::fprintf(file, "%ld %ld\n", calls, bytes);
      std::fclose(file);
    }
  }
} reporter;

}  // namespace

extern "C" {

ssize_t write(int descriptor, const void* from, size_t count) {
  static const auto next = real<ssize_t (*)(int, const void*, size_t)>("write");
  if (!is_file(descriptor)) return next(descriptor, from, count);
  return counted(true, [&] {
    const auto write_some = [&] {
      return next(descriptor, from, std::min(count, static_cast<size_t>(room())));
    };
    const ssize_t written = count == 0 ? 0 : with_room(write_some);
    bytes += std::max<ssize_t>(0, written);
    return written;
  });
}

int open(const char* path, int flags, ...) {
  static const auto next = real<int (*)(const char*, int, ...)>("open");
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return opened(AT_FDCWD, path, flags, [&] { return next(path, flags, mode); });
}

int openat(int directory, const char* path, int flags, ...) {
  static const auto next = real<int (*)(int, const char*, int, ...)>("openat");
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return opened(directory, path, flags, [&] { return next(directory, path, flags, mode); });
}

int fsync(int descriptor) {
  static const auto next = real<int (*)(int)>("fsync");
  return counted(is_file(descriptor), [&] { return next(descriptor); });
}

int ftruncate(int descriptor, off_t length) noexcept {
  static const auto next = real<int (*)(int, off_t)>("ftruncate");
  return counted(is_file(descriptor), [&] { return next(descriptor, length); });
}

int rename(const char* from, const char* to) noexcept {
  static const auto next = real<int (*)(const char*, const char*)>("rename");
  return counted(true, [&] { return next(from, to); });
}

int link(const char* from, const char* to) noexcept {
  static const auto next = real<int (*)(const char*, const char*)>("link");
  return counted(true, [&] { return with_room([&] { return next(from, to); }); });
}

int mkdir(const char* path, mode_t mode) noexcept {
  static const auto next = real<int (*)(const char*, mode_t)>("mkdir");
  return counted(true, [&] {
    const auto make = [&] { return next(path, mode); };
    return exists(AT_FDCWD, path) ? make() : with_room(make);
  });
}

int unlink(const char* path) noexcept {
  static const auto next = real<int (*)(const char*)>("unlink");
  return counted(true, [&] { return next(path); });
}

int unlinkat(int directory, const char* path, int flags) noexcept {
  static const auto next = real<int (*)(int, const char*, int)>("unlinkat");
  return counted(true, [&] { return next(directory, path, flags); });
}

int remove(const char* path) noexcept {
  static const auto next = real<int (*)(const char*)>("remove");
  return counted(true, [&] { return next(path); });
}

}  // extern "C"
