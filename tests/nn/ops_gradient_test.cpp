// Operations of convolutional nets and transformers: gradients against central differences, values against plain
// binary64 formulas.

#include <cmath>
#include <memory>

#include "sim/nn/ops/binary_cross_entropy.hpp"
#include "sim/nn/ops/dropout.hpp"
#include "sim/nn/ops/embedding.hpp"
#include "sim/nn/ops/log_softmax.hpp"
#include "sim/nn/ops/losses.hpp"
#include "sim/nn/ops/normalisation.hpp"
#include "sim/nn/ops/pooling.hpp"
#include "sim/nn/ops/residual.hpp"
#include "tests/nn/gradient_support.hpp"

namespace {

using namespace exmy;
using namespace exmy::test;

constexpr double eps = 0x1p-10;

Id mse(Tape<double>& tape, Id y, const Tensor<double>& target) {
  return tape.apply(std::make_unique<MeanSquaredError<double>>(target, 1), {y});
}

/// (x - mean) / sqrt(var + eps) g + b with the statistics of row r (or column c), in long double.
double normalised(const Tensor<double>& x, std::size_t r, std::size_t c, Normalisation kind, double g,
                  double b) {
  const bool by_column = kind == Normalisation::batch;
  const std::size_t n = by_column ? x.rows() : x.columns();
  const auto at = [&](std::size_t i) -> long double {
    return static_cast<long double>(by_column ? x.data[i * x.columns() + c] : x.data[r * x.columns() + i]);
  };
  long double sum = 0, squares = 0;
  for (std::size_t i = 0; i < n; ++i) sum += at(i);
  const long double mean = kind == Normalisation::rms ? 0 : sum / static_cast<long double>(n);
  for (std::size_t i = 0; i < n; ++i) squares += (at(i) - mean) * (at(i) - mean);
  const long double var = squares / static_cast<long double>(n);
  return static_cast<double>((static_cast<long double>(x.data[r * x.columns() + c]) - mean) /
                                 sqrtl(var + static_cast<long double>(eps)) * static_cast<long double>(g) +
                             static_cast<long double>(b));
}

struct Affine {
  Parameter<double> x, g, b;
  Affine(Random& random, const Shape& shape)
      : x(some_parameter(random, "x", shape)),
        g(some_parameter(random, "g", {shape.back()})),
        b(some_parameter(random, "b", {shape.back()})) {}

  Id apply(Tape<double>& tape, Normalisation kind, RunningStatistics<double>* running = nullptr) {
    std::vector<Id> in{tape.parameter(x), tape.parameter(g)};
    if (kind != Normalisation::rms) in.push_back(tape.parameter(b));
    return tape.apply(std::make_unique<NormalisationOp<double>>("norm", kind, eps, running), in);
  }
};

TEST_CASE("normalisations: values and gradients") {
  const auto kind = GENERATE(Normalisation::layer, Normalisation::rms, Normalisation::batch);
  INFO("kind " << static_cast<int>(kind));
  Engine e;
  Random random(21);
  Affine p(random, {7, 5});
  const Tensor<double> target = some_tensor(random, {7, 5});
  Tape<double> tape(e.context);
  const Id y = p.apply(tape, kind);
  for (std::size_t i = 0; i < 35; ++i) {
    const double b = kind == Normalisation::rms ? 0 : p.b.value.data[i % 5];
    const double want = normalised(p.x.value, i / 5, i % 5, kind, p.g.value.data[i % 5], b);
    CHECK(std::fabs(tape.value(y).data[i] - want) < 1e-14);  // a dozen roundings of numbers up to 4
  }
  std::vector<Parameter<double>*> all{&p.x, &p.g};
  if (kind != Normalisation::rms) all.push_back(&p.b);
  check_gradients(
      e, [&](Tape<double>& t) { return mse(t, p.apply(t, kind), target); }, all);
}

TEST_CASE("batch normalisation remembers: training moves the running statistics, evaluation takes them") {
  Engine e;
  Random random(22);
  Affine p(random, {8, 3});
  RunningStatistics<double> running{Tensor<double>({3}, fp64), Tensor<double>({3}, fp64), 0.25};
  running.var.data = {1, 1, 1};
  e.context.begin_step(0);
  Tape<double> tape(e.context);
  p.apply(tape, Normalisation::batch, &running);
  for (std::size_t c = 0; c < 3; ++c) {
    double sum = 0, squares = 0;
    for (std::size_t r = 0; r < 8; ++r) sum += p.x.value.data[r * 3 + c];
    for (std::size_t r = 0; r < 8; ++r) squares += std::pow(p.x.value.data[r * 3 + c] - sum / 8, 2);
    CHECK(std::fabs(running.mean.data[c] - 0.25 * sum / 8) < 1e-15);              // a few roundings
    CHECK(std::fabs(running.var.data[c] - (0.75 + 0.25 * squares / 7)) < 1e-15);  // likewise
  }
  const RunningStatistics<double> before = running;
  e.context.begin_evaluation(0);
  Tape<double> evaluation(e.context);
  const Id y = p.apply(evaluation, Normalisation::batch, &running);
  CHECK(running.mean.data == before.mean.data);
  CHECK(running.var.data == before.var.data);
  const double r = 1 / std::sqrt(before.var.data[0] + eps);
  const double want = (p.x.value.data[0] - before.mean.data[0]) * r * p.g.value.data[0] + p.b.value.data[0];
  CHECK(std::fabs(evaluation.value(y).data[0] - want) < 1e-15);  // a few roundings
}

TEST_CASE("embeddings: rows of the table, and gradients of table and positions") {
  Engine e;
  Random random(23);
  Parameter<double> w = some_parameter(random, "w", {5, 4});
  Parameter<double> position = some_parameter(random, "position", {3, 4});
  const std::vector<std::int32_t> tokens{2, 0, 2, 4, 4, 2};  // two samples of three
  const Tensor<double> target = some_tensor(random, {6, 4});
  const Scalar f = [&](Tape<double>& tape) {
    const Id x = tape.apply(std::make_unique<Embedding<double>>("tokens", tokens), {tape.parameter(w)});
    for (std::size_t i = 0; i < 24; ++i)
      CHECK(tape.value(x).data[i] == w.value.data[static_cast<std::size_t>(tokens[i / 4]) * 4 + i % 4]);
    const Id y =
        tape.apply(std::make_unique<PositionalEmbedding<double>>("tokens"), {x, tape.parameter(position)});
    for (std::size_t i = 0; i < 24; ++i)
      CHECK(tape.value(y).data[i] == tape.value(x).data[i] + position.value.data[i % 12]);
    return mse(tape, y, target);
  };
  check_gradients(e, f, {&w, &position});
  CHECK(w.grad.data[4] == 0);  // token 1 does not occur
}

TEST_CASE("residual addition: a tensor and its square") {
  Engine e;
  Random random(24);
  Parameter<double> a = some_parameter(random, "a", {3, 4});
  Parameter<double> b = some_parameter(random, "b", {3, 4});
  const Tensor<double> target = some_tensor(random, {3, 4});
  const Scalar f = [&](Tape<double>& tape) {
    const Id sum = tape.apply(std::make_unique<Add<double>>("r"), {tape.parameter(a), tape.parameter(b)});
    return mse(tape, tape.apply(std::make_unique<Add<double>>("r2"), {sum, tape.parameter(a)}), target);
  };
  check_gradients(e, f, {&a, &b});
}

TEST_CASE("dropout: the share, the same elements backward, nothing in evaluation") {
  Engine e;
  Random random(25);
  Parameter<double> x = some_parameter(random, "x", {20, 50});
  const Tensor<double> target = some_tensor(random, {20, 50});
  const auto dropped = [&](Tape<double>& tape) {
    return tape.apply(std::make_unique<Dropout<double>>("d", 0.25), {tape.parameter(x)});
  };
  check_gradients(e, [&](Tape<double>& t) { return mse(t, dropped(t), target); }, {&x});
  e.context.begin_step(3);
  Tape<double> tape(e.context);
  const Elements<double> y = tape.value(dropped(tape)).data;
  std::size_t zeros = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    zeros += y[i] == 0 ? 1u : 0u;
    CHECK((y[i] == 0 || y[i] == x.value.data[i] * (1 / 0.75)));
  }
  CHECK((zeros > 190 && zeros < 310));  // 250 of 1000, four standard deviations
  e.context.begin_evaluation(3);
  Tape<double> evaluation(e.context);
  CHECK(evaluation.value(dropped(evaluation)).data == x.value.data);
}

/// Element (b, r, c, channel) of a padded image: `outside` where there is none.
double pixel(const Tensor<double>& x, std::size_t b, std::size_t r, std::size_t c, std::size_t channel,
             std::size_t padding, double outside) {
  if (r < padding || c < padding || r - padding >= x.shape[1] || c - padding >= x.shape[2]) return outside;
  return x.data[((b * x.shape[1] + r - padding) * x.shape[2] + c - padding) * x.shape[3] + channel];
}

double pooled(const Tensor<double>& x, Pooling kind, const Window& w, std::size_t b, std::size_t r,
              std::size_t c, std::size_t channel) {
  double sum = 0, most = -1e300;
  for (std::size_t i = 0; i < w.height; ++i)
    for (std::size_t j = 0; j < w.width; ++j) {
      const std::size_t row = r * w.stride + i, column = c * w.stride + j;
      sum += pixel(x, b, row, column, channel, w.padding, 0);
      most = std::max(most, pixel(x, b, row, column, channel, w.padding, -1e300));
    }
  return kind == Pooling::max ? most : sum / static_cast<double>(w.taps());
}

TEST_CASE("pooling: values and gradients, windows apart, overlapping, padded") {
  const auto kind = GENERATE(Pooling::max, Pooling::average);
  const auto window = GENERATE(Window{2, 2, 2, 0}, Window{3, 3, 2, 1}, Window{3, 2, 1, 0}, Window{5, 6, 1, 0},
                               Window{2, 2, 3, 0});
  Engine e;
  Random random(26);
  Parameter<double> x = some_parameter(random, "x", {2, 5, 6, 3});
  const Shape shape = window.output(x.value.shape);
  const Tensor<double> target = some_tensor(random, shape);
  const auto pool = [&](Tape<double>& tape) {
    return tape.apply(std::make_unique<PoolingOp<double>>("pool", kind, window), {tape.parameter(x)});
  };
  Tape<double> tape(e.context);
  const Tensor<double>& y = tape.value(pool(tape));
  REQUIRE(y.shape == shape);
  std::size_t i = 0;
  for (std::size_t b = 0; b < shape[0]; ++b)
    for (std::size_t r = 0; r < shape[1]; ++r)
      for (std::size_t c = 0; c < shape[2]; ++c)
        for (std::size_t channel = 0; channel < shape[3]; ++channel)
          CHECK(y.data[i++] == pooled(x.value, kind, window, b, r, c, channel));
  check_gradients(e, [&](Tape<double>& t) { return mse(t, pool(t), target); }, {&x});
}

TEST_CASE("log-softmax: rows of logarithms of probabilities, and gradients") {
  Engine e;
  Random random(27);
  Parameter<double> x = some_parameter(random, "x", {4, 6});
  const Tensor<double> target = some_tensor(random, {4, 6});
  const auto op = [&](Tape<double>& tape) {
    return tape.apply(std::make_unique<LogSoftmax<double>>("y"), {tape.parameter(x)});
  };
  Tape<double> tape(e.context);
  const Tensor<double>& y = tape.value(op(tape));
  for (std::size_t r = 0; r < 4; ++r) {
    long double sum = 0;
    for (std::size_t c = 0; c < 6; ++c) sum += expl(static_cast<long double>(x.value.data[r * 6 + c]));
    for (std::size_t c = 0; c < 6; ++c) {
      const double want = static_cast<double>(static_cast<long double>(x.value.data[r * 6 + c]) - logl(sum));
      CHECK(std::fabs(y.data[r * 6 + c] - want) < 2e-15);  // half a dozen roundings of numbers up to 3
    }
  }
  check_gradients(e, [&](Tape<double>& t) { return mse(t, op(t), target); }, {&x});
}

TEST_CASE("binary cross-entropy of logits: value and gradient") {
  Engine e;
  Random random(28);
  Parameter<double> x = some_parameter(random, "x", {3, 5});
  for (double& v : x.value.data) v *= 8;
  Tensor<double> target = some_tensor(random, {3, 5});
  for (double& v : target.data) v = std::fabs(v);
  const auto op = [&](Tape<double>& tape) {
    return tape.apply(std::make_unique<BinaryCrossEntropy<double>>(target, 1), {tape.parameter(x)});
  };
  long double sum = 0;
  for (std::size_t i = 0; i < 15; ++i) {
    const long double p = 1 / (1 + expl(-static_cast<long double>(x.value.data[i])));
    const long double t = static_cast<long double>(target.data[i]);
    sum -= t * logl(p) + (1 - t) * logl(1 - p);
  }
  Tape<double> tape(e.context);
  CHECK(std::fabs(tape.value(op(tape)).data[0] - static_cast<double>(sum / 15)) < 1e-14);  // 1 - p loses bits
  check_gradients(e, op, {&x});
}

}  // namespace
