#pragma once
// Plain float arrays, part two, the network: loops, std::fma and + - * /. Written from numerics sections 4, 6
// and 8, not from sim/; only the random generator is shared, which has known answers of its own.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/philox.hpp"
#include "sim/nn/datasets/dataset.hpp"
#include "tests/run/plain_update.hpp"

namespace exmy::plain {

struct Layer {
  std::size_t in, out;
  Curve curve;
  Array w, b;
  Floats x, before, y;  ///< of the last forward pass: [B][in], [B][out], [B][out]
  Layer(std::size_t n_in, std::size_t n_out, Curve c)
      : in(n_in), out(n_out), curve(c), w(n_in * n_out), b(n_out, false) {}
};

/// sum over k < n of a(k) b(k), fused, ascending from +0; a zero sum is +0.
template <class A, class B>
float dot(std::size_t n, const A& a, const B& b) {
  float s = 0;
  for (std::size_t k = 0; k < n; ++k) s = std::fma(a(k), b(k), s);
  return s == 0 ? 0.0f : s;
}

class Network {
 public:
  Network(const Options& options, const Dataset& data) : o_(options), data_(data) {
    for (std::size_t i = 0; i + 1 < o_.widths.size(); ++i) {
      const bool last = i + 2 == o_.widths.size();
      layers.emplace_back(o_.widths[i], o_.widths[i + 1], last ? o_.output : o_.hidden);
      initialise(layers.back(), "init/fc" + std::to_string(i + 1) + ".weight");
    }
  }

  /// One step; the mean loss of its batch, of several the mean.
  double step(std::uint64_t t) {
    const std::vector<std::vector<std::size_t>> all = batches(t);
    double loss = 0;
    std::vector<Floats> sums;
    for (const std::vector<std::size_t>& samples : all) {
      loss += static_cast<double>(forward_and_backward(samples));
      for (std::size_t i = 0; i < arrays().size(); ++i) {
        const Floats& g = arrays()[i]->grad;
        if (sums.size() <= i) {
          sums.push_back(g);
          continue;
        }
        for (std::size_t k = 0; k < g.size(); ++k) sums[i][k] = sums[i][k] + g[k];
      }
    }
    for (std::size_t i = 0; i < sums.size(); ++i)
      for (std::size_t k = 0; k < sums[i].size(); ++k)
        arrays()[i]->grad[k] = sums[i][k] / static_cast<float>(all.size());
    update_all(o_.cosine ? o_.lr * cosine_factor(t, o_.steps) : o_.lr);
    return loss / static_cast<double>(all.size());
  }

  std::vector<Layer> layers;

 private:
  void initialise(Layer& l, const std::string& stream) const {
    const double bound = std::sqrt(6.0 / static_cast<double>(o_.glorot ? l.in + l.out : l.in));
    const RandomStream random(o_.seed, stream, 0);
    for (std::size_t i = 0; i < l.w.value.size(); ++i)
      l.w.value[i] = static_cast<float>((2 * random.uniform(i) - 1) * bound);
  }

  std::vector<Array*> arrays() {
    std::vector<Array*> all;
    for (Layer& l : layers) all.insert(all.end(), {&l.w, &l.b});
    return all;
  }

  float forward_and_backward(const std::vector<std::size_t>& samples) {
    forward(samples);
    Floats dy;
    const float loss = data_.classes_count > 0 ? cross_entropy(samples, dy) : squared_error(samples, dy);
    backward(samples.size(), std::move(dy));
    return loss;
  }

  void update_all(double lr) {
    if (o_.loss_scale != 0)
      for (Array* a : arrays())
        for (float& g : a->grad) g = g / static_cast<float>(o_.loss_scale);
    clip(o_, arrays());
    for (Array* a : arrays()) update(o_, *a, lr);
  }

  /// The micro-batches of a step.
  std::vector<std::vector<std::size_t>> batches(std::uint64_t t) const {
    const std::size_t n = data_.train_count, whole = o_.batch_size * o_.accumulate;
    const std::uint64_t per_epoch = (n + whole - 1) / whole;
    const RandomStream random(o_.seed, "shuffle", t / per_epoch);
    std::vector<std::pair<std::uint64_t, std::size_t>> order;
    for (std::size_t i = 0; i < n; ++i) order.emplace_back(random.word64(i), i);
    std::sort(order.begin(), order.end());
    std::vector<std::vector<std::size_t>> all;
    for (std::size_t k = 0; k < whole; ++k) {
      const std::size_t place = (t % per_epoch) * whole + k;
      if (place == n) break;
      if (k % o_.batch_size == 0) all.emplace_back();
      all.back().push_back(order[place].second);
    }
    return all;
  }

  void forward(const std::vector<std::size_t>& samples) {
    Floats x;
    for (const std::size_t s : samples)
      for (std::size_t j = 0; j < data_.features_count; ++j)
        x.push_back(static_cast<float>(data_.x[s * data_.features_count + j]));
    for (Layer& l : layers) {
      l.x = x;
      forward(l, samples.size());
      x = l.y;
    }
  }

  static void forward(Layer& l, std::size_t B) {
    l.before.assign(B * l.out, 0);
    for (std::size_t i = 0; i < B; ++i)
      for (std::size_t j = 0; j < l.out; ++j) {
        const float z = dot(
            l.in, [&](std::size_t k) { return l.x[i * l.in + k]; },
            [&](std::size_t k) { return l.w.value[j * l.in + k]; });
        l.before[i * l.out + j] = z + l.b.value[j];
      }
    l.y = l.before;
    for (float& v : l.y) v = curve(l.curve, v);
  }

  static float curve(Curve c, float x) {
    switch (c) {
      case Curve::none: return x;
      case Curve::relu: return x > 0 ? x : 0.0f;
      case Curve::tanh: return tanh_of(x);
      case Curve::sigmoid: return sigmoid_of(x);
    }
    return x;
  }
  static float slope_times(Curve c, float x, float y, float dy) {
    switch (c) {
      case Curve::none: return dy;
      case Curve::relu: return x > 0 ? dy : 0.0f;
      case Curve::tanh: {
        const float square = y * y;
        const float slope = 1.0f - square;
        return dy * slope;
      }
      case Curve::sigmoid: {
        const float rest = 1.0f - y;
        const float slope = y * rest;
        return dy * slope;
      }
    }
    return dy;
  }

  double scale() const { return o_.loss_scale == 0 ? 1 : o_.loss_scale; }

  float cross_entropy(const std::vector<std::size_t>& samples, Floats& dx) const {
    const Layer& l = layers.back();
    const std::size_t C = l.out;
    const float c = static_cast<float>(scale()) / static_cast<float>(samples.size());
    float total = 0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const float* x = l.y.data() + i * C;
      const auto label = static_cast<std::size_t>(data_.labels[samples[i]]);
      const float m = *std::max_element(x, x + C);
      Floats e(C);
      float s = 0;
      for (std::size_t j = 0; j < C; ++j) {
        e[j] = exp_of(x[j] - m);
        s = s + e[j];
      }
      const float loss = log_of(s) - (x[label] - m);
      total = total + loss;
      for (std::size_t j = 0; j < C; ++j) {
        const float p = e[j] / s;
        const float error = p - (j == label ? 1.0f : 0.0f);
        dx.push_back(error * c);
      }
    }
    return total / static_cast<float>(samples.size());
  }

  float squared_error(const std::vector<std::size_t>& samples, Floats& dx) const {
    const Layer& l = layers.back();
    const auto n = static_cast<float>(l.y.size());
    const float c = static_cast<float>(2 * scale()) / n;
    float total = 0;
    for (std::size_t i = 0; i < l.y.size(); ++i) {
      const std::size_t target = samples[i / l.out] * l.out + i % l.out;
      const float d = l.y[i] - static_cast<float>(data_.targets[target]);
      const float square = d * d;
      total = total + square;
      dx.push_back(d * c);
    }
    return total / n;
  }

  void backward(std::size_t B, Floats dy) {
    for (std::size_t n = layers.size(); n-- > 0;) {
      Layer& l = layers[n];
      for (std::size_t i = 0; i < dy.size(); ++i) dy[i] = slope_times(l.curve, l.before[i], l.y[i], dy[i]);
      const auto one = [](std::size_t) { return 1.0f; };
      for (std::size_t j = 0; j < l.out; ++j) {
        const auto column = [&](std::size_t k) { return dy[k * l.out + j]; };
        l.b.grad[j] = dot(B, one, column);
        for (std::size_t i = 0; i < l.in; ++i)
          l.w.grad[j * l.in + i] = dot(B, column, [&](std::size_t k) { return l.x[k * l.in + i]; });
      }
      Floats dx(B * l.in);
      for (std::size_t i = 0; i < dx.size(); ++i)
        dx[i] = dot(
            l.out, [&](std::size_t k) { return dy[i / l.in * l.out + k]; },
            [&](std::size_t k) { return l.w.value[k * l.in + i % l.in]; });
      dy = std::move(dx);
    }
  }

  Options o_;
  const Dataset& data_;
};

}  // namespace exmy::plain
