// `exmy verify --part PART`, sampled, for builds with a mistake. A mistake in one table needs all digests.
// `bench:TEXT` as PART: `exmy bench --quick --filter TEXT`.

#include <cstdio>
#include <exception>

#include "sim/cli/commands.hpp"

int main(int argc, char** argv) {
  try {
    const std::string part = argc > 1 ? argv[1] : "";
    if (part.starts_with("bench:")) return exmy::bench_command({{}, part.substr(6), false, true});
    exmy::VerifyArguments arguments;
    arguments.parts.assign(argv + 1, argv + argc);
    arguments.sample = arguments.parts.at(0).ends_with("digests") ? 1 : 8;
    return exmy::verify_command(arguments);
  } catch (const std::exception& error) {
    std::fputs(error.what(), stderr);
    return 1;
  }
}
