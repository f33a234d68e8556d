#include "sim/ops/reduction.hpp"

#include <algorithm>

#include "formats/arithmetic.hpp"
#include "formats/binary64.hpp"

namespace exmy {
namespace {

/// One running reduction: what all its steps share.
struct Steps {
  const Reduction& how;
  const DotRandom& random;
  Semantics operands;
  DotCounters* counters;
  bool* nan_lost;

  static std::uint32_t draw(const Projection& p, const RandomStream& stream, std::uint64_t index) {
    return is_stochastic(p.rounding) ? stream.bits(index, p.random_bits) : 0;
  }

  double term(double a, double b, std::uint64_t index) const {
    const Outcome t = mul(*how.product, a, b, draw(*how.product, random.product, index), operands);
    if (counters != nullptr) counters->product.add(t, counters->histograms);
    *nan_lost = *nan_lost || t.events.has(Event::nan_lost);
    return t.value;
  }

  /// s' = P(s + a b); the addend counts as swamped when it is finite and not 0 and s did not change.
  double accumulate(const Projection& p, double s, double a, double b, std::uint32_t r) const {
    const Outcome next = fma(p, a, b, s, r, operands);
    *nan_lost = *nan_lost || next.events.has(Event::nan_lost);
    if (counters == nullptr) return next.value;
    counters->accumulator.add(next, counters->histograms);
    const bool addend = a != 0 && b != 0 && is_finite(a) && is_finite(b);
    const bool still = next.value == s && is_finite(next.value) && !next.events.has(Event::saturated);
    counters->accumulator.counters[Counter::swamped] += addend && still ? 1 : 0;
    return next.value;
  }

  double step(double s, double a, double b, std::uint64_t index) const {
    const std::uint32_t r = draw(how.accumulator, random.accumulator, index);
    if (!how.product) return accumulate(how.accumulator, s, a, b, r);
    return accumulate(how.accumulator, s, term(a, b, index), 1.0, r);
  }

  double sequential(const double* a, const double* b, std::size_t n, std::uint64_t first_index) const {
    double s = 0;
    for (std::size_t k = 0; k < n; ++k) s = step(s, a[k], b[k], first_index + k);
    return s;
  }

  double chunked(const double* a, const double* b, std::size_t n, std::uint64_t o) const {
    const std::size_t chunks = (n + how.chunk - 1) / how.chunk;
    double total = 0;
    for (std::size_t c = 0; c < chunks; ++c) {
      const std::size_t first = c * how.chunk;
      const double s = sequential(a + first, b + first, std::min(how.chunk, n - first), o * n + first);
      total = accumulate(how.outer, total, s, 1.0, draw(how.outer, random.outer, o * chunks + c));
    }
    return total;
  }
};

}  // namespace

void StepCounters::add(const Outcome& out, bool histograms) {
  counters.add(out.events);
  if (!histograms) return;
  const bool special =
      out.events.has(Event::zero_in) || out.events.has(Event::inf_in) || out.events.has(Event::nan_in);
  if (!special) before.add_exponent(out.exponent);
  after.add(out.value);
}

StepCounters& StepCounters::operator+=(const StepCounters& other) {
  counters += other.counters;
  before += other.before;
  after += other.after;
  return *this;
}

double reduce_by_definition(const Reduction& how, const double* a, const double* b, std::size_t n,
                            std::uint64_t o, const DotRandom& random, Semantics operands,
                            DotCounters* counters, bool* nan_lost) {
  const Steps steps{how, random, operands, counters, nan_lost};
  const double s = how.order == Order::chunked ? steps.chunked(a, b, n, o) : steps.sequential(a, b, n, o * n);
  return s == 0 ? 0.0 : s;
}

}  // namespace exmy
