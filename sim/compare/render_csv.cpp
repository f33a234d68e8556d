#include "sim/compare/render.hpp"
#include "sim/tools/numbers.hpp"

namespace exmy {
namespace {

/// A field: in quotes, where it needs them.
std::string field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

class Line {
 public:
  void add(const std::string& text) {
    text_ += (is_first_ ? "" : ",") + field(text);
    is_first_ = false;
  }
  void add(const std::optional<double>& x) { add(x ? value_text(*x) : std::string()); }
  /// low and high end of x +- half_width
  void add_interval(double x, const std::optional<double>& half_width) {
    add(half_width ? std::optional(x - *half_width) : std::nullopt);
    add(half_width ? std::optional(x + *half_width) : std::nullopt);
  }
  std::string end() const { return text_ + "\r\n"; }

 private:
  std::string text_;
  bool is_first_ = true;
};

std::string heading_of(const Comparison& c) {
  Line line;
  line.add(std::string("name"));
  for (const std::string& column : c.columns) line.add(column);
  for (const char* word : {"is_baseline", "runs_count", "diverged_count"}) line.add(std::string(word));
  for (const Metric& metric : c.metrics)
    for (const char* part : {"", "_low", "_high", "_std", "_count", "_delta", "_delta_low", "_delta_high"})
      line.add(metric.name + (*part == 0 ? "_mean" : part));
  return line.end();
}

void add_metric(Line& line, const Summary& s, const std::optional<Difference>& d) {
  line.add(s.count > 0 ? std::optional(s.mean) : std::nullopt);
  line.add_interval(s.mean, s.half_width);
  line.add(s.deviation);
  line.add(std::to_string(s.count));
  line.add(d ? std::optional(d->delta) : std::nullopt);
  line.add_interval(d ? d->delta : 0, d ? d->half_width : std::nullopt);
}

}  // namespace

std::string comparison_csv(const Comparison& c) {
  std::string text = heading_of(c);
  for (const ComparedRow& row : c.rows) {
    Line line;
    line.add(row.name);
    for (const Json& value : row.values) line.add(value.is_null() ? std::string() : value_word(value));
    line.add(std::string(row.baseline ? "true" : "false"));
    line.add(std::to_string(row.runs.size()));
    line.add(std::to_string(row.diverged_count));
    for (std::size_t m = 0; m < c.metrics.size(); ++m) add_metric(line, row.summaries[m], row.differences[m]);
    text += line.end();
  }
  return text;
}

}  // namespace exmy
