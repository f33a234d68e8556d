#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "sim/arith/case_stream.hpp"
#include "sim/base/error.hpp"
#include "sim/cli/commands.hpp"

namespace exmy {
namespace {

/// The next part of standard input, as soon as there is one; empty at its end.
std::string_view read_part(std::array<char, 1 << 16>& buffer) {
  while (true) {
    const ssize_t count = read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count >= 0) return {buffer.data(), static_cast<std::size_t>(count)};
    if (errno != EINTR) throw IoError("standard input cannot be read: " + std::string(std::strerror(errno)));
  }
}

/// At once, so that a program at the other end that waits for its answer gets it.
void write_out(std::string& text) {
  const bool whole = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (!whole || std::fflush(stdout) != 0)
    throw IoError("the answer cannot be written to the standard output");
  text.clear();
}

}  // namespace

int arith_command(const arith::Request& request) {
  arith::CaseStream cases(arith::job_of(request));
  std::array<char, 1 << 16> buffer;
  std::string answers;
  try {
    for (auto part = read_part(buffer); !part.empty(); part = read_part(buffer)) {
      cases.feed(part, answers);
      write_out(answers);
    }
    cases.finish(answers);
  } catch (const UsageError&) {
    write_out(answers);  // of the lines before the one that was not understood
    throw;
  }
  write_out(answers);
  return 0;
}

}  // namespace exmy
