#pragma once
// Plain float arrays, part one: real functions, options, optimisers. Written from numerics section 8.

#include <cmath>
#include <cstdint>
#include <vector>

#include "tests/functions/oracle.hpp"

namespace exmy::plain {

using Floats = std::vector<float>;

// ---- real functions, rounded once from 256 bits ------------------------------------------------------

inline float to_float(const test::Real& x) { return mpfr_get_flt(x.raw(), MPFR_RNDN); }
inline float exp_of(float x) { return to_float(test::apply(mpfr_exp, test::Real(static_cast<double>(x)))); }
inline float log_of(float x) { return to_float(test::apply(mpfr_log, test::Real(static_cast<double>(x)))); }
inline float tanh_of(float x) { return to_float(test::apply(mpfr_tanh, test::Real(static_cast<double>(x)))); }
inline float sigmoid_of(float x) {
  const test::Real one(1);
  return to_float(one / (one + test::apply(mpfr_exp, test::Real(-static_cast<double>(x)))));
}
/// (1 + cos(pi t / steps)) / 2 in binary64.
inline double cosine_factor(std::uint64_t t, std::uint64_t steps) {
  test::Real pi;
  mpfr_const_pi(pi.raw(), MPFR_RNDN);
  const test::Real angle = pi * test::Real(static_cast<double>(t) / static_cast<double>(steps));
  return (1 + mpfr_get_d(test::apply(mpfr_cos, angle).raw(), MPFR_RNDN)) / 2;
}

// ---- what is trained -----------------------------------------------------------------------------------

enum class Curve { none, relu, tanh, sigmoid };
enum class Rule { sgd, adam_pytorch, adam_keras };

struct Options {
  std::vector<std::size_t> widths;
  Curve hidden = Curve::relu, output = Curve::none;
  bool glorot = false;
  Rule rule = Rule::sgd;
  double lr = 0, momentum = 0, weight_decay = 0, epsilon = 0;
  double loss_scale = 0;  ///< 0: none
  bool cosine = false;
  std::uint64_t steps = 0, seed = 1;
  std::size_t batch_size = 32;
};

/// A trained array with its gradient and what the optimiser keeps of it.
struct Array {
  Floats value, grad, first, second;  ///< first: velocity or m; second: v
  double power1 = 1, power2 = 1;
  explicit Array(std::size_t n) : value(n), grad(n), first(n), second(n) {}
};

// ---- optimisers ----------------------------------------------------------------------------------------

// Every product is stored before it is added: nothing is contracted, whatever the compiler would like.
inline void sgd(const Options& o, Array& a, float lr) {
  for (std::size_t i = 0; i < a.value.size(); ++i) {
    const float decay = static_cast<float>(o.weight_decay) * a.value[i];
    const float g = o.weight_decay == 0 ? a.grad[i] : a.grad[i] + decay;
    const float kept = static_cast<float>(o.momentum) * a.first[i];
    a.first[i] = o.momentum == 0 ? g : kept + g;
    const float moved = lr * a.first[i];
    a.value[i] = a.value[i] - moved;
  }
}

inline void adam_pytorch(const Options& o, Array& a, float lr) {
  const float b1 = 0.9f, b2 = 0.999f;
  const auto r1 = static_cast<float>(1 - 0.9), r2 = static_cast<float>(1 - 0.999);
  a.power1 *= 0.9;
  a.power2 *= 0.999;
  const auto c1 = static_cast<float>(1 - a.power1), c2 = static_cast<float>(1 - a.power2);
  const float root_c2 = std::sqrt(c2), rate = lr / c1, eps = static_cast<float>(o.epsilon);
  for (std::size_t i = 0; i < a.value.size(); ++i) {
    const float g = a.grad[i];
    const float old_m = b1 * a.first[i], new_m = r1 * g;
    a.first[i] = old_m + new_m;
    const float square = g * g;
    const float old_v = b2 * a.second[i], new_v = r2 * square;
    a.second[i] = old_v + new_v;
    const float root = std::sqrt(a.second[i]);
    const float quotient = root / root_c2;
    const float h = quotient + eps;
    const float ratio = a.first[i] / h;
    const float moved = rate * ratio;
    a.value[i] = a.value[i] - moved;
  }
}

inline void adam_keras(const Options& o, Array& a, float lr) {
  const auto r1 = static_cast<float>(1 - 0.9), r2 = static_cast<float>(1 - 0.999);
  a.power1 *= static_cast<double>(0.9f);
  a.power2 *= static_cast<double>(0.999f);
  const float root_c2 = std::sqrt(static_cast<float>(1 - a.power2));
  const float rate = lr * root_c2;
  const float alpha = rate / static_cast<float>(1 - a.power1), eps = static_cast<float>(o.epsilon);
  for (std::size_t i = 0; i < a.value.size(); ++i) {
    const float g = a.grad[i];
    const float m_error = g - a.first[i];
    const float m_step = m_error * r1;
    a.first[i] = a.first[i] + m_step;
    const float square = g * g;
    const float v_error = square - a.second[i];
    const float v_step = v_error * r2;
    a.second[i] = a.second[i] + v_step;
    const float numerator = a.first[i] * alpha;
    const float h = std::sqrt(a.second[i]) + eps;
    const float moved = numerator / h;
    a.value[i] = a.value[i] - moved;
  }
}

}  // namespace exmy::plain
