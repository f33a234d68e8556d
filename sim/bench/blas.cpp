#include "sim/bench/blas.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <string_view>

#include "formats/floating_environment.hpp"
#include "formats/isa.hpp"
#include "sim/bench/plain.hpp"

namespace exmy::bench {
namespace {

// The C interface of the BLAS: 101 row-major, 111 not transposed.
using CblasSgemm = void (*)(int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha,
                            const float* a, int lda, const float* b, int ldb, float beta, float* c, int ldc);
CblasSgemm cblas_sgemm = nullptr;

void by_openblas(std::size_t m, std::size_t n, std::size_t k, const float* a, const float* b, float* y) {
  const auto number = [](std::size_t x) { return static_cast<int>(x); };
  cblas_sgemm(101, 111, 111, number(m), number(n), number(k), 1, a, number(k), b, number(n), 0, y, number(n));
}

template <class F>
F symbol(void* library, const char* name) {
  return reinterpret_cast<F>(dlsym(library, name));
}

/// "OpenBLAS 0.3.21 NO_LAPACKE ..." -> "OpenBLAS 0.3.21", and the processor that its kernels are for.
std::string name_of(void* library) {
  const auto config = symbol<char* (*)()>(library, "openblas_get_config");
  const auto core = symbol<char* (*)()>(library, "openblas_get_corename");
  const std::string_view text = config != nullptr ? config() : "OpenBLAS";
  const std::size_t first = text.find(' ');
  return std::string(text.substr(0, first == text.npos ? first : text.find(' ', first + 1))) + " sgemm" +
         (core != nullptr ? std::string(" (") + core() + ")" : "");
}

/// It reads these when it is loaded: one thread, and kernels of the level that ours are forced to.
void set_environment() {
  setenv("OPENBLAS_NUM_THREADS", "1", 1);
  if (isa_level() == best_isa_level()) return;
  setenv("OPENBLAS_CORETYPE", isa_level() == IsaLevel::v3 ? "Haswell" : "Nehalem", 1);
}

Sgemm find() {
  set_environment();
  void* library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
  if (library != nullptr) cblas_sgemm = symbol<CblasSgemm>(library, "cblas_sgemm");
  require_floating_environment();  // a library may change it when it is loaded
  if (cblas_sgemm != nullptr) return {name_of(library), by_openblas};
  return {std::string("Eigen, ") + plain().isa + " (no OpenBLAS here)", plain().product};
}

}  // namespace

const Sgemm& sgemm() {
  static const Sgemm found = find();
  return found;
}

}  // namespace exmy::bench
