// The command line; no logic.

#include <fcntl.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <new>

#include "sim/arith/job.hpp"
#include "sim/base/error.hpp"
#include "sim/base/suggest.hpp"
#include "sim/base/text.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/words.hpp"
#include "sim/run/provenance.hpp"

namespace {

struct Arguments {
  exmy::RunArguments run;
  exmy::ResumeArguments resume;
  exmy::ValidateArguments validate;
  exmy::VerifyArguments verify;
  exmy::BenchArguments bench;
  std::string schema;
  exmy::arith::Request arith;
  exmy::QuantizeArguments quantize;
  exmy::FitArguments fit;
  std::vector<std::string> formats;
  std::string declare_out;
  std::filesystem::path picture;
  std::string table;
  bool json = false;
  bool csv = false;

  exmy::TableStyle table_style() const {
    return csv ? exmy::TableStyle::csv : json ? exmy::TableStyle::json : exmy::TableStyle::text;
  }
};

void add_run(CLI::App& app, Arguments& a, int& code) {
  CLI::App* run = app.add_subcommand("run", "train what the configurations describe, one directory each");
  run->add_option("words", a.run.words, "configuration files, and overrides such as seed=1,2,3");
  run->add_option("--out", a.run.out, "where the run directories go")->capture_default_str();
  run->add_flag("--json", a.run.json, "a JSON line per run instead of its path");
  run->add_flag("--quiet", a.run.quiet, "no progress");
  run->add_flag("--dry-run", a.run.dry_run, "check everything, print what would run");
  run->add_flag("--fail-on-divergence", a.run.fail_on_divergence, "exit code 1 if a run diverges");
  run->callback([&] { code = exmy::run_command(a.run); });
  CLI::App* resume = app.add_subcommand("resume", "go on with run directories that are not complete");
  resume->add_option("directories", a.resume.directories, "run directories")->required();
  resume->add_flag("--quiet", a.resume.quiet, "no progress");
  resume->callback([&] { code = exmy::resume_command(a.resume); });
  CLI::App* verify = app.add_subcommand("verify-run", "check run directories against their hashes");
  verify->add_option("directories", a.resume.directories, "run directories")->required();
  verify->callback([&] { code = exmy::verify_run_command(a.resume.directories); });
}

void add_arith(CLI::App& app, Arguments& a, int& code) {
  CLI::App* arith = app.add_subcommand("arith", "compute cases given as hexadecimal codes, one a line");
  arith->add_option("function", a.arith.function, "a function of TestFloat: f16_mulAdd, f32_to_f16 ...");
  arith->add_option("--format", a.arith.format, "format of the operands; or one for each, with commas");
  arith->add_option("--to", a.arith.to, "format of the result (default: of the first operand)");
  arith->add_option("--op", a.arith.operation, "operation: add, fma, exp, CompareLess ...");
  arith->add_option("--rounding", a.arith.rounding, "nearest_even (default), TowardZero ...");
  arith->add_option("--saturation", a.arith.saturation, "none (default), finite, propagate");
  arith->add_option("--random-bits", a.arith.random_bits, "of stochastic roundings, 1 to 32 (default 16)");
  arith->add_option("--random", a.arith.random, "\"given\": the random number is the last one on each line");
  arith->add_option("--seed", a.arith.seed, "of the random numbers otherwise (default 1)");
  arith->footer("TestFloat's options: -rnear_even -rnear_maxMag -rminMag -rmin -rmax -rodd -tininessafter");
  arith->allow_extras();  // TestFloat's options, which are none to CLI11
  arith->callback([&a, &code, arith] {
    a.arith.testfloat = arith->remaining();
    code = exmy::arith_command(a.arith);
  });
}

void add_config(CLI::App& app, Arguments& a, int& code) {
  CLI::App* validate = app.add_subcommand("validate", "check configurations without running them");
  validate->add_option("words", a.validate.words, "configuration files and overrides");
  validate->add_flag("--sites", a.validate.sites, "list every site with what the policy makes of it");
  validate->callback([&] { code = exmy::validate_command(a.validate); });
  CLI::App* schema = app.add_subcommand("schema", "print a JSON schema (draft-07)");
  schema->add_option("which", a.schema, "config, report or certificate");
  schema->callback([&] { code = exmy::schema_command(a.schema); });
}

void add_fit(CLI::App& format, exmy::FitArguments& a, int& code) {
  CLI::App* fit = format.add_subcommand("fit", "which format fits data best");
  fit->add_option("--data", a.data, "array of float16, float32 or float64 (.npy)");
  fit->add_option("--report", a.report, "report.json of a run, or its directory: histograms (approximate)");
  fit->add_option("--place", a.place, "of a report: layer/op/pass/role, with * and ?")->capture_default_str();
  fit->add_option("--bits", a.bits, "width, or range of widths")->capture_default_str();
  fit->add_option("--scale", a.scale, "none (every bias), pow2 or best (a real scale)")
      ->capture_default_str();
  fit->add_option("--specials", a.specials, "none, fn (NaN) or ieee (NaN and infinity)")
      ->capture_default_str();
  fit->add_option("--clip", a.clip, "of best: largest maximum, in units of the largest magnitude")
      ->capture_default_str();
  fit->add_option("--top", a.top, "rows of text for each width")->capture_default_str();
  fit->add_flag("--json", a.json, "all of them, as JSON");
  fit->callback([&] { code = exmy::format_fit_command(a); });
}

/// CLI11 reads -1 as the largest unsigned number.
std::string not_negative(const std::string& word) {
  return word.starts_with("-") ? word + " is negative" : std::string();
}

void add_verify(CLI::App& app, Arguments& a, int& code) {
  CLI::App* verify = app.add_subcommand("verify", "check on this machine that every bit is right");
  verify->add_flag("--quick", a.verify.quick, "less than a minute (the default)");
  verify->add_flag("--full", a.verify.full, "up to an hour: all floats, all codes");
  verify->add_option("--json", a.verify.json, "file for the certificate");
  verify->add_option("--seed", a.verify.seed, "of everything that is drawn")
      ->check(not_negative)
      ->capture_default_str();
  verify->add_option("--sample", a.verify.sample, "only one unit of work of this many")
      ->check(not_negative)
      ->capture_default_str();
  verify->add_option("--part", a.verify.parts, "only these parts, separated by commas")->delimiter(',');
  verify->callback([&] { code = exmy::verify_command(a.verify); });
}

void add_bench(CLI::App& app, exmy::BenchArguments& a, int& code) {
  CLI::App* bench = app.add_subcommand("bench", "how fast the kernels are, beside memcpy, sgemm and Eigen");
  bench->add_option("--json", a.json, "file for the rows");
  bench->add_option("--filter", a.filter, "only rows with this in their name");
  bench->add_flag("--explain", a.explain, "say which kernel each matrix product gets, and why");
  bench->add_flag("--quick", a.quick, "each row once, small: compares bits, its times say nothing");
  bench->callback([&] { code = exmy::bench_command(a); });
}

void add_format(CLI::App& app, Arguments& a, int& code) {
  CLI::App* format = app.add_subcommand("format", "look at number formats");
  format->require_subcommand(1);
  CLI::App* list = format->add_subcommand("list", "the formats with names of their own");
  list->add_flag("--json", a.json, "as JSON");
  list->callback([&] { code = exmy::format_list_command(a.json); });
  CLI::App* show = format->add_subcommand("show", "every parameter and derived fact of formats");
  show->add_option("names", a.formats, "names")->required();
  show->add_option("--plot", a.picture, "also write the values on a logarithmic number line to this SVG");
  show->add_flag("--json", a.json, "as JSON");
  show->callback([&] { code = exmy::format_show_command(a.formats, a.picture, a.json); });
  CLI::App* compare = format->add_subcommand("compare", "formats side by side, and the values in common");
  compare->add_option("names", a.formats, "names")->required();
  compare->add_flag("--json", a.json, "as JSON");
  compare->callback([&] { code = exmy::format_compare_command(a.formats, a.json); });
  CLI::App* table = format->add_subcommand("table", "every code of a format of up to 16 bits");
  table->add_option("name", a.table, "name")->required();
  table->add_flag("--csv", a.csv, "comma-separated");
  table->add_flag("--json", a.json, "as JSON");
  table->callback([&] { code = exmy::format_table_command(a.table, a.table_style()); });
  CLI::App* declare = format->add_subcommand("declare", "what is provided of IEEE P3109, as YAML");
  declare->add_option("--out", a.declare_out, "a folder for the documents (default: all on stdout)");
  declare->callback([&] { code = exmy::format_declare_command(a.declare_out); });
  add_fit(*format, a.fit, code);
}

void add_quantize(CLI::App& app, Arguments& a, int& code) {
  CLI::App* quantize = app.add_subcommand("quantize", "round numbers or a NumPy array to a format");
  quantize->add_option("values", a.quantize.values, "decimal, 0x1.8p-3, inf, nan; -inf after --");
  quantize->add_option("--format", a.quantize.format, "name of a format")->required();
  quantize->add_option("--rounding", a.quantize.rounding, "how to round")->capture_default_str();
  quantize->add_option("--saturation", a.quantize.saturation, "none, finite or propagate")
      ->capture_default_str();
  quantize->add_option("--random-bits", a.quantize.random_bits, "of the stochastic modes")
      ->capture_default_str();
  quantize->add_option("--seed", a.quantize.seed, "of the stochastic modes")
      ->check([](const std::string& word) { return word.starts_with("-") ? "a seed is not negative" : ""; })
      ->capture_default_str();
  quantize->add_option("--scale", a.quantize.scale, "s: round x / s")->capture_default_str();
  quantize->add_option("--in", a.quantize.in, "array of float16, float32 or float64 (.npy)");
  quantize->add_option("--out", a.quantize.out, "where the rounded array goes (.npy)");
  quantize->add_flag("--codes", a.quantize.codes, "codes instead of values");
  quantize->add_flag("--counters", a.quantize.counters, "what happened, and how large the error is");
  quantize->add_flag("--json", a.quantize.json, "as JSON");
  quantize->callback([&] { code = exmy::quantize_command(a.quantize); });
}

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
  Arguments arguments;
  int code = 0;
  add_run(app, arguments, code);
  add_config(app, arguments, code);
  add_arith(app, arguments, code);
  add_format(app, arguments, code);
  add_quantize(app, arguments, code);
  add_verify(app, arguments, code);
  add_bench(app, arguments.bench, code);
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

/// A standard stream that is closed would leave its number to the next file that is opened, and what is
/// printed would land there. What takes its place here (each the lowest free number) fails like a closed one.
void occupy_standard_streams() {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream)
    if (fcntl(stream, F_GETFD) == -1) (void)open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/// OpenMP's threads spin while they wait, which is slow where cores are shared, and its runtime reads the
/// policy before main: start again with the sleeping one, unless the user chose.
void wait_without_spinning(char** argv) {
  if (std::getenv("OMP_WAIT_POLICY") != nullptr) return;
  setenv("OMP_WAIT_POLICY", "passive", 1);
  execv("/proc/self/exe", argv);  // returns only if it could not; then we go on as we are
}

}  // namespace

int main(int argc, char** argv) {
  occupy_standard_streams();
  wait_without_spinning(argv);
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
