#include "sim/ops/dot.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <stdexcept>
#include <type_traits>

#include "formats/arithmetic.hpp"
#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "sim/ops/matmul.hpp"
#include "sim/ops/projector.hpp"

namespace exmy {
namespace {

/// The two sites of a reduction; `product` is null for sums.
struct DotSites {
  SiteState* product;
  SiteState* accumulator;
};

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
std::vector<double> widened(const MatrixView<T>& x) {
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

Semantics either(const Format& a, const Format& b) {
  const bool p3109 = a.semantics == Semantics::p3109 || b.semantics == Semantics::p3109;
  return p3109 ? Semantics::p3109 : Semantics::ieee754;
}

template <class T>
MatmulTask task_of(Context& context, const DotSites& sites, const MatrixView<T>& a, const MatrixView<T>& b) {
  const Reduction how = reduction_of(sites, a.format, b.format);
  const RandomStream none(0, std::uint64_t{0}, 0);
  const RandomStream product = how.product ? context.next_use(*sites.product, *how.product) : none;
  const RandomStream accumulator = context.next_use(*sites.accumulator, how.accumulator);
  const RandomStream outer = how.has_outer() ? context.next_use(*sites.accumulator, how.outer) : none;
  const FastReduction fast{how.product ? sites.product->fast : std::nullopt, sites.accumulator->fast,
                           sites.accumulator->fast_outer};
  return {how,
          fast,
          std::is_same_v<T, float>,
          either(a.format, b.format),
          {product, accumulator, outer},
          a.rows,
          b.columns,
          a.columns,
          widened(a),
          widened(b.transposed())};
}

void add_counters(SiteRecord* record, const StepCounters& steps) {
  if (record == nullptr) return;
  record->total += steps.counters;
  record->interval += steps.counters;
  record->before += steps.before;
  record->after += steps.after;
}

Counting counting_at(const Context& context, const SiteRecord* record) {
  if (record == nullptr) return Counting::nothing;
  const bool all = context.telemetry().options().histograms == Histograms::all;
  return all ? Counting::histograms : Counting::counters;
}

template <class T>
Tensor<T> finish(Context& context, const DotSites& sites, const MatmulTask& task,
                 const MatmulResult& result) {
  Tensor<T> y({task.m, task.n}, task.how.result().format);
  std::transform(result.y.begin(), result.y.end(), y.data.begin(),
                 [](double v) { return static_cast<T>(v); });
  Telemetry& telemetry = context.telemetry();
  if (!context.evaluating()) telemetry.projections += task.m * task.n * projections_of(task.how, task.k);
  if (result.nan_lost) telemetry.note_nan_lost(sites.accumulator->site);
  if (!std::all_of(result.y.begin(), result.y.end(), [](double v) { return is_finite(v); }))
    telemetry.note_non_finite(sites.accumulator->site);
  return y;
}

template <class T>
Tensor<T> reduce(Context& context, const DotSites& sites, const MatrixView<T>& a, const MatrixView<T>& b) {
  if (a.columns != b.rows) throw std::logic_error("dot: inner dimensions differ");
  check_factors(context, sites, a.format, b.format);
  const MatmulTask task = task_of(context, sites, a, b);
  SiteRecord* product = sites.product != nullptr ? context.record_of(*sites.product) : nullptr;
  SiteRecord* accumulator = context.record_of(*sites.accumulator);
  const MatmulResult result = matmul(task, counting_at(context, accumulator));
  add_counters(product, result.counters.product);
  add_counters(accumulator, result.counters.accumulator);
  return finish<T>(context, sites, task, result);
}

}  // namespace

template <class T>
Tensor<T> dot(Context& context, const DotPlace& place, const MatrixView<T>& a, const MatrixView<T>& b) {
  const DotSites sites{&context.at(place.layer, place.op, place.pass, Role::product),
                       &context.at(place.layer, place.op, place.pass, Role::accumulator)};
  if (!context.evaluating()) {
    const MacKey key{name_of(a.format), name_of(b.format),
                     name_of(sites.accumulator->treatment.quantizer.projection.format)};
    context.telemetry().macs[key] += a.rows * a.columns * b.columns;
  }
  return reduce(context, sites, a, b);
}

template <class T>
Tensor<T> dot(Context& context, const DotPlace& place, const QuantizedView<T>& a, const QuantizedView<T>& b) {
  Tensor<T> acc = dot(context, place, a.matrix, b.matrix);
  if (!a.scaled && !b.scaled) return acc;
  const double scale = mul(Projection{}, a.scale, b.scale).value;
  return Projector<T>(context, place.layer, "rescale", place.pass, Role::elementwise).mul(acc, scale);
}

template <class T>
Tensor<T> sum_rows(Context& context, const DotPlace& place, const MatrixView<T>& x) {
  const DotSites sites{nullptr, &context.at(place.layer, place.op, place.pass, Role::accumulator)};
  const std::vector<T> ones(x.columns, T{1});
  const MatrixView<T> a{ones.data(), 1, x.columns, x.columns, 1, Format{}};
  Tensor<T> y = reduce(context, sites, a, x.transposed());
  y.shape = {x.rows};
  return y;
}

template <class T>
Quantized<T> quantize(Context& context, const DotPlace& place, Role role, const Tensor<T>& x) {
  Projector<T> site(context, place.layer, place.op, place.pass, role);
  const bool scaled = site.scale().granularity == Granularity::tensor;
  Tensor<T> q = scaled ? site.div(x, site.scale().value) : site.quantize(x);
  if (scaled && !context.evaluating()) context.telemetry().casts.add(x.size(), x.format, q.format);
  return {std::move(q), scaled, site.scale().value};
}

#define EXMY_INSTANTIATE(T)                                                                            \
  template Tensor<T> dot(Context&, const DotPlace&, const MatrixView<T>&, const MatrixView<T>&);       \
  template Tensor<T> dot(Context&, const DotPlace&, const QuantizedView<T>&, const QuantizedView<T>&); \
  template Tensor<T> sum_rows(Context&, const DotPlace&, const MatrixView<T>&);                        \
  template Quantized<T> quantize(Context&, const DotPlace&, Role, const Tensor<T>&);
EXMY_INSTANTIATE(float)
EXMY_INSTANTIATE(double)

}  // namespace exmy
