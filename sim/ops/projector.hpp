#pragma once
// Elementwise arithmetic at one site: every call is one step of numerics section 8, P(...).

#include <cstdint>
#include <utility>

#include "sim/ops/context.hpp"
#include "sim/ops/element_step.hpp"

namespace exmy {

/// Everything that the projection of a tensor did at its site. Another site of equal treatment, where nothing is
/// random, would do the same to the same tensor.
struct ProjectionRecord {
  std::uint64_t elements = 0;
  ElementEvents events;
  ExponentHistogram before, after;
};

template <class T>
class Projector {
 public:
  Projector(Context& context, const std::string& layer, const std::string& op, Pass pass, Role role)
      : context_(&context), state_(&context.at(layer, op, pass, role)) {}

  using In = const Operand<T>&;
  /// P(x): into the site's format. `keep`: gets what this did.
  Tensor<T> quantize(const Tensor<T>& x, ProjectionRecord* keep = nullptr);
  /// The same of an operand that has a scale s there: P(x / s).
  Tensor<T> quantize_scaled(const Tensor<T>& x, ProjectionRecord* keep = nullptr);
  /// Uses the site once more, for a projection that another site did and that this one would only repeat.
  void repeat(const ProjectionRecord& done, const Format& from);
  /// P(c) of a constant; a constant counts as one projection each time it is used.
  double constant(double c) { return scalar(ElementOp::convert, c, 0.0); }
  /// P(x / y) of two numbers.
  double quotient(double x, double y) { return scalar(ElementOp::div, x, y); }
  double sum(double x, double y) { return scalar(ElementOp::add, x, y); }
  double product(double x, double y) { return scalar(ElementOp::mul, x, y); }
  double root(double x) { return scalar(ElementOp::sqrt, x, 0.0); }

  Tensor<T> add(In x, In y) { return run(ElementOp::add, x, y); }
  Tensor<T> sub(In x, In y) { return run(ElementOp::sub, x, y); }
  Tensor<T> mul(In x, In y) { return run(ElementOp::mul, x, y); }
  /// A number as divisor may be any binary64 value (a loss scale, a count).
  Tensor<T> div(In x, In y) { return run(ElementOp::div, x, y); }
  Tensor<T> sqrt(In x) { return run(ElementOp::sqrt, x, 0.0); }
  Tensor<T> apply(functions::Function f, In x) { return run(ElementOp::function, x, 0.0, {.f = f}); }
  // The same in the memory of a first operand that is not needed any more.
  Tensor<T> add(Tensor<T>&& x, In y) { return run(ElementOp::add, x, y, {.reuse = &x}); }
  Tensor<T> sub(Tensor<T>&& x, In y) { return run(ElementOp::sub, x, y, {.reuse = &x}); }
  Tensor<T> mul(Tensor<T>&& x, In y) { return run(ElementOp::mul, x, y, {.reuse = &x}); }
  Tensor<T> div(Tensor<T>&& x, In y) { return run(ElementOp::div, x, y, {.reuse = &x}); }
  Tensor<T> sqrt(Tensor<T>&& x) { return run(ElementOp::sqrt, x, 0.0, {.reuse = &x}); }
  /// w' = P(w - u); counts the elements that did not move although u was not 0 (`update_lost`).
  Tensor<T> update(Tensor<T> w, const Tensor<T>& u) {
    return run(ElementOp::sub, w, u, {.is_update = true, .reuse = &w});
  }

  /// A step P(x op y) of numbers x that are not there yet, of format `from`; one use of the site, which learns by `end` what
  /// it did. For epilogues of products.
  ElementStep<T> begin(ElementOp op, const Format& from, In y);
  void end(const ProjectionRecord& done);
  /// So many numbers of format `from` were quantised.
  void note_cast(std::uint64_t elements, const Format& from);

  const Projection& projection() const { return state_->treatment.quantizer.projection; }
  const Scale& scale() const { return state_->treatment.quantizer.scale; }
  const Quantizer& quantizer() const { return state_->treatment.quantizer; }
  /// Whether its projections are counted in this step.
  bool is_counted() const { return context_->record_of(*state_) != nullptr; }

 private:
  struct Options {
    functions::Function f{};
    bool is_update = false;
    Tensor<T>* reuse = nullptr;        ///< a whole operand whose memory the result gets
    ProjectionRecord* keep = nullptr;  ///< gets what was done
  };
  Tensor<T> run(ElementOp op, In x, In y) { return run(op, x, y, Options()); }
  Tensor<T> run(ElementOp op, In x, In y, const Options& options);
  double scalar(ElementOp op, double x, double y);
  ElementStep<T> step_of(ElementOp op, In x, In y, const Options& options, std::size_t elements);
  void choose_paths(ElementStep<T>& step, std::size_t elements) const;
  void tell(const ElementEvents& events, std::uint64_t elements);

  Context* context_;
  SiteState* state_;
};

/// Binary64 numbers (data, initial weights) into the format of a site.
template <class T>
Tensor<T> project_numbers(Context& context, const std::string& layer, const std::string& op, Role role,
                          const Tensor<double>& x);

}  // namespace exmy
