// Layers: gradients against central differences, shapes, buffers, initial weights.

#include <cmath>
#include <set>

#include "sim/nn/layers/conv2d.hpp"
#include "sim/nn/layers/elementwise.hpp"
#include "sim/nn/layers/linear.hpp"
#include "sim/nn/layers/normalisation.hpp"
#include "sim/nn/layers/pooling.hpp"
#include "sim/nn/layers/residual.hpp"
#include "sim/nn/ops/losses.hpp"
#include "sim/nn/ops/subsample.hpp"
#include "tests/nn/gradient_support.hpp"

namespace {

using namespace exmy;
using namespace exmy::test;

std::unique_ptr<Layer<double>> made(Engine& e, const LayerFactory& factory, const Shape& input) {
  return factory(LayerArguments<double>{&e.context, "net", input, 3});
}

/// Of parameters and of what is before the layer: a parameter that stands for the input.
void check_layer(const LayerFactory& factory, const Shape& input, const Shape& output) {
  Engine e;
  Random random(41);
  const auto layer = made(e, factory, input);
  REQUIRE(layer->output() == output);
  Shape batch{3}, gives{3};
  batch.insert(batch.end(), input.begin(), input.end());
  gives.insert(gives.end(), output.begin(), output.end());
  Parameter<double> x = some_parameter(random, "x", batch);
  std::vector<Parameter<double>*> all = layer->parameters();
  for (Parameter<double>* p : all) p->value = some_tensor(random, p->value.shape);
  all.push_back(&x);
  const Tensor<double> target = some_tensor(random, gives);
  const Scalar f = [&](Tape<double>& tape) {
    const Id y = layer->forward(tape, tape.parameter(x));
    REQUIRE(tape.value(y).shape == gives);
    return tape.apply(std::make_unique<MeanSquaredError<double>>(target, 1), {y});
  };
  check_gradients(e, f, all);
}

TEST_CASE("gradients of layers that have parameters") {
  check_layer(linear({.features = 4}), {5}, {4});
  check_layer(linear({.bias = false}), {2, 5}, {2, 3});
  check_layer(conv2d({.channels = 4, .kernel = 3, .stride = 2, .padding = 1, .groups = 2}), {5, 4, 2},
              {3, 2, 4});
  check_layer(conv2d({.channels = 2, .kernel = 2, .bias = false}), {3, 4, 1}, {2, 3, 2});
  check_layer(normalisation({.kind = Normalisation::layer, .epsilon = 0.01}), {2, 4}, {2, 4});
  check_layer(normalisation({.kind = Normalisation::rms, .epsilon = 0.01}), {4}, {4});
  check_layer(normalisation({.kind = Normalisation::batch, .epsilon = 0.01}), {2, 2, 3}, {2, 2, 3});
}

TEST_CASE("gradients of layers without parameters") {
  const auto f = GENERATE(Activation::tanh, Activation::sigmoid, Activation::gelu, Activation::gelu_tanh,
                          Activation::silu, Activation::relu);
  check_layer(activation(f), {2, 3}, {2, 3});
  check_layer(pooling(Pooling::max, {.height = 2, .width = 2, .stride = 2}), {4, 5, 2}, {2, 2, 2});
  check_layer(pooling(Pooling::average, {.height = 3, .width = 3, .stride = 2, .padding = 1}), {4, 4, 1},
              {2, 2, 1});
  check_layer(global_average_pool(), {3, 4, 2}, {2});
  check_layer(subsample(2, 3), {3, 4, 2}, {2, 2, 3});
  check_layer(dropout(0.25), {4, 5}, {4, 5});
  check_layer(log_softmax(), {2, 3}, {2, 3});
  check_layer(flatten(), {2, 3, 2}, {12});
}

TEST_CASE("gradients of a residual sum, with and without layers on the way around") {
  const NamedLayer conv{"conv", conv2d({.channels = 2, .padding = 1})};
  check_layer(residual({conv}), {2, 3, 2}, {2, 3, 2});
  check_layer(residual({{"conv", conv2d({.channels = 3, .stride = 2, .padding = 1})}},
                       {{"way", conv2d({.channels = 3, .kernel = 1, .stride = 2})}}),
              {3, 3, 2}, {2, 2, 3});
}

TEST_CASE("activations: the functions, and their derivatives times dy, each rounded") {
  Engine e;
  Random random(42);
  const Tensor<double> x = some_tensor(random, {50}), dy = some_tensor(random, {50});
  const auto check = [&](Activation f, auto value, auto slope) {
    ActivationOp<double> op("f", f);
    const Inputs<double> in{{&x}, {true}};
    const Tensor<double> y = op.forward(e.context, in);
    const auto dx = op.backward(e.context, in, y, dy)[0];
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double v = x.data[i];
      CHECK(std::fabs(y.data[i] - value(v)) < 1e-15);  // libm's own roundings, of values below 2
      CHECK(std::fabs(dx->data[i] - slope(v) * dy.data[i]) < 2e-15);  // likewise
    }
  };
  const double root = std::sqrt(2.0), density = 1 / std::sqrt(2 * std::acos(-1.0));
  check(
      Activation::gelu, [&](double v) { return v * 0.5 * std::erfc(-v / root); },
      [&](double v) { return 0.5 * std::erfc(-v / root) + v * density * std::exp(-v * v / 2); });
  check(
      Activation::silu, [](double v) { return v / (1 + std::exp(-v)); },
      [](double v) {
        const double s = 1 / (1 + std::exp(-v));
        return s * (1 + v * (1 - s));
      });
  const double c = std::sqrt(2 / std::acos(-1.0));
  const auto inner = [c](double v) { return std::tanh(c * (v + 0.044715 * v * v * v)); };
  check(
      Activation::gelu_tanh, [&](double v) { return v / 2 * (1 + inner(v)); },
      [&](double v) {
        const double t = inner(v);
        return (1 + t) / 2 + v / 2 * (1 - t * t) * c * (1 + 3 * 0.044715 * v * v);
      });
}

TEST_CASE("subsampled images: every second pixel, zeros in the new channels") {
  Engine e;
  Tensor<double> x({1, 3, 3, 1}, fp64);
  x.data = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  Subsample<double> op("s", 2, 2);
  const Inputs<double> in{{&x}, {true}};
  const Tensor<double> y = op.forward(e.context, in);
  CHECK(y.shape == Shape{1, 2, 2, 2});
  CHECK(y.data == Elements<double>{1, 0, 3, 0, 7, 0, 9, 0});
  Tensor<double> dy(y.shape, fp64);
  dy.data = {1, 2, 3, 4, 5, 6, 7, 8};
  CHECK(op.backward(e.context, in, y, dy)[0]->data == Elements<double>{1, 0, 3, 0, 0, 0, 5, 0, 7});
}

std::string refusal(const LayerFactory& factory, const Shape& input) {
  Engine e;
  try {
    made(e, factory, input);
  } catch (const ShapeError& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("shapes that do not fit: the layer, what it got and what it wanted") {
  CHECK(refusal(linear({.features = 2}), {}) == "layer \"net\" got [], wanted features [...][N]");
  CHECK(refusal(conv2d({.channels = 2}), {5}) == "layer \"net\" got [5], wanted an image [H][W][C]");
  CHECK(refusal(conv2d({.channels = 2, .kernel = 5, .padding = 1}), {4, 2, 1}) ==
        "layer \"net\" got [4][2][1], wanted an image of at least [3][3]");
  CHECK(refusal(conv2d({.channels = 4, .groups = 2}), {9, 9, 3}) ==
        "layer \"net\" got [9][9][3], wanted channels of the input and of the output (4) that are multiples "
        "of its 2 "
        "groups");
  CHECK(refusal(pooling(Pooling::max, {.height = 3, .width = 3}), {2, 3, 1}) ==
        "layer \"net\" got [2][3][1], wanted an image of at least [3][3]");
  CHECK(refusal(log_softmax(), {}) == "layer \"net\" got [], wanted numbers [...][C]");
  CHECK(refusal(global_average_pool(), {7}) == "layer \"net\" got [7], wanted an image [H][W][C]");
  CHECK(refusal(subsample(2, 2), {4, 4, 3}) ==
        "layer \"net\" got [4][4][3], wanted an image [H][W][C] of at most 2 channels");
  CHECK(refusal(residual({{"a", linear({.features = 4})}}), {3}) ==
        "layer \"net\" got [4], wanted [3]: its layers must give what its shortcut gives");
  CHECK(refusal(sequence({{"a", flatten()}, {"b", global_average_pool()}}), {2, 2, 1}) ==
        "layer \"net.b\" got [4], wanted an image [H][W][C]");
}

TEST_CASE("batch normalisation: buffers by PyTorch's names, seen through sequences and residual sums") {
  Engine e;
  const LayerFactory bn = normalisation({.kind = Normalisation::batch});
  const auto net = made(e, sequence({{"a", bn}, {"r", residual({{"b", bn}}, {{"c", bn}})}}), {2, 2, 3});
  std::vector<std::string> names;
  for (const Buffer<double>& b : net->buffers()) {
    names.push_back(b.name);
    const double start = b.name.ends_with("running_var") ? 1 : 0;
    CHECK(b.value->data == Elements<double>(3, start));
  }
  CHECK(names == std::vector<std::string>{"net.a.running_mean", "net.a.running_var", "net.r.b.running_mean",
                                          "net.r.b.running_var", "net.r.c.running_mean",
                                          "net.r.c.running_var"});
  std::vector<std::string> parameters;
  for (const Parameter<double>* p : net->parameters()) parameters.push_back(p->full_name());
  CHECK(parameters == std::vector<std::string>{"net.a.weight", "net.a.bias", "net.r.b.weight", "net.r.b.bias",
                                               "net.r.c.weight", "net.r.c.bias"});
}

double mean_square(const Tensor<double>& t) {
  double sum = 0;
  for (const double v : t.data) sum += v * v;
  return sum / static_cast<double>(t.size());
}

TEST_CASE("initial weights: spread by fan-in and fan-out of convolutions, and the formula") {
  const RandomStream random(7, "init/w.weight", 0);
  const Shape w{40, 3, 3, 20};  // fan-in 180, fan-out 360
  // 7,200 draws: the mean square of normal numbers has a standard deviation of sqrt(2 / 7200) = 1.7 %, of uniform
  // ones 1.1 %; five of them are allowed.
  const auto close = [&](Initialization how, double variance) {
    const double ratio = mean_square(initial_numbers(random, w, how)) / variance;
    CHECK(std::fabs(ratio - 1) < 0.085);  // as above
  };
  close(Initializer::he_uniform, 2.0 / 180);
  close(Initializer::glorot_uniform, 2.0 / 540);
  close(Initializer::he_normal, 2.0 / 180);
  close(Initializer::glorot_normal, 2.0 / 540);
  close({Initializer::normal, 0.5}, 0.25);
  const Tensor<double> z = initial_numbers(random, {500, 1}, {Initializer::normal, 1});
  for (std::size_t i = 0; i < z.size(); ++i) {
    const auto u = static_cast<long double>(random.uniform(2 * i));
    const auto v = static_cast<long double>(random.uniform(2 * i + 1));
    const long double want = sqrtl(-2 * logl(1 - u)) * cosl(2 * acosl(-1.0L) * v);
    CHECK(std::fabs(z.data[i] - static_cast<double>(want)) < 4e-15);  // four roundings of numbers up to 9
  }
  const double most = *std::max_element(z.data.begin(), z.data.end());
  CHECK(most > 2);  // of 500: below 2 has a probability of 1e-5
}

TEST_CASE("uniform weights are what they were before there were others") {
  Engine e;
  const auto layer = made(e, linear({.features = 2, .init = Initializer::glorot_uniform}), {4});
  const RandomStream random(5, "init/net.weight", 0);
  for (std::size_t i = 0; i < 8; ++i)
    CHECK(layer->parameters()[0]->value.data[i] == (2 * random.uniform(i) - 1) * std::sqrt(6.0 / 6));
}

}  // namespace
