#pragma once
// Gradients against central differences, in a policy whose every projection is fp64.

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <optional>

#include "sim/nn/tape.hpp"
#include "sim/ops/context.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/splitmix64.hpp"

namespace exmy::test {

using Random = SplitMix64;
using Id = Tape<double>::Id;

inline const Format fp64{11, 52, 1023};

inline Policy all_fp64() {
  Rule rule;
  rule.format = fp64;
  return Policy({rule});
}

inline StatsOptions nothing_counted() {
  StatsOptions options;
  options.counters = false;
  return options;
}

/// A context whose every projection is fp64.
struct Engine {
  Policy policy = all_fp64();
  Telemetry telemetry{nothing_counted()};
  Context context{policy, telemetry, 5};
};

inline Tensor<double> some_tensor(Random& random, const Shape& shape) {
  Tensor<double> t(shape, fp64);
  for (double& v : t.data) v = static_cast<double>(random.below(1 << 20)) * 0x1p-19 - 1;
  return t;
}

inline Parameter<double> some_parameter(Random& random, const std::string& layer, const Shape& shape) {
  return {layer, "weight", "dot", some_tensor(random, shape), {}};
}

/// A scalar function of parameters, recorded on a fresh tape.
using Scalar = std::function<Id(Tape<double>&)>;

inline double value_of(Engine& e, const Scalar& f) {
  e.context.begin_step(0);
  Tape<double> tape(e.context);
  const Id loss = f(tape);
  return tape.value(loss).data[0];
}

/// Central differences of fourth order: (8 (f(w + h) - f(w - h)) - (f(w + 2h) - f(w - 2h))) / 12 h.
inline double slope(Engine& e, const Scalar& f, double& w) {
  constexpr double h = 0x1p-10;
  const double middle = w;
  const auto at = [&](double step) {
    w = middle + step;
    return value_of(e, f);
  };
  const double result = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
  w = middle;
  return result;
}

/// Of each parameter every so manieth element, from 0 on, but four at least if there are.
inline void check_gradients(Engine& e, const Scalar& f, const std::vector<Parameter<double>*>& parameters,
                            std::size_t every = 1) {
  e.context.begin_step(0);
  Tape<double> tape(e.context);
  const Id loss = f(tape);
  tape.backward(loss);
  std::size_t moving = 0;
  for (Parameter<double>* p : parameters) {
    REQUIRE(p->grad.size() == p->value.size());
    const std::size_t step = std::clamp<std::size_t>(p->value.size() / 4, 1, every);
    for (std::size_t i = 0; i < p->value.size(); i += step) {
      const double g = p->grad.data[i];
      const double numeric = slope(e, f, p->value.data[i]);
      INFO(p->full_name() << "[" << i << "]: gradient " << g << ", differences " << numeric);
      const double noise = 1e-11;  // rounding errors of the difference quotient itself: some 2^-53 / h
      CHECK(std::fabs(g - numeric) <= 1e-7 * std::fabs(g) + noise);  // 1e-7: what fourth order reaches here
      moving += std::fabs(g) > 1e-5 ? 1 : 0;  // where the absolute term is 1e-6 of the gradient or less
    }
  }
  CHECK(moving > 0);
}

}  // namespace exmy::test
