#include "sim/ops/element_step.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <type_traits>

#include "formats/arithmetic.hpp"
#include "formats/binary64.hpp"
#include "formats/scans.hpp"
#include "sim/ops/sharing.hpp"

namespace exmy {
namespace {

constexpr std::size_t block_size = 256;
using Block = std::array<double, block_size>;

/// Where a kernel is proven for binary64 numbers: rounded to odd they are themselves.
bool are_in_range(const double* x, std::size_t n) {
  return std::all_of(x, x + n, [](double v) { return magnitude(v) < 0x1p900; });
}

bool stands_in(double odd) { return functions::is_huge(odd) || functions::is_tiny(odd); }

bool any_stands_in(const double* odd, std::size_t n) {
  return any_magnitude_is(functions::huge_odd, odd, n) || any_magnitude_is(functions::tiny_odd, odd, n);
}

/// A sum of zero is negative if a term is and the mode is toward_negative.
void add_odd(Rounding rounding, const double* a, const double* b, double* odd, std::size_t n) {
  kernels().add(a, b, odd, n);
  if (rounding != Rounding::toward_negative) return;
  for (std::size_t i = 0; i < n; ++i)
    if (odd[i] == 0) odd[i] = with_sign(0.0, is_negative(a[i]) || is_negative(b[i]));
}

/// A block of at most `block_size` elements, in binary64.
template <class T>
class WideBlock {
 public:
  WideBlock(const ElementStep<T>& step, std::size_t row, std::size_t column, std::size_t n,
            std::uint64_t index, ElementEvents& events)
      : step_(step), n_(n), index_(index), events_(events) {
    step.x.read(row, column, n, a_.data());
    step.y.read(row, column, n, b_.data());
  }

  void run(T* out) {
    const bool is_function = step_.op == ElementOp::function;
    const bool is_known = is_function ? step_.function.has_value() : step_.fast.has_value();
    if (is_known) rounded_to_odd(step_, a_.data(), b_.data(), odd_.data(), n_);
    if (!is_known || !by_kernel()) by_reference(is_known && is_function);
    events_.non_finite = events_.non_finite || any_non_finite(q_.data(), n_);
    for (std::size_t i = 0; i < n_; ++i) out[i] = static_cast<T>(q_[i]);
    if (step_.after != nullptr) step_.after->add(out, n_);
  }

 private:
  /// The definition, for a function whose value, rounded to odd, is known.
  Outcome projected(std::size_t i) const {
    if (stands_in(odd_[i])) return step_.reference(a_[i], 0, index_ + i);
    return project_function(step_.how, Exact::of(odd_[i]), a_[i], step_.random_of(index_ + i),
                            step_.semantics);
  }

  /// `knows_values`: of a function.
  void by_reference(bool knows_values) {
    for (std::size_t i = 0; i < n_; ++i) {
      const Outcome out = knows_values ? projected(i) : step_.reference(a_[i], b_[i], index_ + i);
      q_[i] = out.value;
      events_.nan_lost = events_.nan_lost || out.events.has(Event::nan_lost);
      if (!step_.counts) continue;
      events_.counters.add(out.events);
      if (step_.is_update) count_lost(i, out.events.has(Event::saturated));
      if (step_.before != nullptr && has_exponent(out.events)) step_.before->add_exponent(out.exponent);
    }
  }

  void count_lost(std::size_t i, bool saturated) {
    if (b_[i] == 0 || !is_finite(b_[i]) || q_[i] != a_[i] || !is_finite(q_[i]) || saturated) return;
    ++events_.counters[Counter::update_lost];
  }

  void count_lost() {
    const double maximum = step_.how.format.max_finite();
    for (std::size_t i = 0; i < n_; ++i) {
      const bool saturated =
          magnitude(q_[i]) == maximum &&
          project(step_.how, odd_[i], step_.random_of(index_ + i)).events.has(Event::saturated);
      count_lost(i, saturated);
    }
  }

  /// Whether a kernel may project these numbers and count what happens: it does not know which operand was
  /// NaN, nor the exact value behind a number that stands in for one outside of binary64's middle range.
  bool kernel_counts() const {
    if (any_nan(odd_.data(), n_)) return false;
    if (!std::is_same_v<T, float> && !are_in_range(odd_.data(), n_)) return false;
    return step_.op != ElementOp::function || !step_.counts || !any_stands_in(odd_.data(), n_);
  }

  bool by_kernel() {
    if (!step_.fast || !kernel_counts()) return false;
    std::array<std::uint32_t, block_size> drawn;
    if (is_stochastic(step_.how.rounding)) step_.random.bits(index_, step_.how.random_bits, drawn.data(), n_);
    kernels().round(*step_.fast, odd_.data(), q_.data(), n_, step_.counts ? &events_.counters : nullptr,
                    drawn.data());
    if (step_.counts && step_.is_update) count_lost();
    if (step_.before != nullptr) step_.before->add(odd_.data(), n_);
    return true;
  }

  const ElementStep<T>& step_;
  std::size_t n_;
  std::uint64_t index_;
  ElementEvents& events_;
  Block a_, b_, odd_, q_;
};

template <class T>
void run_wide(const ElementStep<T>& step, std::size_t row, std::size_t column, std::size_t n,
              std::uint64_t index, T* out, ElementEvents& events) {
  for (std::size_t i = 0; i < n; i += block_size)
    WideBlock<T>(step, row, column + i, std::min(block_size, n - i), index + i, events).run(out + i);
}

/// What one thread does: sums of integers, which do not depend on who counts what.
template <class T>
class Share {
 public:
  /// `alone`: there are no others, so that histograms are the step's own.
  Share(const ElementStep<T>& step, bool alone) : whole_(step), step_(step) {
    if (step.before != nullptr && !alone) step_.before = &before_;
    if (step.after != nullptr && !alone) step_.after = &after_;
  }
  Share(const Share&) = delete;

  /// n elements of a row of `columns`, from a column on, at most `float_block_size`; `first`: as for run below.
  void run(std::size_t row, std::size_t column, std::size_t n, std::size_t columns, T* out,
           std::uint64_t first) {
    const std::size_t index = row * columns + column;
    if constexpr (std::is_same_v<T, float>)
      if (step_.spans != nullptr)
        return run_in_binary32(step_, row, column, n, first + index, out + index, events_);
    run_wide(step_, row, column, n, first + index, out + index, events_);
  }

  void tell(ElementEvents& all) const {
    all.counters += events_.counters;
    all.non_finite = all.non_finite || events_.non_finite;
    all.nan_lost = all.nan_lost || events_.nan_lost;
    if (whole_.before != nullptr) *whole_.before += before_;
    if (whole_.after != nullptr) *whole_.after += after_;
  }

 private:
  const ElementStep<T>& whole_;
  ElementStep<T> step_;
  ElementEvents events_;
  ExponentHistogram before_, after_;
};

/// There is a block for each thread.
std::size_t block_size_of(std::size_t elements, std::size_t threads) {
  return std::clamp<std::size_t>((elements + threads - 1) / threads, 1, float_block_size);
}

}  // namespace

template <class T>
Outcome ElementStep<T>::reference(double a, double b, std::uint64_t index) const {
  const std::uint32_t r = random_of(index);
  switch (op) {
    case ElementOp::convert: return exmy::convert(how, a, r, semantics);
    case ElementOp::add: return exmy::add(how, a, b, r, semantics);
    case ElementOp::sub: return exmy::sub(how, a, b, r, semantics);
    case ElementOp::mul: return exmy::mul(how, a, b, r, semantics);
    case ElementOp::div: return exmy::div(how, a, b, r, semantics);
    case ElementOp::sqrt: return exmy::sqrt(how, a, r, semantics);
    case ElementOp::function: return functions::apply(f, how, a, r, semantics);
  }
  return {};
}

template <class T>
void rounded_to_odd(const ElementStep<T>& step, const double* a, const double* b, double* odd,
                    std::size_t n) {
  const Kernels& k = kernels();
  switch (step.op) {
    case ElementOp::convert: std::copy_n(a, n, odd); break;
    case ElementOp::sub: {
      Block minus;
      std::transform(b, b + n, minus.data(), std::negate<>());
      add_odd(step.how.rounding, a, minus.data(), odd, n);
      break;
    }
    case ElementOp::add: add_odd(step.how.rounding, a, b, odd, n); break;
    case ElementOp::mul: k.mul(a, b, odd, n); break;
    case ElementOp::div: k.div(a, b, odd, n); break;
    case ElementOp::sqrt: k.sqrt(a, odd, n); break;
    case ElementOp::function: step.function->values(a, odd, n); break;
  }
}

template <class T>
ElementEvents run(const ElementStep<T>& step, std::size_t rows, std::size_t columns, T* out,
                  std::uint64_t first) {
  if (step.x.is_flat() && step.y.is_flat()) columns *= rows, rows = 1;
  const std::size_t threads =
      threads_for(SharedStep::elements, rows * columns);  // 1 for an epilogue's blocks
  const std::size_t size = block_size_of(rows * columns, threads);
  const std::size_t blocks_per_row = (columns + size - 1) / size;
  ElementEvents events;
  share(
      {rows * blocks_per_row, threads}, [&] { return Share<T>(step, threads == 1); },
      [&](Share<T>& mine, std::size_t block) {
        const std::size_t column = block % blocks_per_row * size;
        mine.run(block / blocks_per_row, column, std::min(size, columns - column), columns, out, first);
      },
      [&](const Share<T>& mine) { mine.tell(events); });
  return events;
}

#define EXMY_INSTANTIATE(T)                                                                                \
  template Outcome ElementStep<T>::reference(double, double, std::uint64_t) const;                         \
  template void rounded_to_odd(const ElementStep<T>&, const double*, const double*, double*, std::size_t); \
  template ElementEvents run(const ElementStep<T>&, std::size_t, std::size_t, T*, std::uint64_t);
EXMY_INSTANTIATE(float)
EXMY_INSTANTIATE(double)
#undef EXMY_INSTANTIATE

}  // namespace exmy
