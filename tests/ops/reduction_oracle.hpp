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

 private:
  double chain(const Values& a, const Values& b, std::uint64_t first, std::uint64_t last, std::uint64_t base,
               Expected& e) const {
    double s = 0;
    for (std::uint64_t k = first; k < last; ++k) {
      if (!product_) {
        s = add(accumulator_, s, a[k], b[k], base + k, e);
        continue;
      }
      const oracle::Point exact = product_->locate(oracle::Operation::mul, a[k], b[k], 0, operands_);
      const oracle::Answer t = product_->project(exact, base + k);
      e.product.add(exact, t);
      e.nan_lost = e.nan_lost || Events{t.events}.has(Event::nan_lost);
      s = add(accumulator_, s, t.value, 1, base + k, e);
    }
    return s;
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
