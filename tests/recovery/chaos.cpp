// Preloaded into `exmy sweep`: of its children (processes with --no-wait) some die of a signal, some hang and do not
// listen to SIGTERM, both at a random call that changes files. What becomes of a process follows from EXMY_SEED, its
// command line and how many processes had the same one before, so that a second attempt can succeed. In EXMY_CHAOS, a
// folder, there is afterwards
//   attempts-HASH   a byte for each process with this command line
//   fates           a line for each process that this happened to: "crash" or "hang"
//   reports         "begin RUN" and "done RUN" around each rename that makes a report.json
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using Write = ssize_t (*)(int, const void*, size_t);

template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

std::uint64_t mixed(std::uint64_t x) {  // the finaliser of splitmix64
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

std::uint64_t hash_of(const std::string& text) {
  std::uint64_t hash = 0;
  for (const char c : text) hash = mixed(hash + static_cast<unsigned char>(c) + 0x9e3779b97f4a7c15u);
  return hash;
}

std::uint64_t number(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? 0 : std::strtoull(text, nullptr, 10);
}

std::string command_line() {
  std::string text;
  char block[4096];
  const int file = ::open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
  for (ssize_t count; (count = ::read(file, block, sizeof block)) > 0;)
    text.append(block, static_cast<std::size_t>(count));
  ::close(file);
  return text;
}

class Chaos {
 public:
  Chaos() {
    const char* folder = std::getenv("EXMY_CHAOS");
    const std::string line = command_line();
    if (folder == nullptr || line.find(std::string("\0--no-wait\0", 11)) == std::string::npos) return;
    folder_ = folder;
    const std::uint64_t own = hash_of(line);
    const std::uint64_t draw =
        mixed(own + mixed(number("EXMY_SEED")) + append("attempts-" + std::to_string(own), "."));
    const std::uint64_t per_mille = draw % 1000;
    if (per_mille >= number("EXMY_CRASHES") + number("EXMY_HANGS")) return;
    hangs_ = per_mille >= number("EXMY_CRASHES");
    constexpr int signals[] = {SIGKILL, SIGSEGV, SIGABRT};
    signal_ = signals[draw / 1000 % 3];
    at_ = 1 + draw / 3000 % number("EXMY_CALLS");
  }

  /// Before each call that changes files.
  void step() {
    if (at_ == 0 || ++calls_ != at_) return;
    append("fates", hangs_ ? "hang\n" : "crash\n");
    while (hangs_) ::pause();  // the handler of SIGTERM returns here
    ::kill(::getpid(), signal_);
  }
  bool is_on() const { return !folder_.empty(); }
  /// Adds to a file of the folder; its size then.
  std::uint64_t append(const std::string& name, const std::string& text) const {
    const int file = ::open((folder_ + "/" + name).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    static const auto write = real<Write>("write");
    struct stat status {};
    const bool good = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                      ::fstat(file, &status) == 0;
    ::close(file);
    return good ? static_cast<std::uint64_t>(status.st_size) : 0;
  }

 private:
  std::string folder_;
  bool hangs_ = false;
  int signal_ = 0;
  std::uint64_t at_ = 0, calls_ = 0;  ///< 0: never
};

Chaos& chaos() {
  static Chaos one;
  return one;
}

[[maybe_unused]] const bool begun = chaos().is_on();

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

}  // namespace

extern "C" {

ssize_t write(int descriptor, const void* bytes, size_t count) {
  static const auto next = real<Write>("write");
  if (descriptor > 2) chaos().step();
  return next(descriptor, bytes, count);
}

int fsync(int descriptor) {
  static const auto next = real<int (*)(int)>("fsync");
  chaos().step();
  return next(descriptor);
}

int link(const char* from, const char* to) noexcept {
  static const auto next = real<int (*)(const char*, const char*)>("link");
  chaos().step();
  return next(from, to);
}

int unlink(const char* path) noexcept {
  static const auto next = real<int (*)(const char*)>("unlink");
  chaos().step();
  return next(path);
}

int rename(const char* from, const char* to) noexcept {
  static const auto next = real<int (*)(const char*, const char*)>("rename");
  chaos().step();
  const std::string path = to, name = "/report.json";
  if (!chaos().is_on() || !ends_with(path, name)) return next(from, to);
  const std::string folder = path.substr(0, path.size() - name.size());
  const std::string run = folder.substr(folder.rfind('/') + 1) + "\n";
  chaos().append("reports", "begin " + run);
  const int result = next(from, to);
  if (result == 0) chaos().append("reports", "done " + run);
  return result;
}

}  // extern "C"
