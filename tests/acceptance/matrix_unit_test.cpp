// Acceptance item 12: what the short sums of an fp8 matrix unit cost, and what promotion to fp32 recovers.

#include <algorithm>
#include <cmath>
#include <vector>

#include "formats/arithmetic.hpp"
#include "formats/catalog.hpp"
#include "sim/ops/dot.hpp"
#include "sim/quant/policy.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/splitmix64.hpp"

namespace {

using namespace exmy;
using Random = exmy::test::SplitMix64;

constexpr std::size_t K = 4096, vectors = 16;

/// U(0, 1), scaled to a largest value of 448 and rounded to e4m3fn: vectors x K.
Tensor<float> operands(Random& random) {
  const Projection fp8{format_of("e4m3fn"), Rounding::nearest_even, Saturation::finite};
  std::vector<double> x(vectors * K);
  for (double& v : x) v = static_cast<double>(random.bits() >> 11) * 0x1p-53;
  const double scale = *std::max_element(x.begin(), x.end()) / 448;
  Tensor<float> q({vectors, K}, fp8.format);
  std::transform(x.begin(), x.end(), q.data.begin(),
                 [&](double v) { return static_cast<float>(div(fp8, v, scale).value); });
  return q;
}

/// Mean of |y - exact| / exact over all products of two vectors. Grid values sum exactly in binary64: they are
/// multiples of 2^-18 below 4096 * 448^2 < 2^30.
double mean_relative_error(const Tensor<float>& a, const Tensor<float>& b, const Rule& rule) {
  Telemetry telemetry;
  const Policy policy({rule});
  Context context(policy, telemetry, 1);
  context.begin_step(0);
  const Tensor<float> y =
      dot(context, DotPlace{"fc", "dot", Pass::forward}, matrix(a), matrix(b).transposed());
  double sum = 0;
  for (std::size_t i = 0; i < vectors; ++i)
    for (std::size_t j = 0; j < vectors; ++j) {
      double exact = 0;
      for (std::size_t k = 0; k < K; ++k)
        exact += static_cast<double>(a.data[i * K + k]) * static_cast<double>(b.data[j * K + k]);
      sum += std::fabs(static_cast<double>(y.data[i * vectors + j]) - exact) / exact;
    }
  return sum / (vectors * vectors);
}

}  // namespace

TEST_CASE(
    "acceptance 12: hopper_fp8 loses 7.5 % over 4096 terms, promotion every 128 makes it 135 times smaller") {
  Random random(12);
  const Tensor<float> a = operands(random), b = operands(random);
  Rule unit;
  unit.match.roles = {Role::accumulator};
  unit.order = Order::block;
  for (const NamedUnit& named : matrix_units)
    if (named.name == "hopper_fp8") unit.block = named.value;
  const double alone = mean_relative_error(a, b, unit);
  CHECK(alone == Approx(0.075).margin(0.0005));  // the published figure has two digits
  Rule promoted = unit;
  promoted.chunk = 128;
  promoted.outer = format_of("fp32");
  const double recovered = mean_relative_error(a, b, promoted);
  INFO("alone " << alone << ", promoted " << recovered);
  CHECK(alone / recovered == Approx(135).margin(3));  // "about": other samples give 133 to 136
}
