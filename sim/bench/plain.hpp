#pragma once
// Plain binary32 by Eigen: the yardsticks. Compiled once for each instruction-set level, as the kernels are.

#include <cstddef>

namespace exmy::bench {

/// A layer of a perceptron: y = relu(x w^T + b), the last one without relu. Row-major, all memory is the caller's.
struct PlainLayer {
  std::size_t in = 0, out = 0;
  float *w = nullptr, *b = nullptr;    ///< [out][in], [out]
  float *vw = nullptr, *vb = nullptr;  ///< momentum
  float *dw = nullptr, *db = nullptr;
  float *y = nullptr, *dy = nullptr;  ///< [batch][out]
};

struct PlainStep {
  PlainLayer* layers = nullptr;
  std::size_t layers_count = 0, batch = 0;
  const float* x = nullptr;     ///< [batch][in]
  const int* labels = nullptr;  ///< [batch]
  float lr = 0, momentum = 0;
};

struct Plain {
  const char* isa;
  /// y[m][n] = a[m][k] b[k][n].
  void (*product)(std::size_t m, std::size_t n, std::size_t k, const float* a, const float* b, float* y);
  /// Forward, mean softmax cross-entropy, backward, v = momentum v + dw, w = w - lr v; returns the loss.
  float (*train)(const PlainStep& step);
};

/// The level that the kernels use.
const Plain& plain();

}  // namespace exmy::bench
