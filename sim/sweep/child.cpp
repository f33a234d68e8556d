#include "sim/sweep/child.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <system_error>

#include "sim/base/error.hpp"
#include "sim/sweep/stop_signals.hpp"

namespace exmy {
namespace {

/// Two descriptors that are closed where nobody takes them.
struct Pipe {
  int ends[2] = {-1, -1};

  Pipe() {
    if (::pipe2(ends, O_CLOEXEC) != 0)
      throw IoError("cannot start a process: " + std::generic_category().message(errno));
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    for (const int end : ends)
      if (end >= 0) ::close(end);
  }
  int reading() { return std::exchange(ends[0], -1); }
};

/// `NAME=value` of this process, with those of `added` in their place.
std::vector<std::string> environment_with(const std::vector<std::pair<std::string, std::string>>& added) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    bool replaced = false;
    for (const auto& [name, value] : added) replaced = replaced || text.starts_with(name + "=");
    if (!replaced) all.push_back(text);
  }
  for (const auto& [name, value] : added) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// No signal comes while it lives: none may reach a new process that still has the handlers of this one.
class HeldSignals {
 public:
  HeldSignals() {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;
  ~HeldSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

/// In the new process, where only async-signal-safe calls are allowed.
[[noreturn]] void become(const char* program, char* const* words, char* const* environment, int out, int err,
                         pid_t parent, unsigned life_s) {
  ::setpgid(0, 0);
  for (const int signal : StopSignals::watched) ::signal(signal, SIG_DFL);  // ours would tell the parent
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  ::signal(SIGALRM, SIG_DFL);
  ::alarm(life_s);                          // survives execve
  if (::getppid() != parent) ::_exit(127);  // it died before it could be told
  const int nothing = ::open("/dev/null", O_RDONLY);
  if (nothing >= 0) ::dup2(nothing, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  ::execve(program, words, environment);
  constexpr std::string_view complaint = "the program cannot be started\n";
  (void)!::write(STDERR_FILENO, complaint.data(), complaint.size());
  ::_exit(127);
}

}  // namespace

void Tail::add(const char* bytes, std::size_t count) {
  text_.append(bytes, count);
  if (text_.size() > 2 * size) text_.erase(0, text_.size() - size);
}

Child::Child(const char* program, const std::vector<std::string>& words,
             const std::vector<std::pair<std::string, std::string>>& environment, unsigned life_s) {
  std::vector<std::string> all = words, variables = environment_with(environment);
  all.insert(all.begin(), "exmy");
  const std::vector<char*> arguments = pointers_to(all), strings = pointers_to(variables);
  Pipe out, err;
  const pid_t parent = ::getpid();
  const HeldSignals held;
  process_ = ::fork();
  if (process_ < 0) throw IoError("cannot start a process: " + std::generic_category().message(errno));
  if (process_ == 0)
    become(program, arguments.data(), strings.data(), out.ends[1], err.ends[1], parent, life_s);
  ::setpgid(process_, process_);  // whoever comes first
  streams_[0].descriptor = out.reading();
  streams_[1].descriptor = err.reading();
}

Child::Child(Child&& other) noexcept : process_(std::exchange(other.process_, -1)) {
  for (int i = 0; i < 2; ++i) {
    streams_[i].descriptor = std::exchange(other.streams_[i].descriptor, -1);
    streams_[i].tail = std::move(other.streams_[i].tail);
  }
}

Child& Child::operator=(Child&& other) noexcept {
  std::swap(process_, other.process_);
  for (int i = 0; i < 2; ++i) std::swap(streams_[i], other.streams_[i]);
  return *this;
}

Child::~Child() {
  if (process_ > 0) {
    signal(SIGKILL);
    while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  close_streams();
}

void Child::signal(int number) const {
  if (process_ > 0) ::kill(-process_, number);
}

void Child::drain() {
  std::array<char, 65536> block;
  constexpr int most = 16;  // blocks: one that never stops talking must not keep us
  for (Stream& stream : streams_) {
    ssize_t count = 1;
    for (int i = 0; stream.descriptor >= 0 && count > 0 && i < most; ++i) {
      count = ::read(stream.descriptor, block.data(), block.size());
      if (count > 0) stream.tail.add(block.data(), static_cast<std::size_t>(count));
    }
    if (count == 0) ::close(std::exchange(stream.descriptor, -1));
  }
}

std::optional<int> Child::ended() {
  int status = 0;
  if (process_ <= 0 || ::waitpid(process_, &status, WNOHANG) != process_) return std::nullopt;
  process_ = -1;
  drain();
  close_streams();
  return status;
}

void Child::close_streams() {
  for (Stream& stream : streams_)
    if (stream.descriptor >= 0) ::close(std::exchange(stream.descriptor, -1));
}

}  // namespace exmy
