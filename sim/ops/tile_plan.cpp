#include "sim/ops/tile_plan.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "formats/binary64.hpp"

namespace exmy {
namespace {

constexpr int binary32_bits = 24;
constexpr int binary32_grid = -149;
constexpr double binary32_max = 0x1.fffffep127;

/// Exponent of the number that all values of a format are multiples of.
int grid_of(const Format& f) { return f.e_min() - f.mantissa_bits; }

/// Whether all elements that are not 0 have one magnitude.
bool is_uniform(const FactorFacts& x) {
  return x.range.largest == x.range.smallest && x.range.largest <= std::numeric_limits<float>::max();
}

/// Bits of the elements.
int precision_of(const FactorFacts& x) {
  if (!is_uniform(x)) return x.format.precision();
  return 64 - std::countr_zero(parts_of(static_cast<double>(x.range.largest)).significand);
}

/// The same of the elements of a factor, which its smallest one may tell better.
int grid_of(const FactorFacts& x) {
  const int grid = grid_of(x.format);
  if (!(x.range.smallest <= std::numeric_limits<float>::max())) return grid;  // all are 0
  return std::max(grid, parts_of(static_cast<double>(x.range.smallest)).exponent + 1 - precision_of(x));
}

}  // namespace

bool Summand::is_binary32() const {
  return bits <= binary32_bits && grid >= binary32_grid && largest <= binary32_max;
}

Summand product_of(const FactorFacts& a, const FactorFacts& b) {
  const int p = precision_of(a), q = precision_of(b);
  return {p == 1 || q == 1 ? std::max(p, q) : p + q, grid_of(a) + grid_of(b),
          static_cast<double>(a.range.largest) * static_cast<double>(b.range.largest)};
}

/// Bounds n sums of addends up to `largest`, each rounded to P bits: u <- (u + largest) (1 + 2^-P). The map is
/// squared as often as n has bits; the last factor covers the roundings of this computation.
double bound_of(double largest, std::size_t n, int bits) {
  struct Affine {
    double scale, offset;
    Affine after(const Affine& first) const { return {scale * first.scale, scale * first.offset + offset}; }
  };
  const double growth = 1 + pow2(-bits);
  Affine power{growth, largest * growth};
  Affine all{1, 0};
  for (; n > 0; n /= 2) {
    if (n % 2 == 1) all = power.after(all);
    power = power.after(power);
  }
  return all.offset * (1 + 0x1p-40);
}

namespace {

std::string number(auto n) { return std::to_string(n); }

/// How many addends up to `largest` cannot make a sum exceed `limit`.
std::size_t steps_within(double limit, double largest) {
  constexpr double most = 1 << 20;
  return static_cast<std::size_t>(limit < largest * most ? limit / largest : most);
}

/// Why a projection has no fast form in binary32; empty if it has.
std::string obstacle(const Projection& how) {
  const Format& f = how.format;
  if (how.rounding != Rounding::nearest_even) return "the rounding is not nearest_even";
  if (!f.is_signed || !f.zero) return "the format has no sign or no zero";
  if (f.subnormals != Subnormals::gradual) return "subnormals are not gradual";
  if (f.mantissa_bits < 1 || f.mantissa_bits > 21)
    return "precision " + number(f.precision()) + " is not 2 to 22";
  if (f.max_finite() < pow2(f.e_min())) return "all its numbers are subnormal";
  if (f.e_min() < -126 || grid_of(f) < binary32_grid || f.max_finite() > binary32_max)
    return "its numbers leave the range of binary32";
  return {};
}

/// Multiples of 2^grid are binary32 numbers up to there.
float exact_below(int grid) { return static_cast<float>(pow2(std::min(grid + binary32_bits, 126))); }

NearestEven32 constants_of(const Format& f) {
  NearestEven32 k;
  const float min_normal = static_cast<float>(pow2(f.e_min()));
  k.unit = static_cast<std::uint32_t>(23 - f.mantissa_bits) << 23 | 0x00400000u;
  k.e_min_bits = std::bit_cast<std::uint32_t>(min_normal);
  k.max_finite = static_cast<float>(f.max_finite());
  k.min_normal = min_normal;
  k.tiny_below = static_cast<float>(pow2(f.e_min()) - pow2(grid_of(f) - 2));
  return k;
}

NearestEven32 binary32() {
  NearestEven32 k;
  k.max_finite = std::numeric_limits<float>::max();
  k.min_normal = 0x1p-126f;
  k.tiny_below = 0;  // sums of numbers on the grid never are
  return k;
}

/// Sums are those of the machine.
void sum_natively(TileRounding& r) {
  r.step = TileStep::native;
  r.clamps = false;
  r.limit = TileLimit::watch;
  r.sum = binary32();
}

/// Fills in one rounding of a plan; says why it cannot.
class Planner {
 public:
  Planner(bool counts, bool has_fma) : counts_(counts), has_fma_(has_fma) {}

  /// The steps of n sums s = acc(s + t), or acc(s + product(t)).
  std::optional<TileRounding> steps(const std::optional<Projection>& product, const Projection& acc,
                                    Summand t, std::size_t n) {
    TileRounding r;
    const bool is_native = acc == Projection{};
    if (!t.is_binary32()) {
      if (!has_fma_ || product || !(is_native ? fits_native(t) : fits_rounded(t, acc.format)))
        return refuse("a product of " + number(t.bits) + " bits may be no binary32 number");
      r.wide_products = counts_ || !is_native;
    }
    if (product && !round_product(*product, t, r)) return std::nullopt;
    return is_native ? native(t, n, r) : rounded(acc, t, n, r);
  }

  /// The sums that were planned last are multiples of 2^grid.
  int grid() const { return grid_; }

  /// Bound of the sums that were planned last.
  double bound() const { return bound_; }
  const std::string& why() const { return why_; }

 private:
  std::nullopt_t refuse(const std::string& why) {
    why_ = why;
    return std::nullopt;
  }

  /// Whether the errors of sums of wide products can be counted.
  bool fits_native(const Summand& t) const {
    return !counts_ || (t.grid >= binary32_grid && t.largest < 0x1p120);
  }

  /// Whether those that are looked at are multiples of 2^-149: all where they are counted, else those in the middle
  /// between two values.
  bool fits_rounded(const Summand& t, const Format& f) const {
    return t.grid >= binary32_grid || (!counts_ && f.e_min() - f.precision() - t.bits >= binary32_grid);
  }

  /// Afterwards t is the rounded product.
  bool round_product(const Projection& how, Summand& t, TileRounding& r) {
    const Format& f = how.format;
    why_ = obstacle(how);
    if (!why_.empty()) why_ = "product: " + why_;
    if (why_.empty() && !fits_constant(t.largest, f)) why_ = "product: too large for the constant C";
    if (!why_.empty()) return false;
    const double largest = project(how, t.largest).value;
    const bool beyond =
        project({f, Rounding::nearest_even, Saturation::none}, t.largest).events.has(Event::beyond);
    if (beyond && how.saturation == Saturation::none) {
      why_ = "product: it may overflow";
      return false;
    }
    r.rounds_product = true;
    r.saturates_product = beyond;
    r.product = constants_of(f);
    quick_product_ = !beyond && f.mantissa_bits <= 10 && f.e_min() - f.precision() >= -126;
    r.quick_normal = t.grid >= -126;
    t = {f.precision(), grid_of(f), largest};
    return true;
  }

  std::optional<TileRounding> native(const Summand& t, std::size_t n, TileRounding& r) {
    bound_ = bound_of(t.largest, n, binary32_bits);
    if (r.wide_products && bound_ > 0x1p126) return refuse("the error of a sum may overflow binary32");
    sum_natively(r);
    grid_ = std::max(t.grid, binary32_grid);
    if (counts_ && !r.rounds_product && !r.wide_products && t.grid >= -126) count_natively(t, n, r);
    return r;
  }

  /// No sum is subnormal.
  void count_natively(const Summand& t, std::size_t n, TileRounding& r) const {
    constexpr double far_from_overflow = 0x1p126;
    r.quick = bound_ <= far_from_overflow;
    r.exact_below = exact_below(t.grid);
    const double exact = static_cast<double>(r.exact_below), half = exact / 2;
    r.exact_between = static_cast<float>(half);
    r.exact_steps = steps_within(half, t.largest);
    if (r.exact_steps > 0 && static_cast<double>(n) * t.largest < exact)
      r.exact_first = std::max<std::size_t>(n, 1);
  }

  std::optional<TileRounding> rounded(const Projection& acc, const Summand& t, std::size_t n,
                                      TileRounding& r) {
    const Format& f = acc.format;
    if (const std::string why = obstacle(acc); !why.empty()) return refuse(why);
    const int p = f.precision();
    r.step = t.bits <= p && p <= 11 && t.bits + p <= 23 ? TileStep::fused : TileStep::odd;
    constexpr int many_bits = 18;  // more than 2^(18 - 11) places of a sum between two values, in general
    r.rare_middles = !counts_ && r.step == TileStep::odd && !r.rounds_product && t.bits >= many_bits;
    r.clamps = t.grid < grid_of(f);
    // Below 2^e_min a sum grows by up to half a unit of the grid, however small it is.
    bound_ = bound_of(t.largest + (r.clamps ? pow2(grid_of(f) - 1) : 0.0), n, p);
    const bool excluded = bound_ <= f.max_finite();
    r.limit = excluded                             ? TileLimit::excluded
              : acc.saturation == Saturation::none ? TileLimit::watch
                                                   : TileLimit::saturate;
    bound_ = std::min(bound_, f.max_finite());  // beyond it a tile is discarded
    if (!fits_constant(bound_ + t.largest, f)) return refuse("sums may be too large for the constant C");
    r.sum = constants_of(f);
    grid_ = std::max(t.grid, grid_of(f));
    if (r.rare_middles && !r.wide_products)  // the maximum may be finer than the summands
      r.exact_below = exact_below(std::min(t.grid, f.e_max() - f.mantissa_bits));
    const bool quick_product = r.rounds_product ? quick_product_ : t.is_binary32();
    if (counts_ && quick_product && t.bits <= 22 && p <= 11) {
      r.quick = true;
      r.quick_least = static_cast<float>(pow2(std::max(f.e_min(), p - 125)));
      r.quick_normal = t.grid >= -126 && (!r.rounds_product || r.quick_normal);
    }
    return r;
  }

  /// C = 1.5 2^(e + 23 - M) is finite, and so is x + C.
  static bool fits_constant(double largest, const Format& f) { return largest < pow2(103 + f.mantissa_bits); }

  bool counts_, has_fma_;
  double bound_ = 0;
  int grid_ = 0;
  bool quick_product_ = false;
  std::string why_;
};

TileDecision refused(const std::string& why) { return {std::nullopt, why}; }

}  // namespace

bool needs_ranges(const Reduction& how, bool counts, bool has_fma) {
  return counts || !has_fma || how.order != Order::sequential || how.product ||
         how.accumulator != Projection{};
}

const TilePlan& machine_sums() {
  static const TilePlan plan = [] {
    TilePlan p;
    sum_natively(p.inner);
    return p;
  }();
  return plan;
}

bool has_finite_sums(const TilePlan& plan) {
  return (plan.outer ? *plan.outer : plan.inner).step != TileStep::native;
}

TileDecision plan_tiles(const Reduction& how, const FactorFacts& a, const FactorFacts& b, std::size_t k,
                        bool counts, bool has_fma) {
  const bool chunked = how.order == Order::chunked;
  if (!chunked && how.order != Order::sequential)
    return refused("the order is neither sequential nor chunked");
  if (!needs_ranges(how, counts, has_fma)) return {machine_sums(), {}};
  if (!(a.is_finite() && b.is_finite())) return refused("an operand is not finite");
  Planner planner(counts, has_fma);
  const std::size_t n = chunked ? std::min(how.chunk, k) : k;
  TilePlan plan;
  const auto inner = planner.steps(how.product, how.accumulator, product_of(a, b), n);
  if (!inner) return refused(planner.why());
  plan.inner = *inner;
  if (!chunked) return {plan, {}};
  if (planner.bound() > binary32_max) return refused("a chunk may overflow binary32");
  const Format& f = how.accumulator.format;
  const Summand chunk{f.precision(), planner.grid(), planner.bound()};
  plan.outer = planner.steps(std::nullopt, how.outer, chunk, (k + how.chunk - 1) / how.chunk);
  if (!plan.outer) return refused("outer: " + planner.why());
  return {plan, {}};
}

}  // namespace exmy
