#include <CLI/CLI.hpp>

#include <memory>

#include "sim/cli/commands.hpp"
#include "sim/command_line/commands.hpp"

namespace exmy {
namespace {

void add_show(CLI::App& app, int& code) {
  const auto a = std::make_shared<ShowArguments>();
  CLI::App* show =
      app.add_subcommand("show", "the network as a table: shapes, parameters, how values are rounded");
  show->add_option("words", a->words, "configuration files and overrides");
  show->add_flag("--json", a->json, "a JSON line per configuration instead of tables");
  show->callback([a, &code] { code = show_command(*a); });
}

void add_validate(CLI::App& app, int& code) {
  const auto a = std::make_shared<ValidateArguments>();
  CLI::App* validate = app.add_subcommand("validate", "check configurations without running them");
  validate->add_option("words", a->words, "configuration files and overrides");
  validate->add_flag("--sites", a->sites, "list every site with what the policy makes of it");
  validate->callback([a, &code] { code = validate_command(*a); });
}

void add_schema(CLI::App& app, int& code) {
  const auto which = std::make_shared<std::string>();
  CLI::App* schema = app.add_subcommand("schema", "print a JSON schema (draft-07)");
  schema->add_option("which", *which, "config, report, sweep, certificate or comparison");
  schema->callback([which, &code] { code = schema_command(*which); });
}

/// CLI11 reads -1 as the largest unsigned number.
std::string not_negative(const std::string& word) {
  return word.starts_with("-") ? word + " is negative" : std::string();
}

void add_verify(CLI::App& app, int& code) {
  const auto a = std::make_shared<VerifyArguments>();
  CLI::App* verify = app.add_subcommand("verify", "check on this machine that every bit is right");
  verify->add_flag("--quick", a->quick, "less than a minute (the default)");
  verify->add_flag("--full", a->full, "up to an hour: all floats, all codes");
  verify->add_option("--json", a->json, "file for the certificate");
  verify->add_option("--seed", a->seed, "of everything that is drawn")
      ->check(not_negative)
      ->capture_default_str();
  verify->add_option("--sample", a->sample, "only one unit of work of this many")
      ->check(not_negative)
      ->capture_default_str();
  verify->add_option("--part", a->parts, "only these parts, separated by commas")->delimiter(',');
  verify->callback([a, &code] { code = verify_command(*a); });
}

void add_bench(CLI::App& app, int& code) {
  const auto a = std::make_shared<BenchArguments>();
  CLI::App* bench = app.add_subcommand("bench", "how fast the kernels are, beside memcpy, sgemm and Eigen");
  bench->add_option("--json", a->json, "file for the rows");
  bench->add_option("--filter", a->filter, "only rows with this in their name");
  bench->add_flag("--explain", a->explain, "say which kernel each matrix product gets, and why");
  bench->add_flag("--quick", a->quick, "each row once, small: compares bits, its times say nothing");
  bench->callback([a, &code] { code = bench_command(*a); });
}

}  // namespace

void add_check_commands(CLI::App& app, int& code) {
  add_validate(app, code);
  add_show(app, code);
  add_schema(app, code);
  add_verify(app, code);
  add_bench(app, code);
}

}  // namespace exmy
