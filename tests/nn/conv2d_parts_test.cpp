// Convolutions of images that are large enough for pieces of all kinds are products of matrices that the test makes: the
// same values, counters and random numbers.

#include <omp.h>

#include <bit>
#include <string>

#include "formats/catalog.hpp"
#include "formats/codec.hpp"
#include "sim/nn/ops/conv2d.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/splitmix64.hpp"

namespace {

using namespace exmy;
using Random = exmy::test::SplitMix64;

constexpr std::uint64_t seed = 11, step = 4;

struct Layer {
  Shape x, w;
  std::size_t stride, padding;

  Shape y() const { return Conv2d<float>::output(x, w, stride, padding, 1); }
};

Tensor<float> some(Random& random, const Shape& shape) {
  Tensor<float> t(shape, format_of("e4m3fn"));
  for (float& v : t.data)
    v = static_cast<float>(decode(t.format, random.below(0x48)) * (random.below(2) == 0 ? 1 : -1));
  return t;
}

/// [windows][taps and channels]: element (b, h0 + r s + i, v0 + c s + j) of x, or with i and j subtracted.
Tensor<float> unfolded(const Tensor<float>& x, const Shape& windows, const Shape& w, std::ptrdiff_t stride,
                       std::ptrdiff_t origin, std::ptrdiff_t sign, std::size_t channels) {
  Tensor<float> out({windows[0] * windows[1] * windows[2], w[1] * w[2] * channels}, x.format);
  const auto at = [](std::size_t n) { return static_cast<std::ptrdiff_t>(n); };
  float* to = out.data.data();
  for (std::size_t n = 0; n < out.rows(); ++n)
    for (std::size_t k = 0; k < out.columns(); ++k) {
      const std::size_t b = n / windows[2] / windows[1], channel = k % channels;
      const std::ptrdiff_t h =
          origin + at(n / windows[2] % windows[1]) * stride + sign * at(k / channels / w[2]);
      const std::ptrdiff_t v = origin + at(n % windows[2]) * stride + sign * at(k / channels % w[2]);
      const bool inside = h >= 0 && v >= 0 && h < at(x.shape[1]) && v < at(x.shape[2]);
      *to++ =
          inside ? x.data[static_cast<std::size_t>((at(b * x.shape[1]) + h) * at(x.shape[2]) + v) * channels +
                          channel]
                 : 0.0f;
    }
  return out;
}

/// [taps and output channels][channels]
Tensor<float> turned(const Tensor<float>& w) {
  const std::size_t taps = w.shape[1] * w.shape[2], channels = w.shape[3];
  Tensor<float> out({taps * w.shape[0], channels}, w.format);
  for (std::size_t o = 0; o < w.shape[0]; ++o)
    for (std::size_t tap = 0; tap < taps; ++tap)
      for (std::size_t c = 0; c < channels; ++c)
        out.data[(tap * w.shape[0] + o) * channels + c] = w.data[(o * taps + tap) * channels + c];
  return out;
}

Tensor<float> as_matrix(Tensor<float> x, std::size_t rows) {
  x.shape = {rows, x.size() / rows};
  return x;
}

std::string difference(const Tensor<float>& got, const Tensor<float>& want) {
  if (got.size() != want.size()) return "size";
  for (std::size_t i = 0; i < want.size(); ++i)
    if (std::bit_cast<std::uint32_t>(got.data[i]) != std::bit_cast<std::uint32_t>(want.data[i]))
      return "element " + std::to_string(i) + ": " + std::to_string(got.data[i]) + " for " +
             std::to_string(want.data[i]);
  return {};
}

/// The sites of two engines.
void compare(const Telemetry& got, const Telemetry& want) {
  for (const auto& [site, record] : want.records()) {
    INFO(site.op << " " << name_of(site.pass) << " " << name_of(site.role));
    const auto found = got.records().find(site);
    REQUIRE(found != got.records().end());
    if (site.role == Role::product || site.role == Role::accumulator || site.role == Role::elementwise)
      CHECK(found->second.total == record.total);
  }
  CHECK(got.macs == want.macs);
}

struct Engine {
  Engine(const Policy& policy, bool counted)
      : telemetry({counted, Histograms::none, 10}), context(policy, telemetry, seed) {
    context.begin_step(step);
  }
  Telemetry telemetry;
  Context context;
};

Quantized<float> scaled(Tensor<float> q, double scale) { return {std::move(q), scale != 1, scale}; }

/// `scale`: of x, if not 1.
void check(const Layer& layer, const Policy& policy, bool counted, int threads, double scale = 1) {
  Random random(layer.x[2]);
  const Tensor<float> x = some(random, layer.x), w = some(random, layer.w), d = some(random, layer.y());
  omp_set_num_threads(threads);
  Engine mine(policy, counted), other(policy, counted);
  Conv2d<float> op("c", layer.stride, layer.padding, 1);
  Tensor<float> x_given = x;
  for (float& v : x_given.data) v *= static_cast<float>(scale);
  x_given.format = format_of("fp32");
  const Inputs<float> in{{&x_given, &w}, {layer.stride == 1, true}};
  const Tensor<float> y = op.forward(mine.context, in);
  const auto grads = op.backward(mine.context, in, y, d);

  const auto origin = -static_cast<std::ptrdiff_t>(layer.padding),
             stride = static_cast<std::ptrdiff_t>(layer.stride);
  const auto patches = scaled(unfolded(x, layer.y(), layer.w, stride, origin, 1, layer.x[3]), scale);
  const auto filters = scaled(as_matrix(w, layer.w[0]), 1);
  const auto dy = scaled(as_matrix(d, size_of(layer.y()) / layer.w[0]), 1);
  using View = QuantizedView<float>;
  const Tensor<float> want =
      dot(other.context, {"c", "conv2d", Pass::forward}, View(patches), View(filters).transposed());
  CHECK(difference(y, want) == "");
  const Tensor<float> dw =
      dot(other.context, {"c", "conv2d", Pass::wgrad}, View(dy).transposed(), View(patches));
  CHECK(difference(*grads[1], dw) == "");
  if (layer.stride == 1) {
    const auto d_patches = scaled(unfolded(d, layer.x, layer.w, 1, -origin, -1, layer.w[0]), 1);
    const Tensor<float> dx =
        dot(other.context, {"c", "conv2d", Pass::dgrad}, View(d_patches), View(scaled(turned(w), 1)));
    CHECK(difference(*grads[0], dx) == "");
  }
  compare(mine.telemetry, other.telemetry);
}

/// Operands e4m3fn, gradients of weights as they are.
Policy policy_of(Rule sums, double scale = 1) {
  Rule operands, gradients, x;
  operands.match.roles = {Role::activation, Role::weight, Role::activation_grad};
  operands.format = format_of("e4m3fn");
  gradients.match.roles = {Role::weight_grad};
  gradients.format = format_of("fp32");
  sums.match.roles = {Role::accumulator};
  x.match.roles = {Role::activation};
  if (scale != 1) x.scale = Scale{.granularity = Granularity::tensor, .value = scale};
  return Policy({operands, gradients, sums, x});
}

Rule sums_in(const char* format, Rounding rounding = Rounding::nearest_even, int random_bits = 0) {
  Rule rule;
  rule.format = format_of(format);
  rule.saturation = Saturation::finite;
  rule.rounding = rounding;
  if (random_bits > 0) rule.random_bits = random_bits;
  return rule;
}

Rule ordered(Order order, Rule rule) {
  rule.order = order;
  if (order == Order::chunked) rule.chunk = 7, rule.outer = format_of("bf16");
  if (order == Order::block) {
    rule.format = {}, rule.rounding = {}, rule.random_bits = {};
    rule.block = MatrixUnit{5, 13, UnitOutput::fp16, UnitOperands::any};
  }
  return rule;
}

TEST_CASE("convolutions are products of unfolded images") {
  const Layer layer = GENERATE(Layer{{2, 36, 35, 5}, {7, 3, 3, 5}, 1, 1},     // rows of pixels across panels
                               Layer{{1, 9, 64, 9}, {16, 3, 3, 9}, 1, 1},     // panels within rows
                               Layer{{2, 20, 33, 17}, {40, 3, 2, 17}, 2, 2},  // windows as rows
                               Layer{{1, 18, 17, 70}, {3, 2, 3, 70}, 1, 0},   // more steps than a block
                               Layer{{2, 12, 13, 6}, {70, 1, 1, 6}, 1, 0});
  const Rule rule = GENERATE(
      sums_in("fp32"), sums_in("fp16"), sums_in("fp16", Rounding::stochastic_a, 8),
      sums_in("fp16", Rounding::stochastic_b, 20), ordered(Order::chunked, sums_in("fp32")),
      ordered(Order::pairwise, sums_in("bf16")),
      ordered(Order::exact, sums_in("fp16", Rounding::stochastic_c, 9)), ordered(Order::block, Rule{}));
  INFO("width " << layer.x[2] << " order " << static_cast<int>(rule.order.value_or(Order::sequential)));
  const bool counted = rule.order == Order::chunked || rule.format == format_of("fp32");
  check(layer, policy_of(rule), false, 2);
  if (counted) check(layer, policy_of(rule), true, 1);
}

TEST_CASE("convolutions with a scale") {
  check({{2, 8, 9, 5}, {7, 3, 3, 5}, 1, 1}, policy_of(sums_in("fp32"), 0.75), true, 3, 0.75);
}

TEST_CASE("convolutions that are laid out in parts", "[slow]") {
  const Layer layer{{1, 260, 261, 4}, {3, 3, 3, 4}, 1, 1};  // more than 2^21 elements of windows
  check(layer, policy_of(sums_in("fp16", Rounding::stochastic_a, 8)), false, 2);
  check(layer, policy_of(ordered(Order::exact, sums_in("fp16", Rounding::stochastic_c, 9))), true, 2);
  check(layer, policy_of(sums_in("fp32")), false, 3);
}

}  // namespace
