#pragma once
// The commands of the program; each returns the exit code. Answers go to stdout, everything else to stderr.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/tools/format_table.hpp"

namespace exmy {

namespace arith {
struct Request;
}

struct RunArguments {
  std::vector<std::string> words;  ///< configuration files and overrides
  std::filesystem::path out = "results";
  bool json = false;
  bool quiet = false;
  bool dry_run = false;
  bool fail_on_divergence = false;
  std::string init;      ///< a file with initial weights; empty: none
  bool no_wait = false;  ///< leave a run alone that another process works on
};
int run_command(const RunArguments& arguments);

struct SweepArguments {
  std::vector<std::string> words;  ///< a sweep file and overrides of it
  std::filesystem::path out = "results";
  std::size_t jobs = 0;  ///< processes at once; 0: as many as there are cores
  bool dry_run = false;
  bool json = false;
  bool quiet = false;
  bool fail_fast = false;
  bool fail_on_divergence = false;
};
/// Runs what a sweep stands for, and goes on with what is not complete.
int sweep_command(const SweepArguments& arguments);

struct ResumeArguments {
  std::vector<std::filesystem::path> directories;
  bool quiet = false;
};
/// Goes on with incomplete run directories, from the configuration that they hold.
int resume_command(const ResumeArguments& arguments);
int verify_run_command(const std::vector<std::filesystem::path>& directories);

struct StatusArguments {
  std::vector<std::filesystem::path> directories;
  bool watch = false;  ///< until nothing is left to run
  bool json = false;
};
/// What became of the runs of sweeps, of single runs, of all below a directory.
int status_command(const StatusArguments& arguments);

struct ValidateArguments {
  std::vector<std::string> words;
  bool sites = false;
};
int validate_command(const ValidateArguments& arguments);

struct ShowArguments {
  std::vector<std::string> words;
  bool json = false;
};
/// The network of each configuration as a table; a line of JSON each with `json`.
int show_command(const ShowArguments& arguments);

int schema_command(const std::string& which);

/// What is provided of IEEE P3109, as YAML: into files of `out` (their paths are the answer), or all on stdout.
int format_declare_command(const std::filesystem::path& out);

/// Answers the cases on standard input.
int arith_command(const arith::Request& request);

int format_list_command(bool json);
/// `picture`: an SVG of the number lines, unless empty.
int format_show_command(const std::vector<std::string>& names, const std::filesystem::path& picture,
                        bool json);
int format_compare_command(const std::vector<std::string>& names, bool json);
int format_table_command(const std::string& name, TableStyle style);

struct QuantizeArguments {
  std::string format;
  std::string rounding = "nearest_even";
  std::string saturation = "none";
  std::string scale = "1";
  int random_bits = 16;
  std::uint64_t seed = 0;
  std::vector<std::string> values;
  std::filesystem::path in, out;  ///< .npy files, instead of values
  bool codes = false;             ///< codes instead of values
  bool counters = false;
  bool json = false;
};
int quantize_command(const QuantizeArguments& arguments);

struct FitArguments {
  std::filesystem::path data, report;  ///< one of them
  std::string place = "*";             ///< of a report: glob over layer/op/pass/role
  std::string bits = "4..8";
  std::string scale = "none";
  std::string specials = "none";
  std::string clip = "1.2";
  int top = 3;  ///< rows of text for each width
  bool json = false;
};
int format_fit_command(const FitArguments& arguments);

struct CompareArguments {
  std::vector<std::filesystem::path> directories;  ///< runs, sweeps, or folders with some below
  std::vector<std::string> metrics;                ///< none: losses and accuracy, as far as there are some
  std::string baseline, sort, confidence = "0.95";
  std::optional<int> top;
  bool csv = false, latex = false, json = false;
};
/// Runs side by side, the seeds of one experiment together. Nothing complete to compare: UsageError.
int compare_command(const CompareArguments& arguments);

struct ProfileArguments {
  std::vector<std::filesystem::path> directories;  ///< runs, sweeps, or folders with some below
  std::string by = "operation", sort = "time";
  std::optional<int> top;  ///< rows of each run, the others become one; default: 20 in a table, all in JSON
  bool json = false;       ///< has kernels, too
  bool explain = false;    ///< the kernels of the rows below the table
};
/// Where the time, the roundings and the multiply-adds of complete runs went; UsageError if there is none. Names the others
/// on the standard error, and every report that cannot be read: then 4.
int profile_command(const ProfileArguments& arguments);

struct VerifyArguments {
  bool quick = false;  ///< the default
  bool full = false;
  std::filesystem::path json;  ///< where the certificate goes; empty: nowhere
  std::uint64_t seed = 1;
  std::uint64_t sample = 1;        ///< one unit of this many
  std::vector<std::string> parts;  ///< none: all
};
/// Compares the program with itself, a second implementation and the machine; 5 if bits differ.
int verify_command(const VerifyArguments& arguments);

struct BenchArguments {
  std::filesystem::path json;  ///< where the rows go; empty: nowhere
  std::string filter;          ///< part of a row's name
  bool explain = false;        ///< what the analyser chose for matrix products
  bool quick = false;          ///< every row once, small: bits only
};
/// Times each kernel beside its yardstick, after its bits were compared; 5 if they differ.
int bench_command(const BenchArguments& arguments);

}  // namespace exmy
