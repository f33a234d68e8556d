// The program: the command line, and what every error becomes. No logic.

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <iostream>
#include <new>

#include "sim/base/error.hpp"
#include "sim/base/suggest.hpp"
#include "sim/base/text.hpp"
#include "sim/cli/start.hpp"
#include "sim/cli/words.hpp"
#include "sim/command_line/commands.hpp"
#include "sim/run/provenance.hpp"

namespace {

/// The first word of a command line level must be one of its commands; CLI11 alone would not name it.
void check_command(const CLI::App& app, const std::vector<std::string>& words) {
  if (words.empty() || words.front().starts_with("-")) return;
  std::vector<std::string> known;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    known.push_back(command->get_name());
    if (command->get_name() != words.front()) continue;
    if (!command->get_subcommands([](const CLI::App*) { return true; }).empty())
      check_command(*command, {words.begin() + 1, words.end()});
    return;
  }
  throw exmy::UsageError("unknown command " + exmy::in_quotes(words.front()) + " " +
                         exmy::did_you_mean(words.front(), known));
}

/// An answer that could not be written is an error.
int flushed(int code) {
  std::cout.flush();
  if (std::cout && std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  throw exmy::IoError("the answer cannot be written to the standard output");
}

int run_program(int argc, char** argv) {
  CLI::App app("exmy: trains networks with every operation rounded to any ExMy floating-point format");
  app.set_version_flag("--version", "exmy " + exmy::program_version());
  app.require_subcommand(1);
  app.parse_complete_callback(exmy::check_environment);  // before the command
  int code = 0;
  exmy::add_run_commands(app, code);
  exmy::add_check_commands(app, code);
  exmy::add_format_commands(app, code);
  check_command(app, {argv + 1, argv + argc});
  exmy::check_numbers({argv + 1, argv + argc});
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int wanted = app.exit(error);
    return wanted == 0 ? flushed(0) : 2;
  }
  return flushed(code);
}

}  // namespace

int main(int argc, char** argv) {
  exmy::occupy_standard_streams();
  exmy::wait_without_spinning(argv);
  exmy::keep_freed_memory();
  std::signal(SIGXFSZ, SIG_IGN);  // a file-size limit is an error message, not a death
  try {
    return run_program(argc, argv);
  } catch (const exmy::Error& error) {
    std::cerr << error.what() << "\n";
    return error.exit_code();
  } catch (const std::bad_alloc&) {
    std::cerr << "out of memory\n";
    return 3;
  } catch (const std::exception& error) {
    std::cerr << "internal error: " << error.what() << "\n";
    return 3;
  }
}
