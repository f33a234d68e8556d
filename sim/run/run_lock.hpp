#pragma once
// One process at a time works in a run directory.

#include <cstdint>
#include <filesystem>

namespace exmy {

/// What to do if another process works there.
enum class WhenLocked : std::uint8_t { wait, leave };

/// The exclusive lock on the file `lock` of a directory; it goes with the process, however that ends. Where the
/// file system has no locks there is none.
class RunLock {
 public:
  /// Waits for the lock, saying so once on stderr; until the program is asked to stop. IoError if the file cannot be
  /// made.
  RunLock(const std::filesystem::path& directory, WhenLocked when);
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;
  ~RunLock();

  /// False: the program was asked to stop while it waited.
  bool is_held() const { return held_; }
  bool is_busy() const { return busy_; }
  /// A complete run needs no lock: the file disappears.
  void remove_file();

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  bool held_ = false;
  bool busy_ = false;
};

}  // namespace exmy
