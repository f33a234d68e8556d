// Attention: values against softmax(q k^T / sqrt D) v in long double, gradients against central differences, what masks
// hide, and what is projected how often.

#include <cmath>
#include <limits>

#include "sim/nn/ops/attention.hpp"
#include "sim/nn/ops/losses.hpp"
#include "tests/nn/gradient_support.hpp"

namespace {

using namespace exmy;
using namespace exmy::test;

constexpr std::size_t samples = 2, length = 5, heads = 2, width = 3;
const Shape shape{samples, length, heads* width};

Id mse(Tape<double>& tape, Id y, const Tensor<double>& target) {
  return tape.apply(std::make_unique<MeanSquaredError<double>>(target, 1), {y});
}

/// Sample 1 has two tokens of padding, one of them the first key.
std::vector<KeyMask> masks() {
  const std::vector<std::uint8_t> real{1, 1, 1, 1, 1, 0, 1, 1, 0, 1};
  return {{false, {}}, {true, {}}, {false, real}, {true, real}};
}

struct Qkv {
  Parameter<double> q, k, v;
  explicit Qkv(Random& random)
      : q(some_parameter(random, "q", shape)),
        k(some_parameter(random, "k", shape)),
        v(some_parameter(random, "v", shape)) {}

  Id apply(Tape<double>& tape, const KeyMask& mask, double dropout = 0) {
    return tape.apply(std::make_unique<Attention<double>>("attn", heads, mask, dropout),
                      {tape.parameter(q), tape.parameter(k), tape.parameter(v)});
  }
};

bool visible(const KeyMask& mask, std::size_t b, std::size_t i, std::size_t j) {
  return (!mask.causal || j <= i) && (mask.real.empty() || mask.real[b * length + j] != 0);
}

std::size_t at(std::size_t b, std::size_t t, std::size_t h, std::size_t d) {
  return ((b * length + t) * heads + h) * width + d;
}

/// y of one query and head, +0 if it sees nothing.
std::vector<long double> plain(const Qkv& x, const KeyMask& mask, std::size_t b, std::size_t h,
                               std::size_t i) {
  std::vector<long double> y(width);
  long double sum = 0;
  for (std::size_t j = 0; j < length; ++j) {
    if (!visible(mask, b, i, j)) continue;
    long double s = 0;
    for (std::size_t d = 0; d < width; ++d)
      s += static_cast<long double>(x.q.value.data[at(b, i, h, d)]) *
           static_cast<long double>(x.k.value.data[at(b, j, h, d)]);
    const long double e = expl(s / sqrtl(static_cast<long double>(width)));
    sum += e;
    for (std::size_t d = 0; d < width; ++d)
      y[d] += e * static_cast<long double>(x.v.value.data[at(b, j, h, d)]);
  }
  for (long double& v : y) v = sum == 0 ? 0 : v / sum;
  return y;
}

TEST_CASE("attention: values and gradients, with every mask") {
  Random random(3);
  for (const KeyMask& mask : masks()) {
    Qkv x(random);
    Engine e;
    e.context.begin_step(0);
    Tape<double> tape(e.context);
    const Tensor<double>& y = tape.value(x.apply(tape, mask));
    REQUIRE(y.shape == shape);
    for (std::size_t b = 0; b < samples; ++b)
      for (std::size_t h = 0; h < heads; ++h)
        for (std::size_t i = 0; i < length; ++i) {
          const auto want = plain(x, mask, b, h, i);
          for (std::size_t d = 0; d < width; ++d)  // 1e-14: some dozen rounded steps
            CHECK(std::fabs(y.data[at(b, i, h, d)] - static_cast<double>(want[d])) <= 1e-14);
        }
    const Tensor<double> target = some_tensor(random, shape);
    check_gradients(e, [&](Tape<double>& t) { return mse(t, x.apply(t, mask), target); }, {&x.q, &x.k, &x.v});
  }
}

TEST_CASE("attention: hidden keys take no part, whatever they are; not even as NaN in the scores") {
  Random random(4);
  Qkv x(random);
  const KeyMask mask{true, {1, 1, 1, 1, 1, 0, 1, 1, 0, 1}};
  const auto value = [&] {
    Engine e;
    e.context.begin_step(0);
    Tape<double> tape(e.context);
    return tape.value(x.apply(tape, mask)).data;
  };
  const Elements<double> before = value();
  x.k.value.data[at(1, 0, 0, 0)] = std::numeric_limits<double>::quiet_NaN();
  x.k.value.data[at(1, 3, 1, 1)] = 1e300;
  x.v.value.data[at(1, 3, 1, 1)] = 1e300;
  CHECK(value() == before);
  for (std::size_t d = 0; d < width; ++d) CHECK(before[at(1, 0, 0, d)] == 0);  // sees nothing
}

/// What dropout with probability r leaves of each pair [b][h][i][j]: +0 or 1 / (1 - r). Visible pairs are numbered.
std::vector<double> factors(const KeyMask& mask, double r, std::uint64_t seed, std::uint64_t step) {
  const RandomStream random(seed, "dropout/attn", step);
  std::vector<double> c;
  std::uint64_t number = 0;
  for (std::size_t b = 0; b < samples; ++b)
    for (std::size_t h = 0; h < heads; ++h)
      for (std::size_t i = 0; i < length; ++i)
        for (std::size_t j = 0; j < length; ++j) {
          const bool seen = visible(mask, b, i, j);
          c.push_back(seen && random.uniform(number) >= r ? 1 / (1 - r) : 0);
          number += seen ? 1 : 0;
        }
  return c;
}

TEST_CASE("attention: dropout of probabilities, values and gradients, with every mask") {
  Random random(8);
  constexpr double r = 0.4;
  for (const KeyMask& mask : masks()) {
    Qkv x(random), units = x;
    Engine e;
    for (std::uint64_t step = 0; step < 2; ++step) {
      e.context.begin_step(step);
      Tape<double> tape(e.context);
      const Elements<double> y = tape.value(x.apply(tape, mask, r)).data;
      // With v a unit vector for each key, y is one column of the probabilities that dropout left.
      std::vector<double> want(y.size());
      for (std::size_t key = 0; key < length; ++key) {
        units.v.value.data.assign(units.v.value.size(), 0);
        for (std::size_t b = 0; b < samples; ++b)
          for (std::size_t h = 0; h < heads; ++h) units.v.value.data[at(b, key, h, 0)] = 1;
        const std::vector<double> c = factors(mask, r, e.context.seed(), step);
        for (std::size_t b = 0; b < samples; ++b)
          for (std::size_t h = 0; h < heads; ++h)
            for (std::size_t i = 0; i < length; ++i) {
              const auto p = static_cast<double>(plain(units, mask, b, h, i)[0]);
              const double kept = c[((b * heads + h) * length + i) * length + key];
              for (std::size_t d = 0; d < width; ++d)
                want[at(b, i, h, d)] += p * kept * x.v.value.data[at(b, key, h, d)];
            }
      }
      for (std::size_t i = 0; i < y.size(); ++i)  // 1e-14: some dozen rounded steps
        CHECK(std::fabs(y[i] - want[i]) <= 1e-14);
    }
    const Tensor<double> target = some_tensor(random, shape);
    check_gradients(e, [&](Tape<double>& t) { return mse(t, x.apply(t, mask, r), target); },
                    {&x.q, &x.k, &x.v});
    e.context.begin_evaluation(0);
    Tape<double> dropped(e.context), kept(e.context);
    CHECK(dropped.value(x.apply(dropped, mask, r)).data == kept.value(x.apply(kept, mask)).data);
  }
}

std::uint64_t total(const Telemetry& telemetry, const std::string& op, Pass pass, Role role) {
  return telemetry.records().at({"attn", op, pass, role}).total[Counter::total];
}

TEST_CASE("attention: projections at each site") {
  Random random(5);
  const KeyMask mask{true, {}};
  Qkv x(random);
  Telemetry telemetry;
  const Policy policy = all_fp64();
  Context context(policy, telemetry, 5);
  context.begin_step(0);
  Tape<double> tape(context);
  tape.backward(mse(tape, x.apply(tape, mask), some_tensor(random, shape)));
  const std::size_t n = size_of(shape), rows = samples * heads * length, pairs = rows * length;
  const std::size_t seen = samples * heads * length * (length + 1) / 2;
  const Pass forward = Pass::forward, dgrad = Pass::dgrad;
  CHECK(total(telemetry, "scores", forward, Role::activation) == 2 * n);
  CHECK(total(telemetry, "scores", forward, Role::accumulator) == pairs * width);
  CHECK(total(telemetry, "scores", forward, Role::elementwise) == 1 + seen);
  CHECK(total(telemetry, "softmax", forward, Role::elementwise) == 3 * seen);
  CHECK(total(telemetry, "softmax", forward, Role::accumulator) == pairs);
  CHECK(total(telemetry, "context", forward, Role::activation) == pairs + n);
  CHECK(total(telemetry, "context", forward, Role::accumulator) == n * length);
  CHECK(total(telemetry, "context", dgrad, Role::activation_grad) == n);
  CHECK(total(telemetry, "context", dgrad, Role::activation) == pairs + n);
  CHECK(total(telemetry, "context", dgrad, Role::accumulator) == n * length + pairs * width);
  CHECK(total(telemetry, "softmax", dgrad, Role::elementwise) == 3 * seen);
  CHECK(total(telemetry, "softmax", dgrad, Role::accumulator) == pairs);
  CHECK(total(telemetry, "scores", dgrad, Role::elementwise) == 1 + seen);
  CHECK(total(telemetry, "scores", dgrad, Role::activation_grad) == pairs);
  CHECK(total(telemetry, "scores", dgrad, Role::activation) == 2 * n);
  CHECK(total(telemetry, "scores", dgrad, Role::accumulator) == 2 * n * length);
  CHECK(telemetry.records().count({"attn", "dropout", forward, Role::elementwise}) == 0);
  Tape<double> dropped(context);
  dropped.backward(mse(dropped, x.apply(dropped, mask, 0.3), some_tensor(random, shape)));
  for (const Pass pass : {forward, dgrad})
    CHECK(total(telemetry, "dropout", pass, Role::elementwise) == 1 + seen);
  CHECK(total(telemetry, "context", dgrad, Role::activation) == 2 * (pairs + n));
}

/// log-likelihood loss with smoothed labels over the rows that have one, in long double.
double plain_loss(const Tensor<double>& x, const std::vector<std::int32_t>& labels, double smoothing) {
  long double loss = 0;
  std::size_t count = 0;
  const std::size_t n = x.columns();
  for (std::size_t r = 0; r < x.rows(); ++r) {
    if (labels[r] < 0) continue;
    long double sum = 0, mean = 0;
    for (std::size_t c = 0; c < n; ++c) {
      sum += expl(static_cast<long double>(x.data[r * n + c]));
      mean += static_cast<long double>(x.data[r * n + c]) / static_cast<long double>(n);
    }
    const auto at_label = static_cast<long double>(x.data[r * n + static_cast<std::size_t>(labels[r])]);
    const auto e = static_cast<long double>(smoothing);
    loss += logl(sum) - (1 - e) * at_label - e * mean;
    ++count;
  }
  return static_cast<double>(loss / static_cast<long double>(count));
}

TEST_CASE("cross-entropy: ignored and smoothed labels") {
  Random random(6);
  const std::vector<std::int32_t> labels{2, ignored_label, 0, 3, ignored_label, 1};
  for (const double smoothing : {0.0, 0.1}) {
    Parameter<double> x = some_parameter(random, "x", {2, 3, 4});
    const auto loss = [&](Tape<double>& tape) {
      auto op = std::make_unique<SoftmaxCrossEntropy<double>>(labels, 1, smoothing);
      return tape.apply(std::move(op), {tape.parameter(x)});
    };
    Engine e;
    CHECK(std::fabs(value_of(e, loss) - plain_loss(x.value, labels, smoothing)) <= 1e-14);  // rounded steps
    check_gradients(e, loss, {&x});
    CHECK(x.grad.shape == x.value.shape);
    for (std::size_t c = 0; c < 4; ++c) CHECK(x.grad.data[4 + c] == 0);
    e.context.begin_evaluation(0);
    Tape<double> tape(e.context);
    CHECK(std::fabs(tape.value(loss(tape)).data[0] - plain_loss(x.value, labels, 0)) <= 1e-14);  // the same
  }
}

TEST_CASE("cross-entropy: without a label the loss is +0 and so are the gradients") {
  Random random(8);
  Parameter<double> x = some_parameter(random, "x", {2, 4});
  Engine e;
  e.context.begin_step(0);
  Tape<double> tape(e.context);
  const std::vector<std::int32_t> none(2, ignored_label);
  const Id loss =
      tape.apply(std::make_unique<SoftmaxCrossEntropy<double>>(none, 1, 0.1), {tape.parameter(x)});
  CHECK(tape.value(loss).data[0] == 0);
  tape.backward(loss);
  CHECK(x.grad.data == Elements<double>(8));
}

}  // namespace
