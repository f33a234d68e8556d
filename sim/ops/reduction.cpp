#include "sim/ops/reduction.hpp"

#include "formats/arithmetic.hpp"
#include "formats/binary64.hpp"
#include "sim/ops/reduction_steps.hpp"

namespace exmy {
namespace {

double sum_sequentially(const ReductionSteps& steps, const double* a, const double* b, std::size_t n,
                        std::uint64_t first_index) {
  const Projection& p = steps.how.accumulator;
  double s = 0;
  for (std::size_t k = 0; k < n; ++k) {
    const std::uint64_t index = first_index + k;
    const std::uint32_t r = ReductionSteps::draw(p, steps.random.accumulator, index);
    s = steps.how.product ? steps.accumulate(p, s, steps.term(a[k], b[k], index), 1.0, r)
                          : steps.accumulate(p, s, a[k], b[k], r);
  }
  return s;
}

double sum_in_order(const ReductionSteps& steps, const double* a, const double* b, std::size_t n,
                    std::uint64_t o) {
  switch (steps.how.order) {
    case Order::sequential: return sum_sequentially(steps, a, b, n, o * n);
    case Order::chunked:
      return steps.over_chunks(n, o, [&](std::size_t first, std::size_t count) {
        return sum_sequentially(steps, a + first, b + first, count, o * n + first);
      });
    case Order::pairwise: return sum_pairwise(steps, a, b, n, o);
    case Order::exact: return sum_exactly(steps, a, b, n, o);
    case Order::block:
      if (!steps.how.has_outer()) return sum_in_blocks(steps, a, b, n);
      return steps.over_chunks(n, o, [&](std::size_t first, std::size_t count) {
        return sum_in_blocks(steps, a + first, b + first, count);
      });
  }
  return 0;
}

std::uint64_t groups(std::uint64_t n, std::uint64_t size) { return n / size + (n % size != 0 ? 1 : 0); }

/// Projections of accumulator and outer sum.
std::uint64_t sums_of(const Reduction& how, std::uint64_t n) {
  switch (how.order) {
    case Order::sequential: return n;
    case Order::chunked: return n + groups(n, how.chunk);
    case Order::pairwise: return n == 0 ? 0 : 2 * n - 1;
    case Order::exact: return n == 0 ? 0 : 1;
    case Order::block:
      if (!how.has_outer()) return groups(n, how.block.terms);
      return n / how.chunk * groups(how.chunk, how.block.terms) + groups(n % how.chunk, how.block.terms) +
             groups(n, how.chunk);
  }
  return 0;
}

}  // namespace

void ReductionSteps::note(const Outcome& sum, bool swamped) const {
  *nan_lost = *nan_lost || sum.events.has(Event::nan_lost);
  if (counters == nullptr) return;
  counters->accumulator.add(sum, counters->histograms);
  counters->accumulator.counters[Counter::swamped] += swamped ? 1 : 0;
}

double ReductionSteps::term(double a, double b, std::uint64_t index) const {
  const Outcome t = mul(*how.product, a, b, draw(*how.product, random.product, index), operands);
  if (counters != nullptr) counters->product.add(t, counters->histograms);
  *nan_lost = *nan_lost || t.events.has(Event::nan_lost);
  return t.value;
}

double ReductionSteps::accumulate(const Projection& p, double s, double a, double b, std::uint32_t r) const {
  const Outcome next = fma(p, a, b, s, r, operands);
  const bool addend = a != 0 && b != 0 && is_finite(a) && is_finite(b);
  note(next, addend && stands_still(next, s));
  return next.value;
}

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
  const double s = sum_in_order({how, random, operands, counters, nan_lost}, a, b, n, o);
  return s == 0 ? 0.0 : s;
}

std::uint64_t projections_of(const Reduction& how, std::uint64_t n) {
  return sums_of(how, n) + (how.product ? n : 0);
}

}  // namespace exmy
