#include <CLI/CLI.hpp>

#include <memory>

#include "sim/arith/job.hpp"
#include "sim/cli/commands.hpp"
#include "sim/command_line/commands.hpp"

namespace exmy {
namespace {

/// What the commands below `format` take.
struct FormatWords {
  std::vector<std::string> formats;
  std::string declare_out;
  std::filesystem::path picture;
  std::string table;
  bool json = false;
  bool csv = false;

  TableStyle table_style() const {
    return csv ? TableStyle::csv : json ? TableStyle::json : TableStyle::text;
  }
};

void add_arith(CLI::App& app, int& code) {
  const auto a = std::make_shared<arith::Request>();
  CLI::App* arith = app.add_subcommand("arith", "compute cases given as hexadecimal codes, one a line");
  arith->add_option("function", a->function, "a function of TestFloat: f16_mulAdd, f32_to_f16 ...");
  arith->add_option("--format", a->format, "format of the operands; or one for each, with commas");
  arith->add_option("--to", a->to, "format of the result (default: of the first operand)");
  arith->add_option("--op", a->operation, "operation: add, fma, exp, CompareLess ...");
  arith->add_option("--rounding", a->rounding, "nearest_even (default), TowardZero ...");
  arith->add_option("--saturation", a->saturation, "none (default), finite, propagate");
  arith->add_option("--random-bits", a->random_bits, "of stochastic roundings, 1 to 32 (default 16)");
  arith->add_option("--random", a->random, "\"given\": the random number is the last one on each line");
  arith->add_option("--seed", a->seed, "of the random numbers otherwise (default 1)");
  arith->footer("TestFloat's options: -rnear_even -rnear_maxMag -rminMag -rmin -rmax -rodd -tininessafter");
  arith->allow_extras();  // TestFloat's options, which are none to CLI11
  arith->callback([a, &code, arith] {
    a->testfloat = arith->remaining();
    code = arith_command(*a);
  });
}

void add_fit(CLI::App& format, int& code) {
  const auto a = std::make_shared<FitArguments>();
  CLI::App* fit = format.add_subcommand("fit", "which format fits data best");
  fit->add_option("--data", a->data, "array of float16, float32 or float64 (.npy)");
  fit->add_option("--report", a->report, "report.json of a run, or its directory: histograms (approximate)");
  fit->add_option("--place", a->place, "of a report: layer/op/pass/role, with * and ?")
      ->capture_default_str();
  fit->add_option("--bits", a->bits, "width, or range of widths")->capture_default_str();
  fit->add_option("--scale", a->scale, "none (every bias), pow2 or best (a real scale)")
      ->capture_default_str();
  fit->add_option("--specials", a->specials, "none, fn (NaN) or ieee (NaN and infinity)")
      ->capture_default_str();
  fit->add_option("--clip", a->clip, "of best: largest maximum, in units of the largest magnitude")
      ->capture_default_str();
  fit->add_option("--top", a->top, "rows of text for each width")->capture_default_str();
  fit->add_flag("--json", a->json, "all of them, as JSON");
  fit->callback([a, &code] { code = format_fit_command(*a); });
}

void add_format(CLI::App& app, int& code) {
  const auto a = std::make_shared<FormatWords>();
  CLI::App* format = app.add_subcommand("format", "look at number formats");
  format->require_subcommand(1);
  CLI::App* list = format->add_subcommand("list", "the formats with names of their own");
  list->add_flag("--json", a->json, "as JSON");
  list->callback([a, &code] { code = format_list_command(a->json); });
  CLI::App* show = format->add_subcommand("show", "every parameter and derived fact of formats");
  show->add_option("names", a->formats, "names")->required();
  show->add_option("--plot", a->picture, "also write the values on a logarithmic number line to this SVG");
  show->add_flag("--json", a->json, "as JSON");
  show->callback([a, &code] { code = format_show_command(a->formats, a->picture, a->json); });
  CLI::App* compare = format->add_subcommand("compare", "formats side by side, and the values in common");
  compare->add_option("names", a->formats, "names")->required();
  compare->add_flag("--json", a->json, "as JSON");
  compare->callback([a, &code] { code = format_compare_command(a->formats, a->json); });
  CLI::App* table = format->add_subcommand("table", "every code of a format of up to 16 bits");
  table->add_option("name", a->table, "name")->required();
  table->add_flag("--csv", a->csv, "comma-separated");
  table->add_flag("--json", a->json, "as JSON");
  table->callback([a, &code] { code = format_table_command(a->table, a->table_style()); });
  CLI::App* declare = format->add_subcommand("declare", "what is provided of IEEE P3109, as YAML");
  declare->add_option("--out", a->declare_out, "a folder for the documents (default: all on stdout)");
  declare->callback([a, &code] { code = format_declare_command(a->declare_out); });
  add_fit(*format, code);
}

void add_quantize(CLI::App& app, int& code) {
  const auto a = std::make_shared<QuantizeArguments>();
  CLI::App* quantize = app.add_subcommand("quantize", "round numbers or a NumPy array to a format");
  quantize->add_option("values", a->values, "decimal, 0x1.8p-3, inf, nan; -inf after --");
  quantize->add_option("--format", a->format, "name of a format")->required();
  quantize->add_option("--rounding", a->rounding, "how to round")->capture_default_str();
  quantize->add_option("--saturation", a->saturation, "none, finite or propagate")->capture_default_str();
  quantize->add_option("--random-bits", a->random_bits, "of the stochastic modes")->capture_default_str();
  quantize->add_option("--seed", a->seed, "of the stochastic modes")
      ->check([](const std::string& word) { return word.starts_with("-") ? "a seed is not negative" : ""; })
      ->capture_default_str();
  quantize->add_option("--scale", a->scale, "s: round x / s")->capture_default_str();
  quantize->add_option("--in", a->in, "array of float16, float32 or float64 (.npy)");
  quantize->add_option("--out", a->out, "where the rounded array goes (.npy)");
  quantize->add_flag("--codes", a->codes, "codes instead of values");
  quantize->add_flag("--counters", a->counters, "what happened, and how large the error is");
  quantize->add_flag("--json", a->json, "as JSON");
  quantize->callback([a, &code] { code = quantize_command(*a); });
}

}  // namespace

void add_format_commands(CLI::App& app, int& code) {
  add_arith(app, code);
  add_format(app, code);
  add_quantize(app, code);
}

}  // namespace exmy
