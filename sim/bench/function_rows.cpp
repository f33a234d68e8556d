#include <memory>

#include "formats/catalog.hpp"
#include "formats/functions/function_table.hpp"
#include "formats/kernels/float_spans.hpp"
#include "sim/bench/data.hpp"
#include "sim/bench/rows.hpp"

namespace exmy::bench {
namespace {

using functions::Function;

/// A table of a narrow format, its arguments and results: of each argument, the function rounded into the format.
struct Table {
  Function function;
  Projection how;
  FloatProjection form;
  functions::FunctionTable table;
  functions::FloatResults results;
  Elements<float> x;
  std::vector<float> q;

  Table(Function f, const Format& format, std::size_t n)
      : function(f),
        how{format},
        form(*float_projection_of(how)),
        table(f, format),
        results(table.results(how)),
        x(values_of(format, "functions", n, 16)),
        q(n) {}

  void run() { table.look_up(results, x.data(), q.data(), x.size()); }
  void round() { float_span_kernels().run(form, {SpanOp::convert, {x.data()}, {}, q.data(), x.size()}); }
  /// The same with infinities and NaN, which a rounding pass would take another way for, where the format has them.
  std::string check() {
    std::vector<double> all(x.begin(), x.end());
    if (how.format.infinities) add_specials(how.format, all);
    const std::vector<float> arguments(all.begin(), all.end());
    std::vector<float> want;
    for (const double v : all) want.push_back(static_cast<float>(functions::apply(function, how, v).value));
    table.look_up(results, arguments.data(), q.data(), q.size());
    return difference(q, want);
  }
};

Measurement look_up(Function f, const char* format, const Setting& setting) {
  const auto table = std::make_shared<Table>(f, format_of(format), setting.quick ? 1031 : 16384);
  const auto n = static_cast<double>(table->x.size());
  return {
      "the rounding pass", [table] { table->round(); }, [table] { table->run(); }, n, n, table->check(), {}};
}

}  // namespace

std::vector<Row> function_rows() {
  struct Named {
    const char* name;
    Function function;
  };
  std::vector<Row> all;
  for (const char* format : {"fp16", "bf16", "e4m3fn"})
    for (const Named f : {Named{"exp", Function::exp}, {"tanh", Function::tanh}, {"gelu", Function::gelu}})
      all.push_back({std::string("function/") + f.name + "/" + format, Judged::by_rate, "Gelem/s", 0.20, 0.35,
                     [=](const Setting& s) { return look_up(f.function, format, s); }});
  return all;
}

}  // namespace exmy::bench
