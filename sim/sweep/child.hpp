#pragma once
// A process that runs one experiment: its start, what it says, its end.

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace exmy {

/// The last bytes of a stream, however much comes.
class Tail {
 public:
  static constexpr std::size_t size = 65536;
  void add(const char* bytes, std::size_t count);
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// This program, whatever happened to its file meanwhile.
inline constexpr const char* this_program = "/proc/self/exe";

/// A process group of its own (a terminal's Ctrl-C does not reach it), reading nothing, its stdout and stderr kept.
/// When the process that started it dies, it gets SIGTERM.
class Child {
 public:
  /// A program with these words; `environment` is added to ours. IoError if there are too many processes or files.
  /// `life_s`: after so many seconds SIGALRM ends it, even if we are no longer there to do that: an orphan that hangs
  /// would hold its lock for ever. 0: never.
  Child(const char* program, const std::vector<std::string>& words,
        const std::vector<std::pair<std::string, std::string>>& environment, unsigned life_s = 0);
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  /// One that still runs is killed.
  ~Child();

  /// To the whole group.
  void signal(int number) const;
  /// Descriptors to wait for; -1: closed.
  int out() const { return streams_[0].descriptor; }
  int err() const { return streams_[1].descriptor; }
  /// Reads what there is.
  void drain();
  /// The wait status, once it ended; what it said is read then.
  std::optional<int> ended();
  const std::string& said() const { return streams_[0].tail.text(); }
  const std::string& complained() const { return streams_[1].tail.text(); }

 private:
  struct Stream {
    int descriptor = -1;
    Tail tail;
  };
  void close_streams();

  pid_t process_ = -1;
  Stream streams_[2];
};

}  // namespace exmy
