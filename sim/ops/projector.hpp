#pragma once
// Elementwise arithmetic at one site: every call is one step of numerics section 8, P(...).

#include <algorithm>
#include <cstdint>
#include <functional>

#include "formats/functions/function.hpp"
#include "sim/ops/context.hpp"
#include "sim/tensor/tensor.hpp"

namespace exmy {

/// An operand of an elementwise operation, addressed by row and column: a whole tensor, one number, one
/// value per column (`row_vector`) or one value per row (`column_vector`).
template <class T>
struct Operand {
  const T* data = nullptr;  ///< null: the number `value`
  double value = 0;
  std::size_t row_step = 0;
  std::size_t column_step = 0;
  Semantics semantics = Semantics::ieee754;
  const Shape* shape = nullptr;    ///< of a whole tensor
  const Format* format = nullptr;  ///< of a tensor's elements

  Operand(const Tensor<T>& t)  // NOLINT(google-explicit-constructor): P(x + y) reads as in the text
      : data(t.data.data()),
        row_step(t.columns()),
        column_step(1),
        semantics(t.format.semantics),
        shape(&t.shape),
        format(&t.format) {}
  /// In mul, a float value (a projected constant); elsewhere any binary64 number.
  Operand(double number) : value(number) {}  // NOLINT(google-explicit-constructor)

  static Operand row_vector(const Tensor<T>& t) { return broadcast(t, 0, 1); }
  static Operand column_vector(const Tensor<T>& t) { return broadcast(t, 1, 0); }

  /// n elements of a row.
  void read(std::size_t row, std::size_t column, std::size_t n, double* to) const {
    if (data == nullptr || column_step == 0) {
      std::fill(to, to + n, data == nullptr ? value : static_cast<double>(data[row * row_step]));
      return;
    }
    const T* from = data + row * row_step + column;
    for (std::size_t i = 0; i < n; ++i) to[i] = static_cast<double>(from[i]);
  }

 private:
  static Operand broadcast(const Tensor<T>& t, std::size_t row_step, std::size_t column_step) {
    Operand o(t);
    o.row_step = row_step;
    o.column_step = column_step;
    o.shape = nullptr;
    return o;
  }
};

template <class T>
class Projector {
 public:
  Projector(Context& context, const std::string& layer, const std::string& op, Pass pass, Role role)
      : context_(&context), state_(&context.at(layer, op, pass, role)) {}

  using In = const Operand<T>&;
  /// P(x): into the site's format.
  Tensor<T> quantize(const Tensor<T>& x);
  /// P(c) of a constant; a constant counts as one projection each time it is used.
  double constant(double c);
  /// P(x / y) of two numbers.
  double quotient(double x, double y);
  double product(double x, double y);
  double root(double x);

  Tensor<T> add(In x, In y) { return run(Kind::add, x, y); }
  Tensor<T> sub(In x, In y) { return run(Kind::sub, x, y); }
  Tensor<T> mul(In x, In y) { return run(Kind::mul, x, y); }
  /// A number as divisor may be any binary64 value (a loss scale, a count).
  Tensor<T> div(In x, In y) { return run(Kind::div, x, y); }
  Tensor<T> sqrt(In x) { return run(Kind::sqrt, x, 0.0); }
  Tensor<T> apply(functions::Function f, In x) { return run(Kind::function, x, 0.0, false, f); }
  /// w' = P(w - u); counts the elements that did not move although u was not 0 (`update_lost`).
  Tensor<T> update(const Tensor<T>& w, const Tensor<T>& u) { return run(Kind::sub, w, u, true); }

  const Projection& projection() const { return state_->treatment.quantizer.projection; }
  const Scale& scale() const { return state_->treatment.quantizer.scale; }

 private:
  enum class Kind : std::uint8_t { convert, add, sub, mul, div, sqrt, function };
  struct Run;
  Tensor<T> run(Kind kind, In x, In y, bool is_update = false, functions::Function f = {});
  double scalar(Kind kind, double x, double y);

  Context* context_;
  SiteState* state_;
};

/// Binary64 numbers (data, initial weights) into the format of a site.
template <class T>
Tensor<T> project_numbers(Context& context, const std::string& layer, const std::string& op, Role role,
                          const Tensor<double>& x);

}  // namespace exmy
