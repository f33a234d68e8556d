#pragma once
// The yardstick of matrix products: sgemm of OpenBLAS if this machine has it (the program is not linked with it), else
// Eigen's product. One thread.

#include <cstddef>
#include <string>

namespace exmy::bench {

struct Sgemm {
  std::string name;
  /// y[m][n] = a[m][k] b[k][n].
  void (*run)(std::size_t m, std::size_t n, std::size_t k, const float* a, const float* b, float* y);
};

const Sgemm& sgemm();

}  // namespace exmy::bench
