#include "sim/compare/numbers.hpp"
#include "sim/compare/render.hpp"
#include "sim/tools/numbers.hpp"

namespace exmy {
namespace {

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) switch (c) {
      case '\\': out += "\\textbackslash{}"; break;
      case '~': out += "\\textasciitilde{}"; break;
      case '^': out += "\\textasciicircum{}"; break;
      case '<': out += "\\textless{}"; break;
      case '>': out += "\\textgreater{}"; break;
      case '|': out += "\\textbar{}"; break;
      case '"': out += "\\textquotedbl{}"; break;
      case '&':
      case '%':
      case '$':
      case '#':
      case '_':
      case '{':
      case '}': out += std::string("\\") + c; break;
      case '\n':
      case '\r':
      case '\t': out += ' '; break;
      default: out += c;
    }
  return out;
}

/// A number inside $...$: 1.2e-07 becomes 1.2 \times 10^{-7}.
std::string in_formula(const std::string& number) {
  const std::size_t e = number.find('e');
  if (number.find_first_of("NI") != std::string::npos) return "\\mathrm{" + number + "}";
  if (e == std::string::npos) return number;
  return number.substr(0, e) + " \\times 10^{" + std::to_string(std::stoi(number.substr(e + 1))) + "}";
}

std::string formula(const NumberText& text, bool signed_number, const std::string& mark = "") {
  const bool positive = signed_number && text.number.front() != '-';
  return "$" + std::string(positive ? "+" : "") + in_formula(text.number) +
         (text.half_width.empty() ? "" : " \\pm " + in_formula(text.half_width)) + mark + "$";
}

/// Differences that may be chance are marked.
std::string difference_cell(const std::optional<Difference>& d) {
  if (!d) return "--";
  const std::string mark = !d->half_width ? "\\,^{?}" : d->is_within_noise() ? "\\,^{\\sim}" : "";
  return formula(text_of(d->delta, d->half_width), true, mark);
}

std::string cells_of(const Comparison& c, const ComparedRow& row) {
  std::string line;
  const auto add = [&](const std::string& cell) { line += (line.empty() ? "" : " & ") + cell; };
  if (c.shows_names()) add(escaped(row.name));
  for (const Json& value : row.values) add(value.is_null() ? "--" : escaped(value_word(value)));
  add(std::to_string(row.runs.size()));
  if (c.any_diverged()) add(std::to_string(row.diverged_count));
  for (std::size_t m = 0; m < c.metrics.size(); ++m) {
    const Summary& s = row.summaries[m];
    add(s.count == 0 ? "--" : formula(text_of(s.mean, s.half_width), false));
    if (c.rows.size() > 1) add(difference_cell(row.differences[m]));
  }
  return line + " \\\\\n";
}

/// The letters of the columns, and the headings.
std::pair<std::string, std::string> head_of(const Comparison& c) {
  std::string letters, line;
  const auto add = [&](char letter, const std::string& cell) {
    line += (letters.empty() ? "" : " & ") + cell;
    letters += letter;
  };
  if (c.shows_names()) add('l', "name");
  for (const std::string& column : short_paths(c.columns)) add('l', escaped(column));
  add('r', "runs");
  if (c.any_diverged()) add('r', "diverged");
  for (const Metric& metric : c.metrics) {
    add('r', escaped(metric.name));
    if (c.rows.size() > 1) add('r', "$\\Delta$");
  }
  return {letters, line + " \\\\\n"};
}

}  // namespace

std::string comparison_latex(const Comparison& c) {
  const auto [letters, head] = head_of(c);
  std::string text =
      "% needs \\usepackage{booktabs} and \\usepackage[T1]{fontenc}\n% mean over seeds, half of the " +
      brief(100 * c.confidence, 8) +
      " \\% confidence interval (Student's t); Delta: difference from the baseline (Welch)\n"
      "% ^\\sim: within noise, the interval contains 0; ^?: fewer than two seeds on one side\n";
  text += "\\begin{tabular}{" + letters + "}\n\\toprule\n" + head + "\\midrule\n";
  for (const ComparedRow& row : c.rows) text += cells_of(c, row);
  return text + "\\bottomrule\n\\end{tabular}\n";
}

}  // namespace exmy
