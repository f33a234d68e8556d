#include "sim/arith/testfloat.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "formats/catalog.hpp"
#include "sim/arith/names.hpp"
#include "sim/base/error.hpp"
#include "sim/base/text.hpp"

namespace exmy::arith {
namespace {

struct Type {
  std::string_view name;
  std::string_view format;  ///< empty: TestFloat's, not ours
};
constexpr std::array types{
    Type{"f16", "fp16"}, Type{"bf16", "bf16"}, Type{"f32", "fp32"}, Type{"f64", "fp64"}, Type{"extF80", ""},
    Type{"f128", ""},    Type{"i32", ""},      Type{"i64", ""},     Type{"ui32", ""},    Type{"ui64", ""}};

struct Function {
  std::string_view name;
  std::string_view operation;  ///< of our table; empty: TestFloat's, not ours
  NanSignal nan_signal = NanSignal::signalling;
};
constexpr std::array functions{Function{"add", "add"},
                               Function{"sub", "sub"},
                               Function{"mul", "mul"},
                               Function{"mulAdd", "fma"},
                               Function{"div", "div"},
                               Function{"sqrt", "sqrt"},
                               Function{"eq", "compare_equal"},
                               Function{"le", "compare_less_equal", NanSignal::any},
                               Function{"lt", "compare_less", NanSignal::any},
                               Function{"eq_signaling", "compare_equal", NanSignal::any},
                               Function{"le_quiet", "compare_less_equal"},
                               Function{"lt_quiet", "compare_less"},
                               Function{"rem", ""},
                               Function{"roundToInt", ""}};

template <class Rows>
auto row_named(const Rows& rows, std::string_view name) {
  return std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.name == name; });
}

/// Every name that we have, for suggestions.
std::vector<std::string> known_functions() {
  std::vector<std::string> known;
  for (const Type& type : types) {
    if (type.format.empty()) continue;
    for (const Function& f : functions)
      if (!f.operation.empty()) known.push_back(std::string(type.name) + "_" + std::string(f.name));
    for (const Type& other : types)
      if (!other.format.empty() && other.name != type.name)
        known.push_back(std::string(type.name) + "_to_" + std::string(other.name));
  }
  return known;
}

[[noreturn]] void not_provided(const std::string& name, std::string_view part) {
  throw UsageError("TestFloat's function " + in_quotes(name) + " is not provided: no " + std::string(part) +
                   " here");
}

/// The format of a type; nothing for an unknown one.
std::optional<Format> format_of_type(const std::string& function, std::string_view type) {
  const auto row = row_named(types, type);
  if (row == types.end()) return std::nullopt;
  if (row->format.empty()) not_provided(function, "type " + std::string(type));
  return format_of(row->format);
}

/// `roundToInt_r_min`, `roundToInt_x`: one row for all.
std::string_view without_mode(std::string_view name) {
  return name.starts_with("roundToInt") ? "roundToInt" : name;
}

}  // namespace

void read_testfloat_function(const std::string& name, Job& job) {
  const std::string_view text = name;
  const std::size_t end = std::min(text.find('_'), text.size());
  const std::string_view rest = text.substr(std::min(end + 1, text.size()));
  const auto format = format_of_type(name, text.substr(0, end));
  if (!format) unknown("function", name, known_functions());
  if (rest.starts_with("to_")) {
    const std::string_view target = rest.substr(3, rest.find('_', 3) - 3);  // f16_to_i32_rx_minMag
    const auto to = format_of_type(name, target);
    if (!to || *to == *format || rest.size() != 3 + target.size())
      unknown("function", name, known_functions());
    job.operation = &operation_named("convert");
    job.to.format = *to;
  } else {
    const auto row = row_named(functions, without_mode(rest));
    if (row == functions.end()) unknown("function", name, known_functions());
    if (row->operation.empty()) not_provided(name, row->name);
    job.operation = &operation_named(std::string(row->operation));
    job.nan_signal = row->nan_signal;
    job.to.format = *format;
  }
  job.operands.assign(static_cast<std::size_t>(job.operation->arity), *format);
  job.expected_given = true;
}

void read_testfloat_option(const std::string& option, Job& job) {
  if (option.starts_with("-r")) {
    job.to.rounding = testfloat_rounding(option.substr(2));
    return;
  }
  if (option == "-tininessafter" || option == "-exact" || option == "-notexact") return;
  if (option == "-tininessbefore")
    throw UsageError("-tininessbefore is not provided: tininess is detected after rounding");
  std::vector<std::string> known{"-tininessafter", "-exact",   "-notexact",  "--format",
                                 "--to",           "--op",     "--rounding", "--saturation",
                                 "--random-bits",  "--random", "--seed"};
  for (const RoundingName& row : rounding_modes)
    if (!row.testfloat.empty()) known.push_back("-r" + std::string(row.testfloat));
  unknown("option", option, known);
}

}  // namespace exmy::arith
