#include "tests/ops/refusals_support.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "sim/ops/order_product.hpp"
#include "sim/ops/reduce.hpp"
#include "sim/ops/strip_product.hpp"
#include "sim/ops/tile_product.hpp"
#include "tests/support/counters.hpp"

namespace exmy::test {
namespace {

constexpr std::uint64_t seed = 5, step = 4;
const DotPlace place{"fc1", "dot", Pass::forward};

struct Refusal {
  const char* planner;
  std::size_t site;
  const char* text;
};
constexpr Refusal refusals[] = {
#include "refusal_sites.inc"
};

const char* name_of(Family family) {
  switch (family) {
    case Family::tiles: return "tiles";
    case Family::strips: return "strips";
    case Family::orders: return "orders";
  }
  return "";
}

/// The streams that the public path draws from.
DotRandom random_of(const Reduction& how) {
  const std::string site = "fc1/dot/forward/";
  return {{seed, site + "product", step},
          {seed, site + "accumulator", step},
          {seed, site + (how.has_outer() ? "accumulator#2" : "none"), step}};
}

struct Result {
  float y = 0;
  Counters product, sums;
};

std::string difference(const Result& got, const Result& want, bool counts) {
  const bool same = std::bit_cast<std::uint32_t>(got.y) == std::bit_cast<std::uint32_t>(want.y) ||
                    (std::isnan(got.y) && std::isnan(want.y));
  if (!same) return std::to_string(got.y) + " for " + std::to_string(want.y);
  if (!counts) return {};
  return differences(got.product, want.product) + differences(got.sums, want.sums);
}

Result by_definition(const WrongData& d) {
  const std::vector<double> a(d.a.begin(), d.a.end()), b(d.b.begin(), d.b.end());
  DotCounters counters;
  bool lost = false;
  const double y = reduce_by_definition(d.how, a.data(), b.data(), a.size(), 0, random_of(d.how),
                                        Semantics::ieee754, &counters, &lost);
  return {static_cast<float>(y), counters.product.counters, counters.accumulator.counters};
}

/// What an analyser said, and what its kernels gave.
struct Tried {
  const char* isa;
  std::string why;
  bool planned = false;
  std::optional<Result> result{};
};

struct Operands {
  FactorFacts fa, fb;
  FloatMatrix a, b;

  explicit Operands(const WrongData& d)
      : fa{d.fa, tile_kernels().magnitudes(d.a.data(), d.a.size())},
        fb{d.fb, tile_kernels().magnitudes(d.b.data(), d.b.size())},
        a{d.a.data(), 1, d.a.size(), d.a.size(), 1},
        b{d.b.data(), d.b.size(), 1, 1, 1} {}
};

std::optional<Result> result_of(const std::optional<TileProduct>& got) {
  if (!got) return std::nullopt;
  return Result{got->y.front(), counters_of(got->product), counters_of(got->accumulator)};
}

std::optional<Result> result_of(const std::optional<OrderProduct>& got) {
  if (!got) return std::nullopt;
  return Result{got->y.front(), got->product, got->accumulator};
}

Tried by_tiles(const WrongData& d, const TileKernels& level) {
  const Operands x(d);
  const TileDecision decision = plan_tiles(d.how, x.fa, x.fb, d.a.size(), d.counts, level.has_fma);
  if (!decision.plan) return {level.isa, decision.why};
  return {level.isa, {}, true, result_of(multiply(x.a, x.b, *decision.plan, d.how.chunk, d.counts, level))};
}

Tried by_strips(const WrongData& d, const StripKernels& level) {
  const Operands x(d);
  const StripDecision decision = plan_strips(d.how, x.fa, x.fb, d.a.size());
  if (!decision.plan) return {level.isa, decision.why};
  return {level.isa,
          {},
          true,
          result_of(multiply(x.a, x.b, *decision.plan, random_of(d.how), d.how.chunk, d.counts, level))};
}

Tried by_orders(const WrongData& d, const OrderKernels& level) {
  const Operands x(d);
  const OrderDecision decision = plan_order(d.how, x.fa, x.fb, d.a.size(), d.counts, level.has_fma);
  const std::optional<OrderPlan> plan = waivers.texts.empty() || !d.plan ? decision.plan : d.plan;
  if (!plan) return {level.isa, decision.why};
  return {level.isa,
          {},
          true,
          result_of(multiply(x.a, x.b, d.how, *plan, random_of(d.how), Semantics::ieee754, d.counts, level))};
}

bool is_meant(Levels levels, bool has_fma) {
  return levels == Levels::all || has_fma == (levels == Levels::with_fma);
}

std::vector<Tried> by_kernels(const WrongData& d) {
  std::vector<Tried> all;
  switch (d.family) {
    case Family::tiles:
      for (const TileKernels* level : available_tile_kernels())
        if (is_meant(d.levels, level->has_fma)) all.push_back(by_tiles(d, *level));
      break;
    case Family::strips:
      for (const StripKernels* level : available_strip_kernels()) all.push_back(by_strips(d, *level));
      break;
    case Family::orders:
      for (const OrderKernels* level : available_order_kernels())
        if (has_kernels(*level, d.how.order) && is_meant(d.levels, level->has_fma))
          all.push_back(by_orders(d, *level));
      break;
  }
  return all;
}

class Waiving {
 public:
  explicit Waiving(const std::vector<std::string>& texts, const WrongData& d) {
    waivers.texts = {texts.begin(), texts.end()};
    waivers.asks_only = d.plan.has_value();
    waivers.planner = name_of(d.family);
  }
  ~Waiving() { waivers.texts.clear(); }
  Waiving(const Waiving&) = delete;
};

SiteState site_of(Role role, const Treatment& treatment, SiteRecord& record) {
  SiteState state{{place.layer, place.op, place.pass, role}, treatment};
  state.fast = fast_projection_of(treatment.quantizer.projection);
  state.fast_outer = fast_projection_of(treatment.outer);
  state.record = &record;
  return state;
}

/// What `dot` does at sites that a policy has resolved to this reduction. (Some that a policy cannot ask for are refused, too.)
Result by_public_path(const WrongData& d) {
  Treatment product, sums;
  product.exact = !d.how.product;
  if (d.how.product) product.quantizer.projection = *d.how.product;
  sums.quantizer.projection = d.how.accumulator;
  sums.order = d.how.order, sums.chunk = d.how.chunk, sums.outer = d.how.outer;
  if (d.how.order == Order::block) sums.block = MatrixUnit{d.how.block.terms, d.how.block.fraction_bits};
  Telemetry telemetry;
  const Policy policy;
  Context context(policy, telemetry, seed);
  context.begin_step(step);
  SiteRecord product_record, sums_record;
  SiteState product_site = site_of(Role::product, product, product_record),
            sums_site = site_of(Role::accumulator, sums, sums_record);
  if (!d.counts) product_site.record = sums_site.record = nullptr;
  Epilogue<float> nothing(context, place);
  const MatrixView<float> a{d.a.data(), 1, d.a.size(), d.a.size(), 1, d.fa};
  const MatrixView<float> b{d.b.data(), d.b.size(), 1, 1, 1, d.fb};
  const Tensor<float> y = reduce<float>(context, {&product_site, &sums_site}, a, b, nothing);
  return {y.data.front(), product_record.total, sums_record.total};
}

}  // namespace

std::string trouble_with(const WrongData& d) {
  const Result want = by_definition(d);
  for (const Tried& tried : by_kernels(d))
    if (tried.why != d.why) return std::string(tried.isa) + " says \"" + tried.why + "\"";
  if (const std::string public_path = difference(by_public_path(d), want, d.counts); !public_path.empty())
    return "the public path gives " + public_path;
  const Waiving waiving(d.waived, d);
  for (const Tried& tried : by_kernels(d)) {
    if (!tried.planned) return std::string(tried.isa) + " still says \"" + tried.why + "\"";
    if (!tried.result) return std::string(tried.isa) + ": the sums left the range that is watched";
    if (difference(*tried.result, want, d.counts).empty()) return std::string(tried.isa) + " is right";
  }
  return {};
}

Verdict verdict_without(const std::vector<std::string>& waived, const WrongData& d) {
  const Waiving waiving(waived, d);
  const std::vector<Tried> all = by_kernels(d);
  if (!all.back().planned) return Verdict::refused;
  if (!all.back().result) return Verdict::discarded;
  return difference(*all.back().result, by_definition(d), d.counts).empty() ? Verdict::equal
                                                                            : Verdict::different;
}

std::string refusals_without_data(Family family, const std::vector<WithoutData>& known) {
  std::string out;
  const auto is_known = [&](const std::string& text) {
    return std::any_of(known.begin(), known.end(), [&](const WithoutData& k) { return k.text == text; });
  };
  const std::string planner = name_of(family);
  for (const Refusal& r : refusals)
    if (r.planner == planner && !waivers.met.contains({planner, r.site}) && !is_known(r.text))
      out += planner + " " + std::to_string(r.site) + ": " + r.text + "\n";
  for (const WithoutData& k : known)
    if (std::none_of(std::begin(refusals), std::end(refusals),
                     [&](const Refusal& r) { return r.planner == planner && r.text == k.text; }))
      out += planner + " has no refusal \"" + k.text + "\"\n";
  return out;
}

}  // namespace exmy::test
