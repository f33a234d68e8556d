#pragma once
// Numerics section 4 in exact rationals, step by step, with the indices of the random numbers (section 6)
// written out by hand.

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "formats/binary64.hpp"
#include "formats/counters.hpp"
#include "sim/base/philox.hpp"
#include "sim/ops/reduction.hpp"
#include "tests/support/rational_oracle.hpp"

namespace exmy::test {

using Values = std::vector<double>;

inline constexpr std::uint64_t reduction_seed = 0x9876543212345678,
                               step_number = (std::uint64_t{5} << 32) + 17;
inline constexpr const char *product_name = "fc/dot/wgrad/product",
                            *accumulator_name = "fc/dot/wgrad/accumulator",
                            *outer_name = "fc/dot/wgrad/accumulator#2";

inline DotRandom streams() {
  return {{reduction_seed, product_name, step_number},
          {reduction_seed, accumulator_name, step_number},
          {reduction_seed, outer_name, step_number}};
}

/// R of element i (numerics section 6).
inline std::uint32_t drawn(const char* name, std::uint64_t i, int n) {
  const auto words = [](std::uint64_t x) {
    return std::array{static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(x >> 32)};
  };
  const auto h = words(fnv1a64(name)), t = words(step_number), b = words(n <= 16 ? i / 8 : i / 4);
  const PhiloxBlock site = philox4x32(words(reduction_seed), {h[0], h[1], 0, 0});
  const PhiloxBlock w = philox4x32({site[0], site[1]}, {b[0], b[1], t[0], t[1]});
  if (n > 16) return w[i % 4] >> (32 - n);
  const std::uint64_t halves[] = {w[i % 8 / 2] & 0xffff, w[i % 8 / 2] >> 16};
  return static_cast<std::uint32_t>(halves[i % 2] >> (16 - n));
}

// ---- the definition in rationals ------------------------------------------------------------------

/// One projection of a reduction and the stream that it draws from.
struct ReductionPlace {
  Projection how;
  const char* name;
  oracle::Model model;

  ReductionPlace(const Projection& p, const char* n)
      : how(p), name(n), model(p.format, oracle::Model::Search::arithmetic) {}

  oracle::Point locate(oracle::Operation op, double x, double y, double z, Semantics operands) const {
    return model.locate(op, how.rounding == Rounding::toward_negative, x, y, z, operands);
  }
  oracle::Answer project(const oracle::Point& point, std::uint64_t i) const {
    return model.project(how, point, is_stochastic(how.rounding) ? drawn(name, i, how.random_bits) : 0);
  }
};

/// What a role's steps count: events, and exponents of exact results and of projected ones.
struct Counted {
  Counters counters;
  std::map<long, std::uint64_t> before, after;

  void add(const oracle::Point& point, const oracle::Answer& answer) {
    counters.add(Events{answer.events});
    const oracle::Real q = oracle::real_of(answer.value);
    if (point.x.is_number() && !point.x.is_zero()) ++before[oracle::floor_log2(point.x.size)];
    if (q.is_number() && !q.is_zero()) ++after[oracle::floor_log2(q.size)];
  }
};

struct Expected {
  double sum = 0;
  Counted product, accumulator;
  bool nan_lost = false;
};

inline oracle::Real exact_product(double x, double y) {
  return oracle::exact_result(oracle::Operation::mul, false, false, oracle::real_of(x), oracle::real_of(y),
                              {});
}

/// The sum of any number of terms; a zero is +0.
inline oracle::Real exact_sum(const std::vector<oracle::Real>& terms) {
  using Kind = oracle::Real::Kind;
  mpq_class sum;
  bool nan = false, infinite[2] = {false, false};
  for (const oracle::Real& t : terms) {
    nan = nan || t.kind == Kind::nan;
    if (t.kind == Kind::infinite) infinite[t.negative ? 1 : 0] = true;
    if (t.is_number()) sum += t.negative ? mpq_class(-t.size) : t.size;
  }
  if (nan || (infinite[0] && infinite[1])) return {Kind::nan, false, {}};
  if (infinite[0] || infinite[1]) return {Kind::infinite, infinite[1], {}};
  return {Kind::number, sum < 0, abs(sum)};
}

class ReductionOracle {
 public:
  ReductionOracle(const Reduction& how, Semantics operands)
      : how_(how),
        operands_(operands),
        accumulator_(how.accumulator, accumulator_name),
        outer_(how.outer, outer_name) {
    if (how.product) product_.emplace(*how.product, product_name);
  }

  Expected reduce(const Values& a, const Values& b, std::uint64_t o) const {
    Expected e;
    const std::uint64_t n = a.size();
    if (how_.order == Order::sequential) {
      e.sum = chain(a, b, 0, n, o * n, e);
    } else if (how_.order == Order::pairwise) {
      if (n > 0) e.sum = tree({&a, &b, n, o}, 0, n, e);
    } else if (how_.order == Order::exact) {
      if (n > 0) e.sum = whole(a, b, o, e);
    } else {
      const std::uint64_t chunks = n / how_.chunk + (n % how_.chunk != 0 ? 1 : 0);
      for (std::uint64_t c = 0; c < chunks; ++c) {
        const double chunk_sum = chain(a, b, c * how_.chunk, std::min(n, (c + 1) * how_.chunk), o * n, e);
        e.sum = add(outer_, e.sum, chunk_sum, 1, o * chunks + c, e);
      }
    }
    if (e.sum == 0) e.sum = 0.0;
    return e;
  }

  /// S + chunk sum, chunk `index` of all chunks of all outputs.
  double add_outer(double s, double chunk_sum, std::uint64_t index, Expected& e) const {
    return add(outer_, s, chunk_sum, 1, index, e);
  }

 private:
  struct Terms {
    const Values *a, *b;
    std::uint64_t n, o;
  };

  double chain(const Values& a, const Values& b, std::uint64_t first, std::uint64_t last, std::uint64_t base,
               Expected& e) const {
    double s = 0;
    for (std::uint64_t k = first; k < last; ++k) {
      if (!product_) {
        s = add(accumulator_, s, a[k], b[k], base + k, e);
        continue;
      }
      s = add(accumulator_, s, term(a[k], b[k], base + k, e), 1, base + k, e);
    }
    return s;
  }

  /// A rounded product.
  double term(double a, double b, std::uint64_t i, Expected& e) const {
    const oracle::Point exact = product_->locate(oracle::Operation::mul, a, b, 0, operands_);
    const oracle::Answer t = product_->project(exact, i);
    e.product.add(exact, t);
    e.nan_lost = e.nan_lost || Events{t.events}.has(Event::nan_lost);
    return t.value;
  }

  double note(const oracle::Point& exact, const oracle::Answer& answer, Expected& e) const {
    e.accumulator.add(exact, answer);
    e.nan_lost = e.nan_lost || Events{answer.events}.has(Event::nan_lost);
    return answer.value;
  }

  /// Terms first to last - 1 as a tree.
  double tree(const Terms& t, std::uint64_t first, std::uint64_t last, Expected& e) const {
    if (last - first == 1) {
      const double x = product_ ? term((*t.a)[first], (*t.b)[first], t.o * t.n + first, e) : (*t.a)[first];
      const double y = product_ ? 1 : (*t.b)[first];
      const auto operation = product_ ? oracle::Operation::convert : oracle::Operation::mul;
      const oracle::Point exact = accumulator_.locate(operation, x, y, 0, operands_);
      return note(exact, accumulator_.project(exact, 2 * t.o * t.n + first), e);
    }
    std::uint64_t left = 1;
    while (left * 2 < last - first) left *= 2;
    const std::uint64_t m = first + left;
    const double l = tree(t, first, m, e), r = tree(t, m, last, e);
    const oracle::Point exact = accumulator_.locate(oracle::Operation::add, l, r, 0, operands_);
    const oracle::Answer sum = accumulator_.project(exact, 2 * t.o * t.n + t.n + m);
    const bool moved = !is_finite(sum.value) || Events{sum.events}.has(Event::saturated);
    const bool lost_left = l != 0 && is_finite(l) && sum.value == r;
    const bool lost_right = r != 0 && is_finite(r) && sum.value == l;
    if (!moved && (lost_left || lost_right)) ++e.accumulator.counters[Counter::swamped];
    return note(exact, sum, e);
  }

  /// One projection of the exact sum.
  double whole(const Values& a, const Values& b, std::uint64_t o, Expected& e) const {
    std::vector<oracle::Real> terms;
    bool nan = false;
    for (std::size_t k = 0; k < a.size(); ++k) {
      const double x = product_ ? term(a[k], b[k], o * a.size() + k, e) : a[k], y = product_ ? 1 : b[k];
      nan = nan || x != x || y != y;
      terms.push_back(exact_product(x, y));
    }
    oracle::Point point = accumulator_.model.locate(exact_sum(terms));
    point.operation = true;
    point.nan_operand = nan;
    point.p3109 = point.p3109 || operands_ == Semantics::p3109;
    return note(point, accumulator_.project(point, o), e);
  }

  double add(const ReductionPlace& place, double s, double a, double b, std::uint64_t i, Expected& e) const {
    const oracle::Point exact = place.locate(oracle::Operation::fma, a, b, s, operands_);
    const oracle::Answer next = place.project(exact, i);
    const Events events{next.events};
    e.accumulator.add(exact, next);
    e.nan_lost = e.nan_lost || events.has(Event::nan_lost);
    const oracle::Real addend = oracle::exact_result(oracle::Operation::mul, false, false, oracle::real_of(a),
                                                     oracle::real_of(b), {});
    const bool effective = addend.is_number() && !addend.is_zero();
    if (effective && is_finite(next.value) && next.value == s && !events.has(Event::saturated))
      ++e.accumulator.counters[Counter::swamped];
    return next.value;
  }

  Reduction how_;
  Semantics operands_;
  ReductionPlace accumulator_, outer_;
  std::optional<ReductionPlace> product_;
};

}  // namespace exmy::test
