#include "sim/base/files.hpp"

#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/error.hpp"
#include "tests/base/scratch.hpp"
#include "tests/support/catch.hpp"

using namespace exmy;

namespace {

namespace fs = std::filesystem;

template <class Call>
std::string io_error_of(Call call) {
  try {
    call();
  } catch (const IoError& error) {
    return error.what();
  }
  return "no error";
}

// Runs `check` in a child process, where limits and identities may be changed, and returns what it returns.
template <class Check>
int in_child(Check check) {
  const pid_t child = ::fork();
  if (child == 0) {
    int result = 99;  // an exception that nobody expected
    try {
      result = check();
    } catch (...) {
    }
    ::_exit(result);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 100;
}

void limit_file_size(rlim_t bytes) {
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{bytes, bytes};
  ::setrlimit(RLIMIT_FSIZE, &limit);
}

std::size_t count_files(const fs::path& directory) {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(directory)) count += entry.exists() ? 1U : 0U;
  return count;
}

const std::string binary = std::string("a\0b\r\n\xff", 6) + std::string(200'000, 'x');

}  // namespace

TEST_CASE("a file is written and read whole", "[base][files]") {
  const test::Scratch scratch;
  const fs::path path = scratch.path() / "a.bin";
  write_atomically(path, binary);
  REQUIRE(read_file(path, binary.size()) == binary);
  write_atomically(path, "short");
  REQUIRE(read_file(path, 100) == "short");
  write_atomically(path, "");
  REQUIRE(read_file(path, 0).empty());
  REQUIRE(count_files(scratch.path()) == 1);
}

TEST_CASE("reading stops at the limit", "[base][files]") {
  const test::Scratch scratch;
  const std::string path = scratch.write("a", "12345");
  REQUIRE(read_prefix(path, 3) == "123");
  REQUIRE(read_prefix(path, 9) == "12345");
  REQUIRE(read_file(path, 5) == "12345");
  REQUIRE(io_error_of([&] { read_file(path, 4); }) == "cannot read " + path + ": larger than 4 bytes");
  REQUIRE(read_prefix("/dev/zero", 70'000) == std::string(70'000, '\0'));
}

TEST_CASE("what cannot be read is named with its reason", "[base][files]") {
  const test::Scratch scratch;
  const std::string path = (scratch.path() / "none").string();
  REQUIRE(io_error_of([&] { read_file(path, 9); }) == "cannot read " + path + ": No such file or directory");
  const std::string directory = scratch.path().string();
  REQUIRE(io_error_of([&] { read_file(directory, 9); }) == "cannot read " + directory + ": Is a directory");
}

TEST_CASE("a directory that is not there cannot be written to", "[base][files]") {
  const test::Scratch scratch;
  const std::string path = (scratch.path() / "none" / "a").string();
  REQUIRE(io_error_of([&] { write_atomically(path, "x"); }) ==
          "cannot write " + path + ": No such file or directory");
}

TEST_CASE("devices and directories are never replaced", "[base][files]") {
  const test::Scratch scratch;
  REQUIRE(io_error_of([] { write_atomically("/dev/full", "x"); }) ==
          "cannot write /dev/full: it is not a regular file");
  REQUIRE(fs::is_character_file("/dev/full"));
  fs::create_directory(scratch.path() / "d");
  REQUIRE(io_error_of([&] {
            write_atomically(scratch.path() / "d", "x");
          }).ends_with("it is not a regular file"));
  REQUIRE(count_files(scratch.path()) == 1);
}

TEST_CASE("a file in the working directory needs no directory in its name", "[base][files]") {
  const test::Scratch scratch;
  REQUIRE(in_child([&] {
            fs::current_path(scratch.path());
            write_atomically("a", "here");
            return 0;
          }) == 0);
  REQUIRE(read_file(scratch.path() / "a", 9) == "here");
}

TEST_CASE("a new file has the permissions of any other", "[base][files]") {
  const test::Scratch scratch;
  REQUIRE(in_child([&] {
            ::umask(027);
            write_atomically(scratch.path() / "a", "x");
            return 0;
          }) == 0);
  REQUIRE((fs::status(scratch.path() / "a").permissions() & fs::perms::mask) == fs::perms(0640));
}

TEST_CASE("leftovers of a crash are stepped over", "[base][files]") {
  const test::Scratch scratch;
  const std::string prefix = ".exmy-" + std::to_string(::getpid()) + '-';
  scratch.write(prefix + "0.tmp", "old");
  scratch.write(prefix + "1.tmp", "old");
  write_atomically(scratch.path() / "a", "new");
  REQUIRE(read_file(scratch.path() / "a", 9) == "new");
  REQUIRE(count_files(scratch.path()) == 3);
}

TEST_CASE("a file that grows too large leaves the old one and no other", "[base][files]") {
  const test::Scratch scratch;
  const std::string path = scratch.write("a", "old");
  REQUIRE(in_child([&] {
            limit_file_size(1000);
            write_atomically(path, std::string(1000, 'x'));
            const std::string error = io_error_of([&] { write_atomically(path, std::string(1001, 'y')); });
            return error == "cannot write " + path + ": File too large" ? 0 : 1;
          }) == 0);
  REQUIRE(read_file(path, 2000) == std::string(1000, 'x'));
  REQUIRE(count_files(scratch.path()) == 1);
}

TEST_CASE("a directory without permission is named with its reason", "[base][files]") {
  const test::Scratch scratch;
  const fs::path directory = scratch.path() / "closed";
  fs::create_directory(directory);
  fs::permissions(scratch.path(), fs::perms(0755));
  fs::permissions(directory, fs::perms(0555));
  const int result = in_child([&] {
    constexpr uid_t nobody = 65534;
    if (::getuid() == 0 && (::setgid(nobody) != 0 || ::setuid(nobody) != 0)) return 77;  // root may write
    const std::string path = (directory / "a").string();
    const std::string wanted = "cannot write " + path + ": Permission denied";
    const bool write_fails = io_error_of([&] { write_atomically(path, "x"); }) == wanted;
    const bool log_fails = io_error_of([&] { AppendLog log(path); }).ends_with("Permission denied");
    return write_fails && log_fails ? 0 : 1;
  });
  fs::permissions(directory, fs::perms(0755));
  REQUIRE((result == 0 || result == 77));
  REQUIRE(count_files(directory) == 0);
}

TEST_CASE("a log grows line by line", "[base][files]") {
  const test::Scratch scratch;
  const fs::path path = scratch.path() / "log";
  {
    AppendLog log(path);
    log.append("{\"a\":1}");
    REQUIRE(read_file(path, 99) == "{\"a\":1}\n");  // at once, not when it is closed
    log.append("");
    AppendLog moved(std::move(log));
    moved.append("b");
  }
  AppendLog again(path);
  again.append("c");
  REQUIRE(read_file(path, 99) == "{\"a\":1}\n\nb\nc\n");
  REQUIRE_THROWS_AS(again.append("d\ne"), std::logic_error);
  REQUIRE(read_file(path, 99) == "{\"a\":1}\n\nb\nc\n");
}

TEST_CASE("two logs on one file do not overwrite each other", "[base][files]") {
  const test::Scratch scratch;
  AppendLog first(scratch.path() / "log");
  AppendLog second(scratch.path() / "log");
  first.append("1");
  second.append("2");
  first.append("3");
  REQUIRE(read_file(scratch.path() / "log", 99) == "1\n2\n3\n");
}

TEST_CASE("opening a log cuts off a torn last line", "[base][files]") {
  const test::Scratch scratch;
  const std::string long_line(10'000, 'x');
  const std::vector<std::pair<std::string, std::string>> cases{{"a\nb\ntor", "a\nb\n"},
                                                               {"torn", ""},
                                                               {"a\n" + long_line, "a\n"},
                                                               {long_line, ""},
                                                               {long_line + "\n", long_line + "\n"},
                                                               {"", ""},
                                                               {"a\n\n", "a\n\n"},
                                                               {"a\n" + long_line.substr(0, 4095), "a\n"}};
  for (const auto& [before, after] : cases) {
    const std::string path = scratch.write("log", before);
    AppendLog(path).append("new");
    REQUIRE(read_file(path, 99'999) == after + "new\n");
  }
}

TEST_CASE("a full disk and a file-size limit are errors of the log", "[base][files]") {
  const test::Scratch scratch;
  AppendLog full("/dev/full");
  REQUIRE(io_error_of([&] { full.append("x"); }) == "cannot write /dev/full: No space left on device");
  const std::string path = (scratch.path() / "log").string();
  REQUIRE(in_child([&] {
            limit_file_size(10);
            AppendLog log(path);
            log.append("1234");
            const std::string torn = io_error_of([&] { log.append("123456789"); });
            const std::string error = io_error_of([&] { log.append("x"); });
            const bool right = torn == "cannot write " + path + ": no room for the whole line" &&
                               error == "cannot write " + path + ": File too large";
            return right ? 0 : 1;
          }) == 0);
  AppendLog again(path);
  REQUIRE(read_file(path, 99) == "1234\n");
}
