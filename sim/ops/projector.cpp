#include "sim/ops/projector.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <type_traits>

#include "formats/arithmetic.hpp"
#include "formats/binary64.hpp"
#include "sim/ops/function_source.hpp"

namespace exmy {
namespace {

constexpr std::size_t block_size = 256;
using Block = std::array<double, block_size>;

bool any_non_finite(const double* x, std::size_t n) {
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += x[i] - x[i];  // 0, or NaN for infinities and NaN
  return sum != 0 || sum != sum;
}

/// A number far outside of float's range: a scale or loss scale may be any binary64 value.
template <class T>
bool is_extreme(const Operand<T>& x) {
  const double a = magnitude(x.value);
  return x.data == nullptr && a != 0 && (a < 0x1p-300 || a > 0x1p300);
}

bool any_nan(const double* x, std::size_t n) {
  return std::any_of(x, x + n, [](double v) { return is_nan(v); });
}

bool stands_in(double odd) { return functions::is_huge(odd) || functions::is_tiny(odd); }

}  // namespace

/// One call: its operation, operands and result, walked in blocks that stay in the cache.
template <class T>
struct Projector<T>::Run {
  Kind kind;
  In x, y;
  const Projection& how;
  Semantics semantics;
  functions::Function f;
  std::optional<FastProjection> fast;      ///< where the fast path is proven: float carrier
  std::optional<FunctionSource> function;  ///< where it serves the projection
  RandomStream random;
  SiteRecord* record;
  bool histograms;
  bool is_update;  ///< x is a weight, y its step: counts update_lost
  bool non_finite = false;
  bool nan_lost = false;

  Outcome reference(double a, double b, std::uint64_t index) const {
    const std::uint32_t r = random_of(index);
    switch (kind) {
      case Kind::convert: return exmy::convert(how, a, r, semantics);
      case Kind::add: return exmy::add(how, a, b, r, semantics);
      case Kind::sub: return exmy::sub(how, a, b, r, semantics);
      case Kind::mul: return exmy::mul(how, a, b, r, semantics);
      case Kind::div: return exmy::div(how, a, b, r, semantics);
      case Kind::sqrt: return exmy::sqrt(how, a, r, semantics);
      case Kind::function: return functions::apply(f, how, a, r, semantics);
    }
    return {};
  }

  /// The same for a function whose value, rounded to odd, is known.
  Outcome projected(double a, double odd, std::uint64_t index) const {
    if (functions::is_huge(odd) || functions::is_tiny(odd)) return reference(a, 0, index);
    return project_function(how, Exact::of(odd), a, random_of(index), semantics);
  }

  std::uint32_t random_of(std::uint64_t index) const {
    return is_stochastic(how.rounding) ? random.bits(index, how.random_bits) : 0;
  }

  /// A sum of zero is negative if a term is and the mode is toward_negative.
  void add(const Block& a, const Block& b, Block& odd, std::size_t n) const {
    kernels().add(a.data(), b.data(), odd.data(), n);
    if (how.rounding != Rounding::toward_negative) return;
    for (std::size_t i = 0; i < n; ++i)
      if (odd[i] == 0) odd[i] = with_sign(0.0, is_negative(a[i]) || is_negative(b[i]));
  }

  /// The results before projection, rounded to odd in binary64.
  void rounded_to_odd(const Block& a, const Block& b, Block& odd, std::size_t n) const {
    const Kernels& k = kernels();
    switch (kind) {
      case Kind::convert: odd = a; break;
      case Kind::sub: {
        Block minus;
        std::transform(b.data(), b.data() + n, minus.data(), std::negate<>());
        add(a, minus, odd, n);
        break;
      }
      case Kind::add: add(a, b, odd, n); break;
      case Kind::mul: k.mul(a.data(), b.data(), odd.data(), n); break;
      case Kind::div: k.div(a.data(), b.data(), odd.data(), n); break;
      case Kind::sqrt: k.sqrt(a.data(), odd.data(), n); break;
      case Kind::function: function->values(a.data(), odd.data(), n); break;
    }
  }

  void gather(std::size_t row, std::size_t column, std::size_t n, Block& a, Block& b) const {
    x.read(row, column, n, a.data());
    y.read(row, column, n, b.data());
  }

  /// `odd`: the values of a function, if they are known.
  void block_by_reference(const Block& a, const Block& b, const Block* odd, std::uint64_t index,
                          std::size_t n, Block& q) {
    for (std::size_t i = 0; i < n; ++i) {
      const Outcome out =
          odd != nullptr ? projected(a[i], (*odd)[i], index + i) : reference(a[i], b[i], index + i);
      q[i] = out.value;
      nan_lost = nan_lost || out.events.has(Event::nan_lost);
      if (record == nullptr) continue;
      count(out.events);
      if (is_update) count_lost(a[i], b[i], q[i], out.events.has(Event::saturated));
      if (histograms && !out.events.has(Event::zero_in) && !out.events.has(Event::inf_in) &&
          !out.events.has(Event::nan_in) && !out.events.has(Event::invalid))
        record->before.add_exponent(out.exponent);
    }
  }

  void count(Events events) {
    record->total.add(events);
    record->interval.add(events);
  }

  void count_lost(double weight, double step, double q, bool saturated) {
    if (step == 0 || !is_finite(step) || q != weight || !is_finite(q) || saturated) return;
    ++record->total[Counter::update_lost];
    ++record->interval[Counter::update_lost];
  }

  void count_lost(const Block& a, const Block& b, const Block& odd, const Block& q, std::uint64_t index,
                  std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
      const bool at_maximum = magnitude(q[i]) == how.format.max_finite();
      const bool saturated =
          at_maximum && project(how, odd[i], random_of(index + i)).events.has(Event::saturated);
      count_lost(a[i], b[i], q[i], saturated);
    }
  }

  /// Whether a kernel may project these numbers and count what happens: it does not know which operand was
  /// NaN, nor the exact value behind a number that stands in for one outside of binary64's middle range.
  bool kernel_counts(const Block& odd, std::size_t n) const {
    if (any_nan(odd.data(), n)) return false;
    return kind != Kind::function || record == nullptr || std::none_of(odd.data(), odd.data() + n, stands_in);
  }

  bool block_by_kernel(const Block& a, const Block& b, const Block& odd, std::uint64_t index, std::size_t n,
                       Block& q) {
    if (!fast || !kernel_counts(odd, n)) return false;
    Counters counters;
    std::array<std::uint32_t, block_size> drawn;
    if (is_stochastic(how.rounding)) random.bits(index, how.random_bits, drawn.data(), n);
    kernels().round(*fast, odd.data(), q.data(), n, record != nullptr ? &counters : nullptr, drawn.data());
    if (record == nullptr) return true;
    record->total += counters;
    record->interval += counters;
    if (is_update) count_lost(a, b, odd, q, index, n);
    if (histograms) record->before.add(odd.data(), n);
    return true;
  }

  void block(std::size_t row, std::size_t column, std::size_t n, std::uint64_t index, T* out) {
    Block a;
    Block b;
    Block odd;
    Block q;
    gather(row, column, n, a, b);
    const bool is_known = kind == Kind::function ? function.has_value() : fast.has_value();
    if (is_known) rounded_to_odd(a, b, odd, n);
    if (!is_known || !block_by_kernel(a, b, odd, index, n, q))
      block_by_reference(a, b, is_known && kind == Kind::function ? &odd : nullptr, index, n, q);
    non_finite = non_finite || any_non_finite(q.data(), n);
    if (record != nullptr && histograms) record->after.add(q.data(), n);
    for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<T>(q[i]);
  }

  void walk(std::size_t rows, std::size_t columns, T* out) {
    for (std::size_t row = 0; row < rows; ++row)
      for (std::size_t column = 0; column < columns; column += block_size) {
        const std::size_t index = row * columns + column;
        block(row, column, std::min(block_size, columns - column), index, out + index);
      }
  }
};

template <class T>
Tensor<T> Projector<T>::run(Kind kind, In x, In y, bool is_update, functions::Function f) {
  const Projection& how = projection();
  const bool p3109 = x.semantics == Semantics::p3109 || y.semantics == Semantics::p3109;
  const Semantics semantics = p3109 ? Semantics::p3109 : Semantics::ieee754;
  std::optional<FastProjection> fast = std::is_same_v<T, float> ? state_->fast : std::nullopt;
  if (is_extreme(x) || is_extreme(y)) fast = std::nullopt;  // a quotient's error could leave binary64
  if (kind == Kind::div && (p3109 || how.format.semantics == Semantics::p3109))
    fast = std::nullopt;  // x/0 is NaN
  if (fast && p3109) fast->sign_of_zero = 0;
  Tensor<T> out(x.shape != nullptr ? *x.shape : y.shape != nullptr ? *y.shape : Shape{1}, how.format);
  std::optional<FunctionSource> function;
  if (kind == Kind::function) function = FunctionSource::of(f, how, semantics, x.format, out.size());
  if (kind == Kind::function && !function) fast = std::nullopt;
  SiteRecord* record = context_->record_of(*state_);
  const bool histograms = record != nullptr && context_->telemetry().options().histograms != Histograms::none;
  const RandomStream random = context_->next_use(*state_, how);
  Run run{kind, x, y, how, semantics, f, fast, function, random, record, histograms, is_update};
  run.walk(out.rows(), out.columns(), out.data.data());
  Telemetry& telemetry = context_->telemetry();
  if (!context_->evaluating()) telemetry.projections += out.size();
  if (run.nan_lost) telemetry.note_nan_lost(state_->site);
  if (run.non_finite) telemetry.note_non_finite(state_->site);
  return out;
}

template <class T>
Tensor<T> Projector<T>::quantize(const Tensor<T>& x) {
  Tensor<T> q = run(Kind::convert, x, 0.0);
  if (!context_->evaluating()) context_->telemetry().casts.add(x.size(), x.format, q.format);
  return q;
}

template <class T>
double Projector<T>::scalar(Kind kind, double x, double y) {
  return static_cast<double>(run(kind, x, y).data[0]);
}

template <class T>
double Projector<T>::constant(double c) {
  return scalar(Kind::convert, c, 0.0);
}

template <class T>
double Projector<T>::quotient(double x, double y) {
  return scalar(Kind::div, x, y);
}

template <class T>
double Projector<T>::product(double x, double y) {
  return scalar(Kind::mul, x, y);
}

template <class T>
double Projector<T>::root(double x) {
  return scalar(Kind::sqrt, x, 0.0);
}

template class Projector<float>;
template class Projector<double>;

template <class T>
Tensor<T> project_numbers(Context& context, const std::string& layer, const std::string& op, Role role,
                          const Tensor<double>& x) {
  const Pass pass = role == Role::master_weight ? Pass::optimizer : Pass::forward;
  const Tensor<double> q = Projector<double>(context, layer, op, pass, role).quantize(x);
  Tensor<T> out(q.shape, q.format);
  std::transform(q.data.begin(), q.data.end(), out.data.begin(), [](double v) { return static_cast<T>(v); });
  return out;
}

template Tensor<float> project_numbers(Context&, const std::string&, const std::string&, Role,
                                       const Tensor<double>&);
template Tensor<double> project_numbers(Context&, const std::string&, const std::string&, Role,
                                        const Tensor<double>&);

}  // namespace exmy
