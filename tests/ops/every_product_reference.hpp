#pragma once
// Numerics sections 4, 6 and 7 once more, straight from the page: exact sums and products of `formats/`, projected.
// Nothing of sim/ops is used.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include "formats/binary64.hpp"
#include "formats/counters.hpp"
#include "formats/wide_sum.hpp"
#include "sim/base/philox.hpp"
#include "sim/quant/matrix_unit.hpp"
#include "sim/quant/quantizer.hpp"

namespace exmy::test {

inline constexpr std::uint64_t products_seed = 20261125, products_step = 3;

/// What a policy is to say of a product.
struct Sums {
  std::optional<Projection> product;  ///< none: exact
  Projection accumulator;             ///< order `block`: of the unit's output
  Order order = Order::sequential;
  std::size_t chunk = 0;
  Projection outer;
  MatrixUnit unit;

  bool has_outer() const { return has_outer_sum(order, chunk); }
};

/// One output at a time: terms a[k] b[k], k < n; adds up what is counted.
class SumsReference {
 public:
  /// `before`: products at the site earlier in the step.
  SumsReference(const Sums& how, const std::string& site, int e_min_a, int e_min_b, std::uint64_t before = 0)
      : how_(how),
        e_min_a_(e_min_a),
        e_min_b_(e_min_b),
        product_(products_seed, nth(site + "/product", before), products_step),
        accumulator_(products_seed, nth(site + "/accumulator", how.has_outer() ? 2 * before : before),
                     products_step),
        outer_(products_seed, nth(site + "/accumulator", 2 * before + 1), products_step) {}

  Counters products, sums;
  bool nan_lost = false;

  /// Output o.
  double reduce(const double* a, const double* b, std::uint64_t n, std::uint64_t o) {
    a_ = a, b_ = b, n_ = n, o_ = o;
    if (how_.order == Order::pairwise) return n == 0 ? 0.0 : positive(tree(0, n));
    if (how_.order == Order::exact) return n == 0 ? 0.0 : positive(whole());
    if (!how_.has_outer()) return positive(run(0, n));
    const std::uint64_t chunks = (n + how_.chunk - 1) / how_.chunk;
    double s = 0;
    for (std::uint64_t c = 0; c < chunks; ++c) {
      const double t = run(c * how_.chunk, std::min<std::uint64_t>(n, (c + 1) * how_.chunk));
      s = add(how_.outer, s, t, draw(how_.outer, outer_, o * chunks + c));
    }
    return positive(s);
  }

 private:
  static std::string nth(const std::string& name, std::uint64_t uses_before) {
    return uses_before == 0 ? name : name + "#" + std::to_string(uses_before + 1);
  }
  static double positive(double s) { return s == 0 ? 0.0 : s; }
  static bool real(double x) { return x - x == 0; }
  static bool is_term(double x) { return x != 0 && real(x); }
  static std::uint32_t draw(const Projection& p, const RandomStream& stream, std::uint64_t i) {
    return p.rounding < Rounding::stochastic_a ? 0 : stream.bits(i, p.random_bits);
  }

  Outcome projected(const Projection& p, const Exact& x, bool nan_operand, std::uint32_t r,
                    Counters& counters) {
    Outcome out = project(p, x, r);
    const bool made = x.kind == Exact::Kind::nan && !nan_operand;
    out.events.set(Event::nan_generated, made && out.value != out.value);
    nan_lost = nan_lost || out.events.has(Event::nan_lost);
    counters.add(out.events);
    return out;
  }
  static bool still(const Outcome& sum, double old) {
    return sum.value == old && real(old) && !sum.events.has(Event::saturated);
  }
  /// The sum x, of which `old` was there before; `addend`: what came to it is finite and not 0.
  double noted(const Projection& p, const Exact& x, bool nan_operand, std::uint32_t r, double old,
               bool addend) {
    const Outcome out = projected(p, x, nan_operand, r, sums);
    if (addend && still(out, old)) ++sums[Counter::swamped];
    return out.value;
  }
  double add(const Projection& p, double s, double t, std::uint32_t r) {
    return noted(p, exact_add(s, t, ZeroSign::positive), s != s || t != t, r, s, is_term(t));
  }

  /// P_product(a_k b_k).
  double term(std::uint64_t k) {
    const Projection& p = *how_.product;
    const bool nan = a_[k] != a_[k] || b_[k] != b_[k];
    return projected(p, exact_mul(a_[k], b_[k]), nan, draw(p, product_, o_ * n_ + k), products).value;
  }

  /// Terms first to last - 1 from +0: of `sequential`, of a chunk, of a matrix unit.
  double run(std::uint64_t first, std::uint64_t last) {
    const Projection& p = how_.accumulator;
    double s = 0;
    if (how_.order == Order::block) {
      for (std::uint64_t k = first; k < last; k += how_.unit.terms)
        s = group(s, k, std::min<std::uint64_t>(last, k + how_.unit.terms));
      return s;
    }
    for (std::uint64_t k = first; k < last; ++k) {
      const std::uint32_t r = draw(p, accumulator_, o_ * n_ + k);
      if (how_.product) {
        s = add(p, s, term(k), r);
        continue;
      }
      const double a = a_[k], b = b_[k];
      const bool nan = a != a || b != b || s != s;
      s = noted(p, exact_fma(a, b, s, ZeroSign::positive), nan, r, s, is_term(a) && is_term(b));
    }
    return s;
  }

  double tree(std::uint64_t first, std::uint64_t last) {
    const Projection& p = how_.accumulator;
    if (last - first == 1) {
      const std::uint32_t r = draw(p, accumulator_, 2 * o_ * n_ + first);
      const double a = how_.product ? term(first) : a_[first], b = how_.product ? 1 : b_[first];
      return projected(p, exact_mul(a, b), a != a || b != b, r, sums).value;
    }
    std::uint64_t left = 1;
    while (2 * left < last - first) left *= 2;
    const double l = tree(first, first + left), r = tree(first + left, last);
    const std::uint32_t bits = draw(p, accumulator_, 2 * o_ * n_ + n_ + first + left);
    const Outcome s = projected(p, exact_add(l, r, ZeroSign::positive), l != l || r != r, bits, sums);
    if ((is_term(l) && still(s, r)) || (is_term(r) && still(s, l))) ++sums[Counter::swamped];
    return s.value;
  }

  double whole() {
    WideSum sum;
    bool nan = false;
    for (std::uint64_t k = 0; k < n_; ++k) {
      const double a = how_.product ? term(k) : a_[k], b = how_.product ? 1 : b_[k];
      nan = nan || a != a || b != b;
      sum.add_product(a, b);
    }
    const Projection& p = how_.accumulator;
    return projected(p, sum.value(ZeroSign::positive), nan, draw(p, accumulator_, o_), sums).value;
  }

  static int exponent(double x, int e_min) { return x == 0 ? e_min : std::max(std::ilogb(x), e_min); }

  /// Adds x y, truncated toward zero to a multiple of 2^unit.
  static void add_truncated(WideSum& sum, double x, double y, int unit) {
    if (x == 0 || y == 0) return;
    int ex = 0, ey = 0;  // x = mx 2^(ex - 53)
    const auto mx = static_cast<Uint128>(std::abs(std::frexp(x, &ex)) * 0x1p53);
    const auto my = static_cast<Uint128>(std::abs(std::frexp(y, &ey)) * 0x1p53);
    const int scale = ex + ey - 106, drop = std::max(0, unit - scale);
    const Uint128 kept = drop >= 128 ? 0 : mx * my >> drop << drop;
    const double sign = (x < 0) != (y < 0) ? -1.0 : 1.0;
    for (int half = 0; half < 2; ++half) {  // 53 bits each
      const auto bits = static_cast<std::uint64_t>(half == 0 ? kept & 0x1fffffffffffff : kept >> 53);
      const int at = scale + 53 * half, low = at / 2;
      sum.add_product(sign * std::ldexp(static_cast<double>(bits), low), std::ldexp(1.0, at - low));
    }
  }

  /// A matrix unit's next sum.
  double group(double s, std::uint64_t first, std::uint64_t last) {
    const Projection& p = how_.accumulator;
    WideSum plain, with, truncated;
    with.add(s);
    bool nan = s != s, finite = real(s);
    int e = exponent(s, p.format.e_min());
    for (std::uint64_t k = first; k < last; ++k) {
      nan = nan || a_[k] != a_[k] || b_[k] != b_[k];
      finite = finite && real(a_[k]) && real(b_[k]);
      plain.add_product(a_[k], b_[k]), with.add_product(a_[k], b_[k]);
      if (is_term(a_[k]) && is_term(b_[k]))
        e = std::max(e, exponent(a_[k], e_min_a_) + exponent(b_[k], e_min_b_));
    }
    if (!finite) return noted(p, with.value(ZeroSign::positive), nan, 0, s, false);
    add_truncated(truncated, s, 1, e - how_.unit.fraction_bits);
    for (std::uint64_t k = first; k < last; ++k)
      add_truncated(truncated, a_[k], b_[k], e - how_.unit.fraction_bits);
    const bool any = plain.value(ZeroSign::positive).kind != Exact::Kind::zero;
    return noted(p, truncated.value(ZeroSign::positive), nan, 0, s, any);
  }

  const Sums& how_;
  int e_min_a_, e_min_b_;
  RandomStream product_, accumulator_, outer_;
  const double *a_ = nullptr, *b_ = nullptr;
  std::uint64_t n_ = 0, o_ = 0;
};

}  // namespace exmy::test
