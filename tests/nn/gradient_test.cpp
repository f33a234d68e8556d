// In an all-fp64 policy the gradients of every operation and model agree with central differences.

#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "sim/nn/models/mlp.hpp"
#include "sim/nn/ops/binary_cross_entropy.hpp"
#include "sim/nn/ops/linear.hpp"
#include "sim/nn/ops/losses.hpp"
#include "tests/nn/gradient_support.hpp"

namespace {

using namespace exmy;
using namespace exmy::test;

// ---- models ----------------------------------------------------------------------------------------

enum class Loss { cross_entropy, bce, mse };

std::unique_ptr<Op<double>> loss_op(Loss loss, std::size_t batch, std::size_t outputs, Random& random) {
  if (loss == Loss::mse)
    return std::make_unique<MeanSquaredError<double>>(some_tensor(random, {batch, outputs}), 1);
  if (loss == Loss::bce) {
    Tensor<double> targets = some_tensor(random, {batch, outputs});
    for (double& t : targets.data) t = std::fabs(t);
    return std::make_unique<BinaryCrossEntropy<double>>(std::move(targets), 1);
  }
  std::vector<std::int32_t> labels;
  for (std::size_t i = 0; i < batch; ++i) labels.push_back(static_cast<std::int32_t>(random.below(outputs)));
  return std::make_unique<SoftmaxCrossEntropy<double>>(labels, 1);
}

void check_mlp(Activation hidden, Activation output, Loss loss) {
  Engine e;
  Random random(11);
  const auto model = mlp({{4, 6}, hidden, output})(LayerArguments<double>{&e.context, "", {5}, 3});
  for (Parameter<double>* p : model->parameters())
    if (p->name == "bias") p->value = some_tensor(random, p->value.shape);
  const Tensor<double> x = some_tensor(random, {7, 5});
  const std::uint64_t seed = random.bits();
  check_gradients(
      e,
      [&](Tape<double>& tape) {
        Random same(seed);
        const Id y = model->forward(tape, tape.input(x));
        return tape.apply(loss_op(loss, 7, 3, same), {y});
      },
      model->parameters());
}

TEST_CASE("gradients of multilayer perceptrons agree with central differences") {
  const auto hidden = GENERATE(Activation::relu, Activation::tanh, Activation::sigmoid, Activation::none);
  const auto output = GENERATE(Activation::none, Activation::sigmoid, Activation::tanh, Activation::relu);
  const auto loss = GENERATE(Loss::cross_entropy, Loss::bce, Loss::mse);
  INFO("hidden " << static_cast<int>(hidden) << ", output " << static_cast<int>(output) << ", loss "
                 << static_cast<int>(loss));
  check_mlp(hidden, output, loss);
}

// ---- single operations, with gradients of all inputs ---------------------------------------------------

TEST_CASE("gradients of a matrix product and a bias, input included") {
  Engine e;
  Random random(12);
  Parameter<double> x = some_parameter(random, "x", {6, 5});
  Parameter<double> w = some_parameter(random, "w", {4, 5});
  Parameter<double> b = some_parameter(random, "b", {4});
  const Tensor<double> target = some_tensor(random, {6, 4});
  const Scalar f = [&](Tape<double>& tape) {
    const Id z =
        tape.apply(std::make_unique<MatrixProduct<double>>("fc"), {tape.parameter(x), tape.parameter(w)});
    const Id y = tape.apply(std::make_unique<Bias<double>>("fc"), {z, tape.parameter(b)});
    return tape.apply(std::make_unique<MeanSquaredError<double>>(target, 1), {y});
  };
  check_gradients(e, f, {&x, &w, &b});
}

TEST_CASE("gradients of each activation and loss, with respect to its input") {
  const auto curve = GENERATE(Activation::relu, Activation::tanh, Activation::sigmoid, Activation::none);
  const auto loss = GENERATE(Loss::cross_entropy, Loss::bce, Loss::mse);
  Engine e;
  Random random(13);
  Parameter<double> x = some_parameter(random, "x", {6, 5});
  const std::uint64_t seed = random.bits();
  const Scalar f = [&](Tape<double>& tape) {
    Random same(seed);
    const Id y = tape.apply(std::make_unique<ActivationOp<double>>("f", curve), {tape.parameter(x)});
    return tape.apply(loss_op(loss, 6, 5, same), {y});
  };
  check_gradients(e, f, {&x});
}

TEST_CASE("a tensor that is used several times sums its gradients") {
  Engine e;
  Random random(14);
  Parameter<double> w = some_parameter(random, "w", {4, 4});
  const Tensor<double> target = some_tensor(random, {4, 4});
  const Scalar f = [&](Tape<double>& tape) {
    const Id p = tape.parameter(w);
    const Id square = tape.apply(std::make_unique<MatrixProduct<double>>("a"), {p, p});
    const Id quartic = tape.apply(std::make_unique<MatrixProduct<double>>("b"), {square, square});
    return tape.apply(std::make_unique<MeanSquaredError<double>>(target, 1), {quartic});
  };
  check_gradients(e, f, {&w});
}

// ---- what differences cannot see ---------------------------------------------------------------------

TEST_CASE("relu at 0: y = +0 and no gradient; the scale of the loss multiplies every gradient") {
  Engine e;
  Parameter<double> x{"x", "weight", "dot", Tensor<double>({1, 4}, fp64), {}};
  x.value.data = {-0.0, 0.0, -1.0, 0x1p-1074};
  const auto run = [&](double loss_scale) {
    e.context.begin_step(0);
    Tape<double> tape(e.context);
    const Id y =
        tape.apply(std::make_unique<ActivationOp<double>>("f", Activation::relu), {tape.parameter(x)});
    Tensor<double> target({1, 4}, fp64);
    target.data = {1, 1, 1, 1};
    tape.backward(tape.apply(std::make_unique<MeanSquaredError<double>>(target, loss_scale), {y}));
    CHECK(tape.value(y).data == Elements<double>{0, 0, 0, 0x1p-1074});
    CHECK_FALSE(std::signbit(tape.value(y).data[0]));
    return x.grad.data;
  };
  CHECK(run(1) == Elements<double>{0, 0, 0, -0.5});  // c = 2 / 4, d = 2^-1074 - 1 = -1 rounded
  CHECK(run(1024) == Elements<double>{0, 0, 0, -512});
}

TEST_CASE("relu of a whole vector and more: NaN stays, every zero is +0; gradients pass where x > 0") {
  Engine e;
  constexpr float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> x{1, -1, 0.0f, -0.0f, inf, -inf, nan, -nan, 0x1p-149f, -0x1p-149f, 3};
  const std::vector<float> y{1, 0, 0, 0, inf, 0, nan, nan, 0x1p-149f, 0, 3};
  const std::vector<float> dx{2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 2};
  Tensor<float> t({x.size() * 7}, {}), dy = t;
  for (std::size_t i = 0; i < t.size(); ++i) t.data[i] = x[i % x.size()], dy.data[i] = 2;
  ActivationOp<float> relu("f", Activation::relu);
  const Inputs<float> in{{&t}, {true}};
  const Tensor<float> got = relu.forward(e.context, in);
  const auto gradient = relu.backward(e.context, in, got, dy)[0];
  for (std::size_t i = 0; i < t.size(); ++i) {
    const float want = y[i % x.size()];
    CHECK((got.data[i] == want || (got.data[i] != got.data[i] && want != want)));
    CHECK_FALSE((got.data[i] == 0 && std::signbit(got.data[i])));
    CHECK(gradient->data[i] == dx[i % x.size()]);
    CHECK_FALSE(std::signbit(gradient->data[i]));
  }
}

}  // namespace
