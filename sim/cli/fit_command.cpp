#include <array>
#include <charconv>
#include <iostream>
#include <map>
#include <optional>

#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "sim/base/error.hpp"
#include "sim/base/json_text.hpp"
#include "sim/base/suggest.hpp"
#include "sim/base/text.hpp"
#include "sim/cli/commands.hpp"
#include "sim/config/names.hpp"
#include "sim/tools/columns.hpp"
#include "sim/tools/fit.hpp"
#include "sim/tools/npy.hpp"
#include "sim/tools/numbers.hpp"
#include "sim/tools/report_samples.hpp"

namespace exmy {
namespace {

constexpr std::array scale_names{Named<FitScale>{"none", FitScale::none},
                                 Named<FitScale>{"best", FitScale::best},
                                 Named<FitScale>{"pow2", FitScale::pow2}};
constexpr std::array specials_names{Named<FitSpecials>{"none", FitSpecials::none},
                                    Named<FitSpecials>{"fn", FitSpecials::fn},
                                    Named<FitSpecials>{"ieee", FitSpecials::ieee}};

template <class Table>
auto choice(const Table& table, const std::string& option, const std::string& word) {
  for (const auto& row : table)
    if (row.name == word) return row.value;
  throw UsageError(option + " is " + in_quotes(word) + " " + did_you_mean(word, names_of(table)));
}

/// "4..8" or "8".
std::pair<int, int> range_of(const std::string& word) {
  const auto number = [&](std::string_view text) {
    int n = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), n);
    const bool whole = end.ec == std::errc() && end.ptr == text.data() + text.size();
    if (!whole || n < 2 || n > 16)
      throw UsageError("--bits is " + in_quotes(word) + ", must be a width or A..B, between 2 and 16");
    return n;
  };
  const std::size_t dots = word.find("..");
  const int first = number(std::string_view(word).substr(0, dots));
  const int last = dots == std::string::npos ? first : number(std::string_view(word).substr(dots + 2));
  if (last < first) throw UsageError("--bits is " + in_quotes(word) + ", which holds no width");
  return {first, last};
}

FitOptions options_of(const FitArguments& a) {
  FitOptions options;
  std::tie(options.least_bits, options.most_bits) = range_of(a.bits);
  options.scale = choice(scale_names, "--scale", a.scale);
  options.specials = choice(specials_names, "--specials", a.specials);
  options.clip = number_named(a.clip).nearest;
  if (!(options.clip > 0) || !is_finite(options.clip))
    throw UsageError("--clip is " + in_quotes(a.clip) + ", must be positive and finite");
  if (a.top < 1) throw UsageError("--top is " + std::to_string(a.top) + ", must be at least 1");
  if (a.data.empty() == a.report.empty()) throw UsageError("fit takes --data FILE.npy or --report FILE.json");
  return options;
}

std::vector<NamedSample> samples_of(const FitArguments& a) {
  if (!a.report.empty()) return samples_of_report(a.report, a.place);
  try {
    return {{a.data.string(), Sample::of(read_npy(a.data).values)}};
  } catch (const UsageError& error) {
    const std::string text = error.what();
    const bool named = text.find(printable(a.data.string())) != std::string::npos;
    throw UsageError(named ? text : printable(a.data.string()) + ": " + text);
  }
}

/// Two digits, three from 10 % on.
std::string percent(double fraction) { return brief(100 * fraction, fraction < 0.1 ? 2 : 3) + " %"; }

std::vector<std::string> row_of(const FitResult& r) {
  const Format& f = r.format;
  return {std::to_string(f.bits()),
          "e" + std::to_string(f.exponent_bits) + "m" + std::to_string(f.mantissa_bits),
          std::to_string(f.bias),
          brief(r.scale, 4),
          fixed(r.sqnr_db, 2),
          brief(r.max_error, 3),
          percent(r.underflow_fraction),
          percent(r.overflow_fraction),
          percent(r.codes_used_fraction)};
}

/// The best rows of each width, widths descending.
std::string table_of(const std::vector<FitResult>& results, int top) {
  std::map<int, int, std::greater<>> shown;
  for (const FitResult& r : results) shown[r.format.bits()] = 0;
  Columns table;
  table.heading = {"bits",      "format",    "bias",     "scale", "SQNR dB",
                   "max error", "underflow", "overflow", "codes"};
  for (auto& [bits, count] : shown)
    for (const FitResult& r : results)
      if (r.format.bits() == bits && count++ < top) table.rows.push_back(row_of(r));
  return text_of(table, output_width());
}

std::string heading_of(const NamedSample& s) {
  return s.name + ": " + brief(s.sample.count()) + " values, rms " + brief(s.sample.rms(), 4) + ", largest " +
         brief(s.sample.amax(), 4) + ", smallest " + brief(s.sample.smallest(), 4) + ", zeros " +
         brief(s.sample.zeros()) +
         (s.sample.not_finite() > 0 ? ", left out as not finite " + brief(s.sample.not_finite()) : "") + "\n";
}

Json json_of(const NamedSample& s, const std::vector<FitResult>& results) {
  Json out{{"name", s.name},
           {"count", s.sample.count()},
           {"zeros_count", s.sample.zeros()},
           {"not_finite_count", s.sample.not_finite()},
           {"rms", s.sample.rms()},
           {"amax", s.sample.amax()},
           {"smallest_nonzero", s.sample.smallest()},
           {"candidates", Json::array()}};
  for (const FitResult& r : results) out["candidates"].push_back(fit_json(r));
  return out;
}

}  // namespace

int format_fit_command(const FitArguments& a) {
  const FitOptions options = options_of(a);
  Json all = Json::array();
  const char* gap = "";
  for (const NamedSample& s : samples_of(a)) {
    const std::vector<FitResult> results = fit(s.sample, options);
    if (a.json)
      all.push_back(json_of(s, results));
    else
      std::cout << gap << heading_of(s) << table_of(results, a.top);
    gap = "\n";
  }
  if (a.json)
    std::cout << pretty_text(
        {{"scale", a.scale}, {"specials", a.specials}, {"approximate", !a.report.empty()}, {"data", all}});
  return 0;
}

}  // namespace exmy
