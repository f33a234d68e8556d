#pragma once
// The words of the command line, for CLI11. A command that was given leaves its exit code in `code`, which must live
// until the words are parsed.

namespace CLI {
class App;
}

namespace exmy {

/// run, resume, verify-run, sweep, status, compare, profile
void add_run_commands(CLI::App& app, int& code);
/// arith, format, quantize
void add_format_commands(CLI::App& app, int& code);
/// validate, show, schema, verify, bench
void add_check_commands(CLI::App& app, int& code);

}  // namespace exmy
