// Preloaded into `exmy sweep`: what its children (processes with --no-wait) do wrong. EXMY_FAULT is a list of
// ACTION@TEXT, separated by spaces: children with TEXT in their command line
//   crash   die of SIGSEGV at once           crashN  likewise, the first N of them
//   late    die of SIGALRM in the middle     lateN   likewise, the first N
//   fail    say so and end with exit code 9  hang    sleep for ever (TERM ends them)
//   deaf    sleep for ever, only KILL ends them
//   shout   say 8 MB of complaints first     lie     end with exit code 0 and no answer
//   meetN   wait until N of them are there   alone   fail if another one is there
// Counts are kept in files of the folder EXMY_FAULT_FOLDER.
#include <fcntl.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

std::string file_of(const std::string& name) {
  return std::string(std::getenv("EXMY_FAULT_FOLDER")) + "/" + name;
}

bool make(const std::string& name) {
  const int file = ::open(file_of(name).c_str(), O_CREAT | O_EXCL | O_WRONLY, 0666);
  if (file >= 0) ::close(file);
  return file >= 0;
}

std::string own_command_line() {
  std::string text;
  char block[4096];
  const int file = ::open("/proc/self/cmdline", O_RDONLY);
  for (ssize_t count; (count = ::read(file, block, sizeof block)) > 0;)
    text.append(block, static_cast<std::size_t>(count));
  ::close(file);
  for (char& c : text)
    if (c == '\0') c = ' ';
  return text;
}

/// Whether this is one of the first `count`.
bool among_first(const std::string& fault, int count) {
  for (int i = 0; i < count; ++i)
    if (make(fault + "-" + std::to_string(i))) return true;
  return false;
}

void meet(const std::string& fault, int count) {
  among_first(fault, count);
  for (int i = 0; i < 2000; ++i) {  // 20 s
    int there = 0;
    for (int k = 0; k < count; ++k)
      there += ::access(file_of(fault + "-" + std::to_string(k)).c_str(), F_OK) == 0 ? 1 : 0;
    if (there == count) return;
    ::usleep(10'000);
  }
  ::_exit(9);
}

void be_alone() {
  if (!make("alone")) {
    std::fprintf(stderr, "not alone\n");
    ::_exit(9);
  }
  ::usleep(100'000);
  ::unlink(file_of("alone").c_str());
}

void die_late() {
  itimerval soon{};
  soon.it_value.tv_usec = 150'000;
  ::setitimer(ITIMER_REAL, &soon, nullptr);
}

void shout() {
  const std::string line(1023, 'x');
  for (int i = 0; i < 8192; ++i) std::fprintf(stderr, "%s\n", line.c_str());
}

void act(const std::string& action, const std::string& fault) {
  const std::size_t digits = action.find_first_of("0123456789");
  const std::string word = action.substr(0, digits);
  const int count = digits == std::string::npos ? 0 : std::atoi(action.c_str() + digits);
  if (word == "meet") return meet("meet", count);
  if (count > 0 && !among_first(fault, count)) return;
  if (word == "crash") ::raise(SIGSEGV);
  if (word == "late") die_late();
  if (word == "deaf") ::signal(SIGTERM, SIG_IGN);
  if (word == "hang" || word == "deaf")
    for (;;) ::pause();
  if (word == "shout") shout();
  if (word == "alone") be_alone();
  if (word == "lie") ::_exit(0);
  if (word == "fail") {
    std::fprintf(stderr, "first\nit does not want to\n");
    ::_exit(9);
  }
}

struct Faults {
  Faults() {
    const char* given = std::getenv("EXMY_FAULT");
    const std::string line = own_command_line();
    if (given == nullptr || line.find(" --no-wait ") == std::string::npos) return;
    std::string rest = std::string(given) + " ";
    for (std::size_t end; (end = rest.find(' ')) != std::string::npos; rest.erase(0, end + 1)) {
      const std::string fault = rest.substr(0, end);
      const std::size_t at = fault.find('@');
      if (at != std::string::npos && line.find(fault.substr(at + 1)) != std::string::npos)
        act(fault.substr(0, at), fault);
    }
  }
} faults;

}  // namespace
