#include <memory>

#include "formats/catalog.hpp"
#include "formats/functions/function_table.hpp"
#include "formats/kernels/kernels.hpp"
#include "sim/bench/data.hpp"
#include "sim/bench/rows.hpp"

namespace exmy::bench {
namespace {

using functions::Function;

/// A table of a 16-bit format, its arguments and results.
struct LookUp {
  Function function;
  Projection how;
  FastProjection fast;
  functions::FunctionTable table;
  std::vector<double> x, odd, q;

  LookUp(Function f, const Format& format, std::size_t n)
      : function(f), how{format}, fast(*fast_projection_of(how)), table(f, format), odd(n), q(n) {
    for (const float v : values_of(format, "functions", n, 16)) x.push_back(static_cast<double>(v));
    add_specials(format, x);
  }

  void run() {
    table.look_up(x.data(), odd.data(), x.size());
    kernels().round(fast, odd.data(), q.data(), x.size(), nullptr, nullptr);
  }
  void round() { kernels().round(fast, x.data(), q.data(), x.size(), nullptr, nullptr); }
  std::string check() {
    std::vector<double> want;
    for (const double v : x) want.push_back(functions::apply(function, how, v).value);
    run();
    return difference(q, want);
  }
};

Measurement look_up(Function f, const char* format, const Setting& setting) {
  const auto table = std::make_shared<LookUp>(f, format_of(format), setting.quick ? 1031 : 16384);
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
  for (const char* format : {"fp16", "bf16"})
    for (const Named f : {Named{"exp", Function::exp}, {"tanh", Function::tanh}, {"gelu", Function::gelu}})
      all.push_back({std::string("function/") + f.name + "/" + format + "/double", Judged::by_rate, "Gelem/s",
                     0.20, 0.35, [=](const Setting& s) { return look_up(f.function, format, s); }});
  return all;
}

}  // namespace exmy::bench
