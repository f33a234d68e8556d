#include "sim/ops/projector.hpp"

#include <algorithm>
#include <stdexcept>
#include <type_traits>

#include "formats/binary64.hpp"

namespace exmy {
namespace {

/// A number far outside of float's range: a scale or loss scale may be any binary64 value.
template <class T>
bool is_extreme(const Operand<T>& x) {
  const double a = magnitude(x.value);
  return x.data == nullptr && a != 0 && (a < 0x1p-300 || a > 0x1p300);
}

/// Whether an operand of a float carrier consists of binary32 numbers.
template <class T>
bool is_float(const Operand<T>& x) {
  if (x.data != nullptr || is_nan(x.value)) return true;
  return magnitude(x.value) <= 0x1.fffffep127 && static_cast<double>(static_cast<float>(x.value)) == x.value;
}

}  // namespace

template <class T>
void Projector<T>::choose_paths(ElementStep<T>& step, std::size_t elements) const {
  const bool p3109 = step.semantics == Semantics::p3109;
  const bool is_function = step.op == ElementOp::function;
  if (is_function)
    step.function = FunctionSource::of(step.f, step.how, step.semantics, step.x.format, elements);
  if (step.op == ElementOp::div && (p3109 || step.how.format.semantics == Semantics::p3109))
    return;  // x / 0 is NaN
  constexpr bool float_carrier = std::is_same_v<T, float>;
  const bool proven = float_carrier
                          ? !is_extreme(step.x) && !is_extreme(step.y)  // a quotient's error stays in range
                          : step.op == ElementOp::convert;  // and numbers in range, which each block looks at
  if (proven && (!is_function || step.function)) step.fast = state_->fast;
  if (step.fast && p3109) step.fast->sign_of_zero = 0;
  if (float_carrier && !is_function && is_float(step.x) && is_float(step.y))
    step.spans = (p3109 ? state_->spans_p3109 : state_->spans).get();
}

template <class T>
ElementStep<T> Projector<T>::step_of(ElementOp op, In x, In y, const Options& options, std::size_t elements) {
  const Projection& how = projection();
  const bool p3109 = x.semantics == Semantics::p3109 || y.semantics == Semantics::p3109;
  SiteRecord* record = context_->record_of(*state_);
  ElementStep<T> step{
      .op = op,
      .x = x,
      .y = y,
      .how = how,
      .semantics = p3109 ? Semantics::p3109 : Semantics::ieee754,
      .f = options.f,
      .random = context_->next_use(*state_, how),
      .counts = record != nullptr,
      .is_update = options.is_update,
  };
  choose_paths(step, elements);
  if (record == nullptr || context_->telemetry().options().histograms == Histograms::none) return step;
  step.before = options.keep != nullptr ? &options.keep->before : &record->before;
  step.after = options.keep != nullptr ? &options.keep->after : &record->after;
  return step;
}

template <class T>
void Projector<T>::tell(const ElementEvents& events, std::uint64_t elements) {
  if (SiteRecord* record = context_->record_of(*state_)) {
    record->total += events.counters;
    record->interval += events.counters;
  }
  Telemetry& telemetry = context_->telemetry();
  if (!context_->evaluating()) telemetry.projections += elements;
  if (events.nan_lost) telemetry.note_nan_lost(state_->site);
  if (events.non_finite) telemetry.note_non_finite(state_->site);
}

template <class T>
Tensor<T> Projector<T>::run(ElementOp op, In x, In y, const Options& options) {
  const Shape& shape = x.shape != nullptr ? *x.shape : *y.shape;
  const ElementStep<T> step = step_of(op, x, y, options, size_of(shape));
  Tensor<T> out = options.reuse != nullptr ? std::move(*options.reuse) : Tensor<T>(shape, step.how.format);
  out.format = step.how.format;
  if (!x.fits(out.rows(), out.columns()) || !y.fits(out.rows(), out.columns()))
    throw std::logic_error("an operand has another size than the result");
  ElementEvents events;
  if (!context_->skips_values()) events = exmy::run(step, out.rows(), out.columns(), out.data.data());
  if (options.keep == nullptr) {
    tell(events, out.size());
    return out;
  }
  options.keep->elements = out.size();
  options.keep->events = events;
  end(*options.keep);
  return out;
}

template <class T>
void Projector<T>::end(const ProjectionRecord& done) {
  tell(done.events, done.elements);
  SiteRecord* record = context_->record_of(*state_);
  if (record == nullptr) return;
  record->before += done.before;
  record->after += done.after;
}

template <class T>
ElementStep<T> Projector<T>::begin(ElementOp op, const Format& from, In y) {
  Operand<T> x = 0.0;
  x.semantics = from.semantics;
  return step_of(op, x, y, Options(), 0);
}

template <class T>
Tensor<T> Projector<T>::quantize(const Tensor<T>& x, ProjectionRecord* keep) {
  Tensor<T> q = run(ElementOp::convert, x, 0.0, {.keep = keep});
  note_cast(x.size(), x.format);
  return q;
}

template <class T>
Tensor<T> Projector<T>::quantize_scaled(const Tensor<T>& x, ProjectionRecord* keep) {
  if (scale().granularity == Granularity::none) return quantize(x, keep);
  Tensor<T> q = run(ElementOp::div, x, scale().value, {.keep = keep});
  note_cast(x.size(), x.format);
  return q;
}

template <class T>
void Projector<T>::repeat(const ProjectionRecord& done, const Format& from) {
  context_->next_use(*state_, projection());
  end(done);
  note_cast(done.elements, from);
}

template <class T>
void Projector<T>::note_cast(std::uint64_t elements, const Format& from) {
  if (!context_->evaluating()) context_->telemetry().casts.add(elements, from, projection().format);
}

/// One number: the definition.
template <class T>
double Projector<T>::scalar(ElementOp op, double x, double y) {
  const ElementStep<T> step = step_of(op, x, y, Options(), 1);
  const Outcome out = step.reference(x, y, 0);
  ElementEvents events{{}, !is_finite(out.value), out.events.has(Event::nan_lost)};
  if (step.counts) events.counters.add(out.events);
  if (step.before != nullptr && has_exponent(out.events)) step.before->add_exponent(out.exponent);
  if (step.after != nullptr) step.after->add(out.value);
  tell(events, 1);
  return static_cast<double>(static_cast<T>(out.value));
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
