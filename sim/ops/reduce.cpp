#include "sim/ops/reduce.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <stdexcept>
#include <type_traits>

#include "formats/catalog.hpp"
#include "sim/ops/kernel_keys.hpp"
#include "sim/ops/matmul.hpp"
#include "sim/ops/quick_dot.hpp"

namespace exmy {
namespace {

BlockSum block_of(const MatrixUnit& unit, const Format& a, const Format& b) {
  return {unit.terms, unit.fraction_bits, a.e_min(), b.e_min()};
}

/// `a`, `b`: the formats of the factors.
Reduction reduction_of(const DotSites& sites, const Format& a, const Format& b) {
  const Treatment& acc = sites.accumulator->treatment;
  Reduction how;
  if (sites.product != nullptr && !sites.product->treatment.exact)
    how.product = sites.product->treatment.quantizer.projection;
  how.accumulator = acc.quantizer.projection;
  how.order = acc.order;
  how.chunk = acc.chunk;
  how.outer = acc.outer;
  if (acc.order == Order::block) how.block = block_of(*acc.block, a, b);
  return how;
}

/// A matrix unit takes factors of certain formats; of a sum, the terms alone (the other factor is 1).
void check_factors(Context& context, const DotSites& sites, const Format& a, const Format& b) {
  const Treatment& acc = sites.accumulator->treatment;
  if (acc.order != Order::block) return;
  for (const Format* factor : {sites.product != nullptr ? &a : &b, &b})
    if (!acc.block->accepts(*factor))
      return context.note_problem(sites.accumulator->site, "the matrix unit takes factors in " +
                                                               std::string(text_of(acc.block->operands)) +
                                                               ", not in " + name_of(*factor));
}

template <class T>
std::vector<double> gathered(const MatrixView<T>& x) {
  std::vector<double> out;
  out.reserve(x.rows * x.columns);
  for (std::size_t r = 0; r < x.rows; ++r)
    for (std::size_t c = 0; c < x.columns; ++c) out.push_back(static_cast<double>(x.at(r, c)));
  return out;
}

template <class T>
std::vector<double> widened(const MatrixView<T>& x) {
  if (x.offsets) return gathered(x);
  using Strided = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
  using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto index = [](std::size_t n) { return static_cast<Eigen::Index>(n); };
  const Eigen::Map<const RowMajor, 0, Strided> from(x.data, index(x.rows), index(x.columns),
                                                    Strided(index(x.row_step), index(x.column_step)));
  std::vector<double> out(x.rows * x.columns);
  Eigen::Map<Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
      out.data(), index(x.rows), index(x.columns)) = from.template cast<double>();
  return out;
}

DotRandom random_of(Context& context, const DotSites& sites, const Reduction& how) {
  const RandomStream none(0, std::uint64_t{0}, 0);
  const RandomStream product = how.product ? context.next_use(*sites.product, *how.product) : none;
  const RandomStream accumulator = context.next_use(*sites.accumulator, how.accumulator);
  const RandomStream outer = how.has_outer() ? context.next_use(*sites.accumulator, how.outer) : none;
  return {product, accumulator, outer};
}

/// A product of binary64 numbers without numbers yet.
template <class T>
MatmulTask task_of(const Reduction& how, const DotRandom& random, const DotSites& sites,
                   const MatrixView<T>& a, const MatrixView<T>& b) {
  const FastReduction fast{how.product ? sites.product->fast : std::nullopt, sites.accumulator->fast,
                           sites.accumulator->fast_outer};
  return {how,       fast,     std::is_same_v<T, float>, either(a.format, b.format), random, a.rows,
          b.columns, a.columns};
}

Counting counting_at(const Context& context, const SiteRecord* record) {
  if (record == nullptr) return Counting::nothing;
  const bool all = context.telemetry().options().histograms == Histograms::all;
  return all ? Counting::histograms : Counting::counters;
}

template <class T>
void note(Context& context, const DotSites& sites, const Reduction& how, std::size_t k, const Tensor<T>& y,
          bool finite, bool nan_lost) {
  Telemetry& telemetry = context.telemetry();
  if (!context.evaluating()) telemetry.projections += y.size() * projections_of(how, k);
  if (nan_lost) telemetry.note_nan_lost(sites.accumulator->site);
  if (!finite) telemetry.note_non_finite(sites.accumulator->site);
}

std::string words_of(MatmulPath path, const std::string& why) {
  switch (path) {
    case MatmulPath::definition: return "definition: " + why;
    case MatmulPath::panels: return "panels in binary64: " + why;
    case MatmulPath::fp32: return "panels in binary32: " + why;
    case MatmulPath::binary64: return "binary64 as the machine adds: " + why;
  }
  return {};
}

/// Some rows of a matrix.
template <class T>
MatrixView<T> rows_of(MatrixView<T> x, std::size_t first, std::size_t count) {
  if (x.offsets)
    x.offsets = x.offsets.from(first, 0);
  else
    x.data += first * x.row_step;
  x.rows = std::min(count, x.rows - first);
  return x;
}

/// How many rows of k binary64 numbers are made at a time.
std::size_t rows_at_once(std::size_t k) {
  constexpr std::size_t numbers = 1 << 17, fewest = panel_width;  // panels want columns, threads outputs
  constexpr std::size_t most = 1 << 22;                           // 32 MiB
  k = std::max<std::size_t>(1, k);
  return std::max(std::clamp<std::size_t>(most / k, 1, fewest), numbers / k);
}

/// The outputs of some rows and columns. `b`: transposed.
template <class T>
void run_part(MatmulTask task, const MatrixView<T>& a, const MatrixView<T>& b, std::size_t row,
              std::size_t column, const Telling& telling, Epilogue<T>& then, Elements<T>& y, bool* nan_lost) {
  task.row_outputs = task.n;
  task.first_output += row * task.n + column;
  task.m = a.rows, task.n = b.rows;
  task.a = widened(a), task.b = widened(b);
  const MatmulResult result = matmul(task, telling.counting);
  telling.add(result.counters);
  *nan_lost = *nan_lost || result.nan_lost;
  for (std::size_t i = 0; i < task.m; ++i) {
    T* to = y.data() + task.output(i, 0);
    for (std::size_t j = 0; j < task.n; ++j) to[j] = static_cast<T>(result.y[i * task.n + j]);
  }
  const std::uint64_t first = task.output(0, 0);
  then.whole({y.data() + first, task.m, task.n, task.row_outputs, {first, task.row_outputs}});
}

/// In parts, so that little is widened at a time.
template <class T>
void run_pair(const MatmulTask& task, const MatrixView<T>& a, const MatrixView<T>& b, const Telling& telling,
              Epilogue<T>& then, Elements<T>& y, bool* nan_lost) {
  const MatrixView<T> bt = b.transposed();
  const std::size_t count = rows_at_once(task.k);
  for (std::size_t row = 0; row < task.m; row += count)
    for (std::size_t column = 0; column < task.n; column += count)
      run_part(task, rows_of(a, row, count), rows_of(bt, column, count), row, column, telling, then, y,
               nan_lost);
}

template <class T>
Elements<T> run_matmul(MatmulTask task, const MatrixBatch<T>& a, const MatrixBatch<T>& b,
                       const Telling& telling, Epilogue<T>& then, bool* nan_lost) {
  Elements<T> y(a.count() * task.m * task.n);
  for (std::size_t i = 0; i < a.count(); ++i) {
    task.first_output = i * task.m * task.n;
    run_pair(task, a[i], b[i], telling, then, y, nan_lost);
  }
  const MatmulPath path = path_of(task, telling.counting);
  telling.done_by(key_of(path), [&] { return words_of(path, telling.why_not); });
  return y;
}

}  // namespace

template <class T>
Tensor<T> reduce(Context& context, const DotSites& sites, const MatrixBatch<T>& a, const MatrixBatch<T>& b,
                 Epilogue<T>& then) {
  const MatrixView<T>&x = a.first, &w = b.first;
  if (x.columns != w.rows || a.count() != b.count()) throw std::logic_error("dot: dimensions differ");
  check_factors(context, sites, x.format, w.format);
  const Reduction how = reduction_of(sites, x.format, w.format);
  const DotRandom random = random_of(context, sites, how);
  Tensor<T> y({0, 0}, then.format());
  y.shape = {a.count() * x.rows, w.columns};
  if (context.skips_values()) {
    y.data.resize(size_of(y.shape));
    then.skip(y.size());
    note(context, sites, how, x.columns, y, then.accept(), false);
    return y;
  }
  SiteRecord* accumulator = context.record_of(*sites.accumulator);
  Telling telling{sites.product != nullptr ? context.record_of(*sites.product) : nullptr, accumulator,
                  counting_at(context, accumulator),
                  context.evaluating() ? nullptr : context.telemetry().profile().kernels()};
  std::optional<Elements<T>> quick;
  if constexpr (std::is_same_v<T, float>)
    quick = quick_dot(how, random, a, b, telling, then);
  else
    telling.why_not = "numbers are binary64";
  bool nan_lost = false;
  y.data = quick ? std::move(*quick)
                 : run_matmul<T>(task_of(how, random, sites, x, w), a, b, telling, then, &nan_lost);
  note(context, sites, how, x.columns, y, then.accept(), nan_lost);
  return y;
}

template Tensor<float> reduce(Context&, const DotSites&, const MatrixBatch<float>&, const MatrixBatch<float>&,
                              Epilogue<float>&);
template Tensor<double> reduce(Context&, const DotSites&, const MatrixBatch<double>&,
                               const MatrixBatch<double>&, Epilogue<double>&);

}  // namespace exmy
