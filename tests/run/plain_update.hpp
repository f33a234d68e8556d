#pragma once
// Plain float arrays, part one: real functions, options, optimisers. Written from numerics section 8.

#include <cmath>
#include <cstdint>
#include <vector>

#include "sim/tensor/elements.hpp"
#include "tests/functions/oracle.hpp"

namespace exmy::plain {

using Floats = Elements<float>;

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
enum class Rule { sgd, rmsprop, adam_pytorch, adam_keras, adamw };

struct Options {
  std::vector<std::size_t> widths;
  Curve hidden = Curve::relu, output = Curve::none;
  bool glorot = false;
  Rule rule = Rule::sgd;
  double lr = 0, momentum = 0, weight_decay = 0, epsilon = 0;
  double alpha = 0;  ///< of rmsprop
  bool nesterov = false, centered = false, kahan = false;
  bool decays_vectors = true;  ///< biases too
  double clip_norm = 0;        ///< 0: none
  double loss_scale = 0;       ///< 0: none
  bool cosine = false;
  std::uint64_t steps = 0, seed = 1;
  std::size_t batch_size = 32;
  std::size_t accumulate = 1;
};

/// A trained array with its gradient and what the optimiser keeps of it.
template <class F>
struct ArrayOf {
  Elements<F> value, grad, first, second,
      third;         ///< first: velocity, m or mean; second: v; third: RMSprop's buffer
  Elements<F> lost;  ///< Kahan's c
  bool matrix = true;
  double power1 = 1, power2 = 1;
  explicit ArrayOf(std::size_t n, bool is_matrix = true)
      : value(n), grad(n), first(n), second(n), third(n), lost(n), matrix(is_matrix) {}
};
using Array = ArrayOf<float>;

// ---- optimisers ----------------------------------------------------------------------------------------

// Every product is stored before it is added: nothing is contracted, whatever the compiler would like.

/// The weight after a step s.
template <class F>
void move(const Options& o, ArrayOf<F>& a, std::size_t i, F s) {
  if (!o.kahan) {
    a.value[i] = a.value[i] - s;
    return;
  }
  const F y = s + a.lost[i];
  const F w = a.value[i] - y;
  const F moved = a.value[i] - w;
  a.lost[i] = y - moved;
  a.value[i] = w;
}

template <class F>
bool decays(const Options& o, const ArrayOf<F>& a) {
  return o.weight_decay != 0 && (a.matrix || o.decays_vectors);
}

template <class F>
F decayed(const Options& o, const ArrayOf<F>& a, std::size_t i) {
  const F decay = static_cast<F>(o.weight_decay) * a.value[i];
  return decays(o, a) ? a.grad[i] + decay : a.grad[i];
}

template <class F>
void sgd(const Options& o, ArrayOf<F>& a, F lr) {
  const auto mu = static_cast<F>(o.momentum);
  for (std::size_t i = 0; i < a.value.size(); ++i) {
    const F g = decayed(o, a, i);
    const F kept = mu * a.first[i];
    a.first[i] = o.momentum == 0 ? g : kept + g;
    const F ahead = mu * a.first[i];
    const F direction = o.nesterov ? g + ahead : a.first[i];
    const F moved = lr * direction;
    move(o, a, i, moved);
  }
}

template <class F>
void rmsprop(const Options& o, ArrayOf<F>& a, F lr) {
  const auto alpha = static_cast<F>(o.alpha), rest = static_cast<F>(1 - o.alpha);
  for (std::size_t i = 0; i < a.value.size(); ++i) {
    const F g = decayed(o, a, i);
    const F old_v = alpha * a.second[i];
    const F square = g * g;
    const F new_v = square * rest;
    a.second[i] = old_v + new_v;
    F variance = a.second[i];
    if (o.centered) {
      const F error = g - a.first[i];
      const F step = error * rest;
      a.first[i] = a.first[i] + step;
      const F squared_mean = a.first[i] * a.first[i];
      variance = variance - squared_mean;
    }
    const F root = std::sqrt(variance);
    const F h = root + static_cast<F>(o.epsilon);
    F d = g / h;
    if (o.momentum != 0) {
      const F kept = static_cast<F>(o.momentum) * a.third[i];
      a.third[i] = kept + d;
      d = a.third[i];
    }
    const F moved = lr * d;
    move(o, a, i, moved);
  }
}

/// Adam in PyTorch's form; with a decoupled decay, AdamW.
template <class F>
void adam_pytorch(const Options& o, ArrayOf<F>& a, F lr, double exact_lr = 0) {
  const auto b1 = static_cast<F>(0.9), b2 = static_cast<F>(0.999);
  const auto r1 = static_cast<F>(1 - 0.9), r2 = static_cast<F>(1 - 0.999);
  a.power1 *= 0.9;
  a.power2 *= 0.999;
  const auto c1 = static_cast<F>(1 - a.power1), c2 = static_cast<F>(1 - a.power2);
  const F root_c2 = std::sqrt(c2), rate = lr / c1, eps = static_cast<F>(o.epsilon);
  const bool decoupled = o.rule == Rule::adamw && decays(o, a);
  const auto rest = static_cast<F>(1 - exact_lr * o.weight_decay);
  for (std::size_t i = 0; i < a.value.size(); ++i) {
    if (decoupled && !o.kahan) a.value[i] = a.value[i] * rest;
    const F g = a.grad[i];
    const F old_m = b1 * a.first[i], new_m = r1 * g;
    a.first[i] = old_m + new_m;
    const F square = g * g;
    const F old_v = b2 * a.second[i], new_v = r2 * square;
    a.second[i] = old_v + new_v;
    const F root = std::sqrt(a.second[i]);
    const F quotient = root / root_c2;
    const F h = quotient + eps;
    const F ratio = a.first[i] / h;
    const F moved = rate * ratio;
    const F decay = static_cast<F>(exact_lr * o.weight_decay) * a.value[i];
    move(o, a, i, decoupled && o.kahan ? moved + decay : moved);
  }
}

template <class F>
void adam_keras(const Options& o, ArrayOf<F>& a, F lr) {
  const auto r1 = static_cast<F>(1 - 0.9), r2 = static_cast<F>(1 - 0.999);
  a.power1 *= static_cast<double>(static_cast<F>(0.9));
  a.power2 *= static_cast<double>(static_cast<F>(0.999));
  const F root_c2 = std::sqrt(static_cast<F>(1 - a.power2));
  const F rate = lr * root_c2;
  const F alpha = rate / static_cast<F>(1 - a.power1), eps = static_cast<F>(o.epsilon);
  for (std::size_t i = 0; i < a.value.size(); ++i) {
    const F g = a.grad[i];
    const F m_error = g - a.first[i];
    const F m_step = m_error * r1;
    a.first[i] = a.first[i] + m_step;
    const F square = g * g;
    const F v_error = square - a.second[i];
    const F v_step = v_error * r2;
    a.second[i] = a.second[i] + v_step;
    const F numerator = a.first[i] * alpha;
    const F h = std::sqrt(a.second[i]) + eps;
    const F moved = numerator / h;
    move(o, a, i, moved);
  }
}

template <class F>
void update(const Options& o, ArrayOf<F>& a, double lr) {
  const auto rounded = static_cast<F>(lr);
  switch (o.rule) {
    case Rule::sgd: return sgd(o, a, rounded);
    case Rule::rmsprop: return rmsprop(o, a, rounded);
    case Rule::adam_pytorch: return adam_pytorch(o, a, rounded);
    case Rule::adam_keras: return adam_keras(o, a, rounded);
    case Rule::adamw: return adam_pytorch(o, a, rounded, lr);
  }
}

/// Gradients of all arrays, clipped by their norm.
template <class F>
void clip(const Options& o, const std::vector<ArrayOf<F>*>& arrays) {
  if (o.clip_norm == 0) return;
  F total = 0;
  for (const ArrayOf<F>* a : arrays) {
    F sum = 0;
    for (const F g : a->grad) {
      const F square = g * g;
      sum = sum + square;
    }
    total = total + sum;
  }
  const F norm = std::sqrt(total), limit = static_cast<F>(o.clip_norm);
  if (norm <= limit) return;
  const F factor = limit / norm;
  for (ArrayOf<F>* a : arrays)
    for (F& g : a->grad) g = g * factor;
}

}  // namespace exmy::plain
