#include <iostream>
#include <system_error>

#include "sim/arith/declaration.hpp"
#include "sim/base/error.hpp"
#include "sim/base/files.hpp"
#include "sim/cli/commands.hpp"
#include "sim/run/provenance.hpp"

namespace exmy {

int format_declare_command(const std::filesystem::path& out) {
  const auto documents = arith::p3109_declaration(program_version());
  if (out.empty()) {
    for (const arith::Document& document : documents) std::cout << document.text;
    return 0;
  }
  std::error_code failed;
  std::filesystem::create_directories(out, failed);
  if (failed) throw IoError(out.string() + ": cannot be made: " + failed.message());
  for (const arith::Document& document : documents) {
    write_atomically(out / document.file, document.text);
    std::cout << (out / document.file).string() << "\n";
  }
  return 0;
}

}  // namespace exmy
