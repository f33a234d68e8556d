#include <cstdio>

#include "formats/arithmetic.hpp"
#include "formats/catalog.hpp"
#include "formats/codec.hpp"
#include "formats/kernels/kernels.hpp"

// fp16: fma(3, 683, 2^-24) = 2050 (one rounding), 2048 with two; e4m3fn holds 448 as 0x7e.
int main() {
  const exmy::Projection fp16{exmy::format_of("fp16")};
  const double once = exmy::fma(fp16, 3, 683, 0x1p-24).value;
  const auto code = exmy::encode(exmy::format_of("e4m3fn"), 448);
  double x = 1 + 0x1p-12;
  exmy::kernels().round(*exmy::fast_projection_of(fp16), &x, &x, 1, nullptr, nullptr);
  std::printf("%g %llx %g\n", once, static_cast<unsigned long long>(code.value_or(0)), x);
  return once == 2050 && code == 0x7eu && x == 1 ? 0 : 1;
}
