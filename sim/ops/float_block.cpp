// A block of an elementwise step in binary32: the kernel reads the operands and writes the results, nothing is widened.

#include <algorithm>
#include <array>
#include <bit>

#include "formats/binary64.hpp"
#include "sim/ops/element_step.hpp"

namespace exmy {
namespace {

using Floats = std::array<float, float_block_size>;
constexpr std::int32_t inf_bits = 0x7f800000;

/// |x|, ordered like it.
std::int32_t magnitude_bits(float x) {
  return static_cast<std::int32_t>(std::bit_cast<std::uint32_t>(x) & 0x7fffffff);
}

SpanOp span_op_of(ElementOp op) {
  switch (op) {
    case ElementOp::function:  // has no kernel
    case ElementOp::convert: return SpanOp::convert;
    case ElementOp::add: return SpanOp::add;
    case ElementOp::sub: return SpanOp::sub;
    case ElementOp::mul: return SpanOp::mul;
    case ElementOp::div: return SpanOp::div;
    case ElementOp::sqrt: return SpanOp::sqrt;
  }
  return SpanOp::convert;
}

/// What a kernel reads of an operand.
struct BlockOperand {
  FloatSpan span;
  float number = 0;

  BlockOperand(const Operand<float>& x, std::size_t row, std::size_t column) {
    number = static_cast<float>(x.value);  // exact, see Projector::choose_paths
    if (x.data == nullptr)
      span = {&number, 0};
    else
      span = {x.data + row * x.row_step + column * x.column_step, x.column_step};
  }
  BlockOperand(const BlockOperand&) = delete;

  float at(std::size_t i) const { return span.data[i * span.step]; }

  /// Numbers first, first + 1, ...; zeros where there is no operand.
  void read(std::size_t first, std::size_t count, double* numbers) const {
    if (span.data == nullptr)
      std::fill_n(numbers, count, 0.0);
    else if (span.step == 1)
      for (std::size_t i = 0; i < count; ++i) numbers[i] = static_cast<double>(span.data[first + i]);
    else
      for (std::size_t i = 0; i < count; ++i) numbers[i] = static_cast<double>(at(first + i));
  }
};

/// A block and its results.
struct FloatBlock {
  const ElementStep<float>& step;
  const BlockOperand &x, &y;
  std::size_t n;
  std::uint64_t index;
  const float* q;
  bool is_exact;    ///< every result is the exact value, or neither has an exponent
  bool underflows;  ///< the exact value of a result that is 0 may be another

  std::uint64_t lost_updates() const;
  void count_exponents() const;

 private:
  static constexpr std::size_t run_length = 64, long_run = 256;
  std::size_t count_edges(std::size_t first, std::size_t last, std::int32_t maximum) const;
  void count_exact_values() const;
  bool is_lost(std::size_t i) const;
  bool may_leave_binade(std::size_t i, std::int32_t maximum) const;
  void correct(std::size_t first, std::size_t last, std::int32_t maximum) const;
};

/// The definition of update_lost, of an element that may be saturated.
bool FloatBlock::is_lost(std::size_t i) const {
  const auto w = static_cast<double>(x.at(i)), u = static_cast<double>(y.at(i));
  return !step.reference(w, u, index + i).events.has(Event::saturated);
}

/// Weights that stay although their step is finite and not 0; and what stays at the maximum, unless saturated.
std::uint64_t FloatBlock::lost_updates() const {
  const std::int32_t maximum = magnitude_bits(static_cast<float>(step.how.format.max_finite()));
  const float *w = x.span.data, *u = y.span.data;
  std::uint32_t stay = 0, at_maximum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::int32_t moves = magnitude_bits(u[i]), m = magnitude_bits(q[i]);
    const bool stays = (moves > 0) & (moves < inf_bits) & (q[i] == w[i]) & (m < inf_bits);
    stay += stays ? 1 : 0;
    at_maximum += (stays & (m == maximum)) ? 1 : 0;
  }
  if (at_maximum == 0) return stay;
  std::uint64_t lost = stay - at_maximum;
  for (std::size_t i = 0; i < n; ++i) {
    const std::int32_t moves = magnitude_bits(u[i]);
    if (moves > 0 && moves < inf_bits && q[i] == w[i] && magnitude_bits(q[i]) == maximum && is_lost(i))
      ++lost;
  }
  return lost;
}

/// Whether the exact value may be in another binade than the result, or not be counted at all. The ends of binades are
/// values of the format and rounding is monotone, so a result comes from another binade only if it is the power of
/// two above it, 0, or the maximum or beyond. (Subnormal numbers of binary32 may hide a power of two.)
bool FloatBlock::may_leave_binade(std::size_t i, std::int32_t maximum) const {
  const std::int32_t m = magnitude_bits(q[i]);
  return (((m & 0x007fffff) == 0) | (m < 0x00800000) | (m >= maximum)) & ((m != 0) | underflows);
}

/// In `before`, puts the exact values where results were counted that they may differ from.
void FloatBlock::correct(std::size_t first, std::size_t last, std::int32_t maximum) const {
  std::array<double, run_length> a, b, odd;
  std::size_t count = 0;
  for (std::size_t i = first; i < last; ++i) {
    if (!may_leave_binade(i, maximum)) continue;
    step.before->remove(static_cast<double>(q[i]));
    a[count] = static_cast<double>(x.at(i));
    b[count] = y.span.data != nullptr ? static_cast<double>(y.at(i)) : 0;
    ++count;
  }
  rounded_to_odd(step, a.data(), b.data(), odd.data(), count);
  step.before->add(odd.data(), count);
}

std::size_t FloatBlock::count_edges(std::size_t first, std::size_t last, std::int32_t maximum) const {
  std::uint32_t count = 0;
  for (std::size_t i = first; i < last; ++i) count += may_leave_binade(i, maximum) ? 1u : 0u;
  return count;
}

/// In `before`, all of them.
void FloatBlock::count_exact_values() const {
  std::array<double, long_run> a, b, odd;
  for (std::size_t first = 0; first < n; first += long_run) {
    const std::size_t count = std::min(long_run, n - first);
    x.read(first, count, a.data());
    y.read(first, count, b.data());
    rounded_to_odd(step, a.data(), b.data(), odd.data(), count);
    step.before->add(odd.data(), count);
  }
}

void FloatBlock::count_exponents() const {
  constexpr std::size_t few = 8;  // one result in so many is corrected by itself
  if (is_exact) return step.after->add(q, n, step.before);
  if (step.op == ElementOp::convert && x.span.step != 0) {
    step.after->add(q, n);
    return step.before->add(x.span.data, n);
  }
  const std::int32_t maximum = magnitude_bits(static_cast<float>(step.how.format.max_finite()));
  const std::size_t edges = count_edges(0, n, maximum);
  if (edges > n / few) {
    step.after->add(q, n);
    return count_exact_values();
  }
  step.after->add(q, n, step.before);
  for (std::size_t first = 0; edges != 0 && first < n; first += run_length) {
    const std::size_t last = std::min(first + run_length, n);
    if (count_edges(first, last, maximum) != 0) correct(first, last, maximum);
  }
}

}  // namespace

void run_in_binary32(const ElementStep<float>& step, std::size_t row, std::size_t column, std::size_t n,
                     std::uint64_t index, float* out, ElementEvents& events) {
  const BlockOperand x(step.x, row, column), y(step.y, row, column);
  std::array<std::uint32_t, float_block_size> drawn;
  const bool draws = is_stochastic(step.how.rounding);
  if (draws) step.random.bits(index, step.how.random_bits, drawn.data(), n);
  // What is told of operands and results together needs both, though the results may replace an operand.
  Floats results;
  const bool compares = step.counts && (step.is_update || step.before != nullptr);
  const bool replaces = out == x.span.data || out == y.span.data;
  float* q = compares && replaces ? results.data() : out;
  Counters counters;
  const bool may_lose_nan = !step.how.format.has_nan();  // only the counters tell
  const SpanTask task{span_op_of(step.op),
                      x.span,
                      y.span,
                      q,
                      n,
                      draws ? drawn.data() : nullptr,
                      step.counts || may_lose_nan ? &counters : nullptr};
  const SpanResult result = float_span_kernels().run(*step.spans, task);
  events.non_finite = events.non_finite || result == SpanResult::non_finite;
  events.nan_lost = events.nan_lost || counters[Counter::nan_lost] != 0;
  if (step.counts) events.counters += counters;
  if (!compares) return;
  const bool is_exact = counters[Counter::inexact] == 0 && counters[Counter::saturated] == 0;
  const bool underflows = counters[Counter::underflow_to_zero] != 0 || counters[Counter::saturated] != 0;
  const FloatBlock block{step, x, y, n, index, q, is_exact, underflows};
  if (step.is_update) events.counters[Counter::update_lost] += block.lost_updates();
  if (step.before != nullptr) block.count_exponents();
  if (q != out) std::copy_n(q, n, out);
}

}  // namespace exmy
