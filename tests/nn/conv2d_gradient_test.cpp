// Convolutions: values against the textbook's sum, gradients against central differences.

#include "sim/nn/ops/conv2d.hpp"
#include "sim/nn/ops/losses.hpp"
#include "tests/nn/gradient_support.hpp"

namespace {

using namespace exmy;
using namespace exmy::test;

struct Layer {
  Shape x, w;  ///< [B][H][W][C], [O][kh][kw][C / groups]
  std::size_t stride, padding, groups;
};

/// An element of a padded image.
double pixel(const Tensor<double>& x, const Layer& layer, std::size_t b, std::size_t r, std::size_t c,
             std::size_t channel) {
  if (r < layer.padding || c < layer.padding) return 0;
  r -= layer.padding, c -= layer.padding;
  if (r >= x.shape[1] || c >= x.shape[2]) return 0;
  return x.data[((b * x.shape[1] + r) * x.shape[2] + c) * x.shape[3] + channel];
}

/// Output channel o of the window at row r and column c.
long double convolved(const Tensor<double>& x, const Tensor<double>& w, const Layer& layer, std::size_t b,
                      std::size_t r, std::size_t c, std::size_t o) {
  const std::size_t channels = w.shape[3], first = o / (w.shape[0] / layer.groups) * channels;
  long double sum = 0;
  for (std::size_t i = 0; i < w.shape[1]; ++i)
    for (std::size_t j = 0; j < w.shape[2]; ++j)
      for (std::size_t k = 0; k < channels; ++k)
        sum += static_cast<long double>(
                   pixel(x, layer, b, r * layer.stride + i, c * layer.stride + j, first + k)) *
               static_cast<long double>(w.data[((o * w.shape[1] + i) * w.shape[2] + j) * channels + k]);
  return sum;
}

TEST_CASE("convolutions: values and gradients") {
  const auto layer = GENERATE(Layer{{2, 3, 4, 2}, {3, 3, 3, 2}, 1, 1, 1},  //
                              Layer{{1, 5, 6, 2}, {3, 3, 2, 2}, 2, 1, 1},  // 5 + 2 - 3: the last tap fits
                              Layer{{1, 7, 6, 4}, {4, 2, 3, 2}, 3, 2, 2},  //
                              Layer{{1, 4, 4, 3}, {3, 3, 3, 1}, 1, 1, 3},  // depthwise
                              Layer{{2, 3, 4, 3}, {5, 1, 1, 3}, 1, 0, 1},  //
                              Layer{{1, 5, 5, 2}, {2, 1, 1, 2}, 3, 0, 1},  // elements that no window has
                              Layer{{1, 2, 3, 2}, {2, 4, 5, 2}, 1, 1, 1});
  Engine e;
  Random random(31);
  Parameter<double> x = some_parameter(random, "x", layer.x), w = some_parameter(random, "w", layer.w);
  const Shape shape = Conv2d<double>::output(layer.x, layer.w, layer.stride, layer.padding, layer.groups);
  REQUIRE(size_of(shape) > 0);
  const Tensor<double> target = some_tensor(random, shape);
  const auto convolution = [&](Tape<double>& tape) {
    auto op = std::make_unique<Conv2d<double>>("c", layer.stride, layer.padding, layer.groups);
    return tape.apply(std::move(op), {tape.parameter(x), tape.parameter(w)});
  };
  Tape<double> tape(e.context);
  const Tensor<double>& y = tape.value(convolution(tape));
  REQUIRE(y.shape == shape);
  for (std::size_t i = 0; i < y.size(); ++i) {
    const std::size_t o = i % shape[3], pixels = i / shape[3];
    const std::size_t c = pixels % shape[2], r = pixels / shape[2] % shape[1],
                      b = pixels / shape[2] / shape[1];
    const auto want = static_cast<double>(convolved(x.value, w.value, layer, b, r, c, o));
    CHECK(std::fabs(y.data[i] - want) < 1e-14);  // up to 54 roundings of sums up to 10
  }
  check_gradients(e,
                  [&](Tape<double>& t) {
                    return t.apply(std::make_unique<MeanSquaredError<double>>(target, 1), {convolution(t)});
                  },
                  {&x, &w});
}

TEST_CASE("convolutions of what does not fit") {
  CHECK(Conv2d<double>::output({2, 3, 4, 6}, {4, 5, 2, 3}, 1, 0, 2) == Shape{2, 0, 3, 4});
  CHECK_THROWS_AS(Conv2d<double>::output({2, 3, 4, 6}, {4, 5, 2, 6}, 1, 0, 2), std::logic_error);
  CHECK_THROWS_AS(Conv2d<double>::output({2, 3, 4, 6}, {5, 5, 2, 3}, 1, 0, 2), std::logic_error);
  CHECK_THROWS_AS(Conv2d<double>::output({2, 3, 4, 6}, {4, 5, 2, 3}, 0, 0, 2), std::logic_error);
  CHECK_THROWS_AS(Conv2d<double>::output({3, 4, 6}, {4, 5, 2, 3}, 1, 0, 2), std::logic_error);
}

}  // namespace
