#include <cstdio>

#include "formats/arithmetic.hpp"
#include "formats/catalog.hpp"
#include "formats/functions/elementary.hpp"

// fp16: fma(3, 683, 2^-24) = 2050 (one rounding), 2048 with two; log(1) = 0.
int main() {
  const exmy::Projection fp16{exmy::format_of("fp16")};
  const double once = exmy::fma(fp16, 3, 683, 0x1p-24).value;
  std::printf("%g %g\n", once, exmy::functions::log(1.0).value.hi);
  return once == 2050 ? 0 : 1;
}
