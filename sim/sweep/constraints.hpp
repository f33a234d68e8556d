#pragma once
// `constraints` of a sweep: expressions over the parameters, which choose combinations. The grammar is muParser's,
// the operators and functions are ours, so that a text is no number, and nothing needs libm:
//     || && == != < <= > >= + - * / unary - !   ( )   numbers, "texts", names of parameters
//     abs(x) floor(x) min(x, ...) max(x, ...)
//     bits(f) exponent_bits(f) mantissa_bits(f) precision(f) bias(f) max_finite(f) min_normal(f) min_positive(f)
// of a format f: a name (of the base configuration too). Texts can be compared with == and != only. true is 1.

#include <memory>
#include <string>
#include <vector>

#include "sim/base/reader.hpp"
#include "sim/sweep/parameters.hpp"

namespace exmy {

class Constraints {
 public:
  /// E504 for expressions that cannot be understood or name something unknown. `context` must outlive it.
  Constraints(const SweepContext& context, const std::vector<Value>& expressions,
              const std::vector<std::string>& parameters);
  ~Constraints();
  Constraints(const Constraints&) = delete;
  Constraints& operator=(const Constraints&) = delete;

  bool empty() const { return expressions_.empty(); }
  /// Whether all hold for the values of all parameters, in order. An expression that does not fit these values
  /// (a text where a number is needed) does not hold; that is a problem, once.
  bool hold(const Combination& combination);

 private:
  struct Expression;
  struct Variables;
  void compile(const Value& place);
  bool holds(Expression& expression, const Combination& combination);

  std::unique_ptr<Variables> variables_;
  std::vector<std::unique_ptr<Expression>> expressions_;
};

}  // namespace exmy
