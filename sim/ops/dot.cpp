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
#include "sim/ops/quick_dot.hpp"

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

DotRandom random_of(Context& context, const DotSites& sites, const Reduction& how) {
  const RandomStream none(0, std::uint64_t{0}, 0);
  const RandomStream product = how.product ? context.next_use(*sites.product, *how.product) : none;
  const RandomStream accumulator = context.next_use(*sites.accumulator, how.accumulator);
  const RandomStream outer = how.has_outer() ? context.next_use(*sites.accumulator, how.outer) : none;
  return {product, accumulator, outer};
}

template <class T>
MatmulTask task_of(const Reduction& how, const DotRandom& random, const DotSites& sites,
                   const MatrixView<T>& a, const MatrixView<T>& b) {
  const FastReduction fast{how.product ? sites.product->fast : std::nullopt, sites.accumulator->fast,
                           sites.accumulator->fast_outer};
  return {
      how,       fast,       std::is_same_v<T, float>, either(a.format, b.format), random, a.rows, b.columns,
      a.columns, widened(a), widened(b.transposed())};
}

Counting counting_at(const Context& context, const SiteRecord* record) {
  if (record == nullptr) return Counting::nothing;
  const bool all = context.telemetry().options().histograms == Histograms::all;
  return all ? Counting::histograms : Counting::counters;
}

template <class T>
void note(Context& context, const DotSites& sites, const Reduction& how, std::size_t k, const Tensor<T>& y,
          bool nan_lost) {
  Telemetry& telemetry = context.telemetry();
  if (!context.evaluating()) telemetry.projections += y.size() * projections_of(how, k);
  if (nan_lost) telemetry.note_nan_lost(sites.accumulator->site);
  if (!std::all_of(y.data.begin(), y.data.end(), [](T v) { return v - v == 0; }))
    telemetry.note_non_finite(sites.accumulator->site);
}

std::string words_of(MatmulPath path, const std::string& why) {
  switch (path) {
    case MatmulPath::definition: return "definition: " + why;
    case MatmulPath::panels: return "panels in binary64: " + why;
    case MatmulPath::fp32: return "panels in binary32: " + why;
  }
  return {};
}

template <class T>
std::vector<T> run_matmul(const MatmulTask& task, const Telling& telling, bool* nan_lost) {
  const MatmulResult result = matmul(task, telling.counting);
  telling.add(result.counters);
  telling.done_by(words_of(path_of(task, telling.counting),
                           task.float_operands ? telling.why_not : "numbers are binary64"));
  *nan_lost = result.nan_lost;
  std::vector<T> y(result.y.size());
  std::transform(result.y.begin(), result.y.end(), y.begin(), [](double v) { return static_cast<T>(v); });
  return y;
}

template <class T>
Tensor<T> reduce(Context& context, const DotSites& sites, const MatrixView<T>& a, const MatrixView<T>& b) {
  if (a.columns != b.rows) throw std::logic_error("dot: inner dimensions differ");
  check_factors(context, sites, a.format, b.format);
  const Reduction how = reduction_of(sites, a.format, b.format);
  const DotRandom random = random_of(context, sites, how);
  SiteRecord* accumulator = context.record_of(*sites.accumulator);
  Telling telling{sites.product != nullptr ? context.record_of(*sites.product) : nullptr, accumulator,
                  counting_at(context, accumulator)};
  Tensor<T> y({0, 0}, how.result().format);
  std::optional<std::vector<T>> quick;
  if constexpr (std::is_same_v<T, float>) quick = quick_dot(how, random, a, b, telling);
  bool nan_lost = false;
  y.data = quick ? std::move(*quick) : run_matmul<T>(task_of(how, random, sites, a, b), telling, &nan_lost);
  y.shape = {a.rows, b.columns};
  note(context, sites, how, a.columns, y, nan_lost);
  return y;
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
  constexpr Format two_bits{.exponent_bits = 2, .mantissa_bits = 1, .bias = 1};
  const MatrixView<T> a{ones.data(), 1, x.columns, x.columns, 1, two_bits};
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
