#pragma once
// Order `block` of numerics section 4 in exact rationals, word by word.

#include <algorithm>
#include <optional>
#include <vector>

#include "tests/ops/reduction_oracle.hpp"

namespace exmy::test {

class BlockOracle {
 public:
  /// The unit as numbers; `output`: the projection of the running sum, `e_min` of its format; `e_min_a`,
  /// `e_min_b` of the factors' formats.
  struct Unit {
    std::size_t terms;
    int fraction_bits;
    Projection output;
    long e_min, e_min_a, e_min_b;
  };

  /// `how` gives chunk and outer.
  BlockOracle(const Reduction& how, const Unit& unit)
      : how_(how), unit_(unit), output_(unit.output, accumulator_name), outer_(how, Semantics::ieee754) {}

  Expected reduce(const Values& a, const Values& b, std::uint64_t o) const {
    Expected e;
    if (how_.chunk == 0) {
      e.sum = run(a, b, e);
    } else {
      std::vector<Values> parts_a = cut(a, how_.chunk), parts_b = cut(b, how_.chunk);
      for (std::size_t c = 0; c < parts_a.size(); ++c)
        e.sum = outer_.add_outer(e.sum, run(parts_a[c], parts_b[c], e), o * parts_a.size() + c, e);
    }
    if (e.sum == 0) e.sum = 0.0;
    return e;
  }

 private:
  static std::vector<Values> cut(const Values& x, std::size_t size) {
    std::vector<Values> parts;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (i % size == 0) parts.emplace_back();
      parts.back().push_back(x[i]);
    }
    return parts;
  }

  static long exponent(const oracle::Real& x, long e_min) {
    return x.is_zero() ? e_min : std::max(oracle::floor_log2(x.size), e_min);
  }

  static oracle::Real truncated(const oracle::Real& x, long unit) {
    const mpq_class grid = oracle::power_of_two(unit);
    return {oracle::Real::Kind::number, x.negative, oracle::whole_part(x.size / grid) * grid};
  }

  double run(const Values& a, const Values& b, Expected& e) const {
    double s = 0;
    const std::vector<Values> groups_a = cut(a, unit_.terms), groups_b = cut(b, unit_.terms);
    for (std::size_t g = 0; g < groups_a.size(); ++g) s = group(groups_a[g], groups_b[g], s, e);
    return s;
  }

  double group(const Values& a, const Values& b, double s, Expected& e) const {
    std::vector<oracle::Real> products, addends{oracle::real_of(s)};
    bool nan = s != s;
    for (std::size_t k = 0; k < a.size(); ++k) {
      nan = nan || a[k] != a[k] || b[k] != b[k];
      products.push_back(exact_product(a[k], b[k]));
      addends.push_back(products.back());
    }
    oracle::Real sum = exact_sum(addends);
    if (sum.is_number()) {
      const long e_max = largest(a, b, products, s);
      for (oracle::Real& x : addends) x = truncated(x, e_max - unit_.fraction_bits);
      sum = exact_sum(addends);
    }
    oracle::Point point = output_.model.locate(sum);
    point.operation = true;
    point.nan_operand = nan;
    const oracle::Answer next = output_.project(point, 0);
    e.accumulator.add(point, next);
    const oracle::Real fresh = exact_sum(products);
    const bool saturated = Events{next.events}.has(Event::saturated);
    if (fresh.is_number() && !fresh.is_zero() && next.value == s && is_finite(s) && !saturated)
      ++e.accumulator.counters[Counter::swamped];
    return next.value;
  }

  long largest(const Values& a, const Values& b, const std::vector<oracle::Real>& products, double s) const {
    long most = exponent(oracle::real_of(s), unit_.e_min);
    for (std::size_t k = 0; k < a.size(); ++k)
      if (!products[k].is_zero())
        most = std::max(most, exponent(oracle::real_of(a[k]), unit_.e_min_a) +
                                  exponent(oracle::real_of(b[k]), unit_.e_min_b));
    return most;
  }

  Reduction how_;
  Unit unit_;
  ReductionPlace output_;
  ReductionOracle outer_;
};

}  // namespace exmy::test
