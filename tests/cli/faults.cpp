// Preloaded into the program: counts its calls of write, fsync, rename, ftruncate and unlink on files, and kills
// the process (SIGKILL) before or after the one that EXMY_KILL_AT names. EXMY_KILL_AT=0 only counts; the count
// goes to the file EXMY_CALLS at the end.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace {

long calls = 0;

long number(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? 0 : std::atol(text);
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

template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

struct Reporter {
  ~Reporter() {
    const char* path = std::getenv("EXMY_CALLS");
    if (path == nullptr) return;
    if (FILE* file = std::fopen(path, "w")) {
      std::fprintf(file, "%ld\n", calls);
      std::fclose(file);
    }
  }
} reporter;

}  // namespace

extern "C" {

ssize_t write(int descriptor, const void* bytes, size_t count) {
  static const auto next = real<ssize_t (*)(int, const void*, size_t)>("write");
  return counted(is_file(descriptor), [&] { return next(descriptor, bytes, count); });
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

int unlinkat(int directory, const char* path, int flags) noexcept {
  static const auto next = real<int (*)(int, const char*, int)>("unlinkat");
  return counted(true, [&] { return next(directory, path, flags); });
}

}  // extern "C"
