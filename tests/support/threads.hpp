#pragma once
// How many threads OpenMP takes, in a test.

#include <omp.h>

namespace exmy::test {

/// Restores the number of threads.
class Threads {
 public:
  Threads() = default;
  explicit Threads(int count) { omp_set_num_threads(count); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  ~Threads() { omp_set_num_threads(before_); }

 private:
  int before_ = omp_get_max_threads();
};

}  // namespace exmy::test
