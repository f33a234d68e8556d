#include "sim/ops/strip_plan.hpp"

#include <algorithm>
#include <limits>

#include "formats/binary64.hpp"

namespace exmy {
namespace {

constexpr float unlimited = std::numeric_limits<float>::infinity();
constexpr double sums_below = 0x1p126;  // then none leaves binary32, rounded or not
constexpr double binary32_most = 0x1.fffffep127;

int unit_exponent_of(const Format& f) { return f.e_min() - f.mantissa_bits; }

/// Bits below the last place that a mode needs.
int bits_decided_by(const Projection& how) {
  switch (how.rounding) {
    case Rounding::stochastic_a: return how.random_bits;
    case Rounding::stochastic_b: return how.random_bits + 1;
    case Rounding::stochastic_c: return how.random_bits + 2;
    case Rounding::nearest_even:
    case Rounding::nearest_away:
    case Rounding::toward_zero:
    case Rounding::toward_positive:
    case Rounding::toward_negative:
    case Rounding::to_odd: return 2;
  }
  return 2;
}

/// Why a projection has no form in binary32; empty if it has.
std::string strip_obstacle(const Projection& how) {
  const Format& f = how.format;
  if (!f.is_signed || !f.zero) return "the format has no sign or no zero";
  if (f.subnormals != Subnormals::gradual) return "subnormals are not gradual";
  if (f.mantissa_bits < 1 || f.mantissa_bits > 21)
    return "precision " + std::to_string(f.precision()) + " is not 2 to 22";
  if (is_stochastic(how.rounding) && how.random_bits > 16) return "random numbers have more than 16 bits";
  if (f.mantissa_bits + bits_decided_by(how) > 29)
    return std::to_string(how.random_bits) + " random bits do not fit into 30 bits beside a precision of " +
           std::to_string(f.precision());
  if (f.max_finite() < pow2(f.e_min())) return "all its numbers are subnormal";
  if (f.e_min() < -126 || f.e_min() > 0 || f.max_finite() > binary32_most)
    return "its numbers leave the range of binary32";
  return {};
}

/// The increments of the modes: what carries from where v is to go away.
void set_increments(ModeRounding32& r, const Projection& how) {
  const std::uint32_t dropped = r.dropped(), half = (dropped + 1) / 2;
  switch (how.rounding) {
    case Rounding::nearest_even: r.positive = r.negative = half - 1, r.odd = 1; break;
    case Rounding::nearest_away: r.positive = r.negative = half; break;
    case Rounding::toward_zero: break;
    case Rounding::toward_positive: r.positive = dropped; break;
    case Rounding::toward_negative: r.negative = dropped; break;
    case Rounding::to_odd: r.positive = r.negative = dropped, r.odd = 0 - dropped; break;
    case Rounding::stochastic_a: r.draws = true; break;
    case Rounding::stochastic_b:
    case Rounding::stochastic_c:
      r.draws = true;
      r.half = std::uint32_t{1} << (r.drop - how.random_bits - 1);
      break;
  }
  r.sticky = how.rounding == Rounding::stochastic_a || how.rounding == Rounding::stochastic_b ? 0 : 1;
  r.parity = how.rounding == Rounding::stochastic_c ? 1 : 0;
  r.bits = r.draws ? how.random_bits : 0;
}

/// What a result beyond the maximum is clamped to: the maximum, or nothing.
float limit_of(const Projection& how, double x) {
  const double max = how.format.max_finite();
  return magnitude(project(how, x).value) == max ? static_cast<float>(max) : unlimited;
}

ModeRounding32 strip_constants_of(const Projection& how, StripGrid grid) {
  const Format& f = how.format;
  ModeRounding32 r;
  r.grid = grid;
  r.drop = grid == StripGrid::wide ? bits_decided_by(how) : 23 - f.mantissa_bits;
  r.point = f.mantissa_bits + r.drop;
  set_increments(r, how);
  r.min_normal = static_cast<float>(pow2(f.e_min()));
  r.e_min_bits = std::bit_cast<std::uint32_t>(r.min_normal);
  r.max_finite = static_cast<float>(f.max_finite());
  r.highest = limit_of(how, pow2(1000));
  r.lowest = -limit_of(how, -pow2(1000));
  return r;
}

class StripPlanner {
 public:
  /// The rounding of n sums s = how(s + t), which begin with +0; a single one is a product.
  std::optional<ModeRounding32> rounding(const Projection& how, const Summand& t, std::size_t n) {
    why_ = strip_obstacle(how);
    if (!why_.empty()) return std::nullopt;
    const Format& f = how.format;
    const bool below = t.grid < unit_exponent_of(f);
    bound_ = bound_of(t.largest + (below ? pow2(unit_exponent_of(f)) : 0.0), n, f.mantissa_bits);
    guards_ = bound_ > f.max_finite();
    bound_ = std::min(bound_, f.max_finite());
    if (bound_ + t.largest >= sums_below) why_ = "sums may leave the range of binary32";
    const bool wide = f.mantissa_bits + bits_decided_by(how) > 23;
    const bool clamped = below && f.e_min() != -126;
    if ((wide || clamped) && f.e_min() < -97) why_ = "its subnormals are too small for binary32";
    // Errors are multiples of 2^grid: none vanishes when it is scaled with a sum of up to 2^60.
    if (wide && (std::min(t.grid, unit_exponent_of(f)) < -80 || bound_ > 0x1p60))
      why_ = "the range is too large for that many random bits";
    if (!why_.empty()) return std::nullopt;
    return strip_constants_of(how, wide ? StripGrid::wide : clamped ? StripGrid::clamped : StripGrid::plain);
  }

  /// Of what was planned last: whether results may be beyond the maximum; else, or if they are clamped, their bound.
  bool guards() const { return guards_; }
  double bound() const { return bound_; }
  const std::string& why() const { return why_; }

 private:
  bool guards_ = false;
  double bound_ = 0;
  std::string why_;
};

StripDecision no_strips(const std::string& why) { return {std::nullopt, why}; }

std::string kind_of(const ModeRounding32& r) {
  return r.draws ? "stochastic, " + std::to_string(r.bits) + " random bits" : std::string("deterministic");
}

}  // namespace

StripDecision plan_strips(const Reduction& how, const FactorFacts& a, const FactorFacts& b, std::size_t k) {
  const bool chunked = how.order == Order::chunked;
  if (!chunked && how.order != Order::sequential)
    return no_strips("the order is neither sequential nor chunked");
  if (!(a.is_finite() && b.is_finite())) return no_strips("an operand is not finite");
  Summand t = product_of(a, b);
  if (!t.is_binary32())
    return no_strips("a product of " + std::to_string(t.bits) + " bits may be no binary32 number");
  StripPlanner planner;
  StripPlan plan;
  if (how.product) {
    plan.product = planner.rounding(*how.product, t, 1);
    if (!plan.product) return no_strips("product: " + planner.why());
    const bool clamped = plan.product->highest < unlimited && plan.product->lowest > -unlimited;
    if (planner.guards() && !clamped) return no_strips("product: it may overflow");
    t = {how.product->format.precision(), unit_exponent_of(how.product->format), planner.bound()};
  }
  const auto sum = planner.rounding(how.accumulator, t, chunked ? std::min(how.chunk, k) : k);
  if (!sum) return no_strips(planner.why());
  plan.sum = *sum;
  plan.guards = planner.guards();
  if (!chunked) return {plan, {}};
  const Format& f = how.accumulator.format;
  plan.outer = planner.rounding(how.outer, {f.precision(), unit_exponent_of(f), planner.bound()},
                                (k + how.chunk - 1) / how.chunk);
  if (!plan.outer) return no_strips("outer: " + planner.why());
  return {plan, {}};
}

std::string describe(const StripPlan& plan) {
  const std::string products =
      plan.product ? "products rounded (" + kind_of(*plan.product) + ")" : "exact products";
  const std::string sums = ", sums cut to binary32 and rounded (" + kind_of(plan.sum) + ")";
  return products + sums + (plan.guards ? ", overflow watched or clamped" : ", no overflow by bound") +
         (plan.sum.grid == StripGrid::clamped ? ", subnormal grid" : "") +
         (plan.outer ? "; chunks: " + kind_of(*plan.outer) : "");
}

}  // namespace exmy
