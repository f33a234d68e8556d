// Transformers as programs: parameter counts, gradients of whole networks, learning on the shipped text, and what reaches
// the network of a text.

#include <omp.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "sim/nn/ops/losses.hpp"
#include "tests/nn/gradient_support.hpp"
#include "tests/run/support.hpp"

namespace {

using namespace exmy;
using namespace exmy::run_test;
using exmy::test::Engine;

std::string config(const std::string& model, const std::string& data, const std::string& training) {
  return R"({"model": {)" + model + R"(}, "data": {"kind": "text")" + data + R"(}, "training": {)" +
         training + R"(, "optimizer": {"kind": "adamw", "lr": 3e-3}}, "stats": {"counters": false}})";
}

std::map<std::string, Tensor<float>> weights_of(const Setup& setup) {
  Run<float> run(setup);
  Saver<float> saver;
  run.program.visit_weights(saver);
  return saver.state.tensors;
}

std::size_t count(const std::map<std::string, Tensor<float>>& weights) {
  std::size_t n = 0;
  for (const auto& [name, tensor] : weights) n += tensor.size();
  return n;
}

TEST_CASE("gpt and bert: layers and parameter counts") {
  constexpr std::size_t T = 16, V = 62;
  const auto blocks = [](std::size_t D) { return 4 * (12 * D * D + 13 * D); };  // biases 4 + 4 + 1, norms 4
  const std::string data = R"(, "context": 16)", steps = R"("steps": 1)";
  const auto gpt = weights_of({config(R"("kind": "gpt")", data, steps)});
  CHECK(count(gpt) == V * 128 + T * 128 + blocks(128) + 2 * 128);
  for (const char* name :
       {"wte.weight", "wpe.weight", "blocks.3.ln1.weight", "blocks.3.attn.q.weight", "blocks.0.attn.k.bias",
        "blocks.0.attn.v.bias", "blocks.0.attn.proj.weight", "blocks.0.ln2.bias", "blocks.0.mlp.fc.weight",
        "blocks.0.mlp.proj.bias", "ln_f.bias"})
    CHECK(gpt.count(name) == 1);
  CHECK(gpt.at("blocks.0.mlp.fc.weight").shape == Shape{512, 128});
  constexpr std::size_t D = 8;
  const std::string narrow = R"(, "width": 8)", masked = data + R"(, "objective": "masked")";
  const auto own = weights_of({config(R"("kind": "gpt", "tied": false)" + narrow, data, steps)});
  CHECK(count(own) == V * D + T * D + blocks(D) + 2 * D + V * D);
  CHECK(own.at("head.weight").shape == Shape{V, D});
  const auto bert = weights_of({config(R"("kind": "bert")" + narrow, masked, steps)});
  CHECK(count(bert) == (V + 1) * D + T * D + 2 * D + blocks(D) + D * D + D + 2 * D + V + 1);
  const auto before = weights_of({config(R"("kind": "bert", "norm": "before")" + narrow, masked, steps)});
  CHECK(count(before) == count(bert) + 2 * D);
}

/// All gradients of a network for some tokens, with weights of magnitude 1.
void check_network(const std::string& model, const std::string& data, const std::vector<std::int32_t>& labels,
                   const std::vector<std::uint8_t>& real = {}) {
  const Setup setup({config(model, data, R"("steps": 1)")});
  Engine e;
  const auto network = setup.experiment.model(LayerArguments<double>{&e.context, "", {3}, 5, 5});
  test::Random random(2);
  for (Parameter<double>* p : network->parameters()) p->value = test::some_tensor(random, p->value.shape);
  Tensor<double> tokens({2, 3}, Format{});
  tokens.data = {0, 4, 1, 1, 2, 3};
  const auto loss = [&](Tape<double>& tape) {
    tape.set_real(real);
    const auto y = network->forward(tape, tape.input(tokens));
    return tape.apply(std::make_unique<SoftmaxCrossEntropy<double>>(labels, 1), {y});
  };
  test::check_gradients(e, loss, network->parameters());
}

const std::string tiny = R"(, "layers": 1, "heads": 2, "width": 4, "hidden": 5, "epsilon": 0.01)";

TEST_CASE("gpt and bert: gradients of all parameters, also of a shared one") {
  const std::vector<std::int32_t> next{4, 1, 2, 2, 3, 0}, masked{-1, 4, -1, 1, -1, -1};
  check_network(R"("kind": "gpt")" + tiny, "", next);
  check_network(R"("kind": "gpt", "tied": false)" + tiny, "", next);
  check_network(R"("kind": "bert")" + tiny, R"(, "objective": "masked")", masked);
  check_network(R"("kind": "bert", "norm": "before")" + tiny, R"(, "objective": "masked")", masked);
  check_network(R"("kind": "bert", "head": "classes", "vocabulary": 5)" + tiny, "", {3, 1});
  const std::vector<std::uint8_t> real{1, 1, 0, 1, 0, 1};  // padding, which has no label
  check_network(R"("kind": "gpt")" + tiny, "", {4, 1, -1, 2, -1, 0}, real);
  check_network(R"("kind": "bert", "head": "classes", "vocabulary": 5)" + tiny, "", {3, 1}, real);
}

TEST_CASE("outputs at real positions do not depend on padding, those of others on what they are") {
  test::Random random(7);
  for (const char* model : {R"("kind": "gpt")", R"("kind": "bert")"}) {
    const bool masked = std::string(model) == R"("kind": "bert")";
    const Setup setup({config(model + tiny, masked ? R"(, "objective": "masked")" : "", R"("steps": 1)")});
    Engine e;
    const auto network = setup.experiment.model(LayerArguments<double>{&e.context, "", {4}, 5, 5});
    for (Parameter<double>* p : network->parameters()) p->value = test::some_tensor(random, p->value.shape);
    const auto outputs = [&](Elements<double> tokens, std::vector<std::uint8_t> real) {
      Tensor<double> x({2, 4}, Format{});
      x.data = std::move(tokens);
      e.context.begin_step(0);
      Tape<double> tape(e.context);
      tape.set_real(std::move(real));
      return tape.value(network->forward(tape, tape.input(x)));
    };
    const std::vector<std::uint8_t> real{1, 1, 0, 0, 1, 0, 1, 1};
    const auto a = outputs({0, 4, 1, 1, 2, 3, 2, 0}, real), b = outputs({0, 4, 3, 2, 2, 1, 2, 0}, real);
    const auto plain = outputs({0, 4, 1, 1, 2, 3, 2, 0}, {});
    const std::size_t width = a.columns();
    const auto same = [&](const Tensor<double>& x, const Tensor<double>& y, std::size_t position) {
      const auto at = static_cast<std::ptrdiff_t>(position * width);
      return std::equal(x.data.begin() + at, x.data.begin() + at + static_cast<std::ptrdiff_t>(width),
                        y.data.begin() + at);
    };
    for (std::size_t i = 0; i < 8; ++i) CHECK(same(a, b, i) == (real[i] != 0));
    CHECK(same(a, plain, 7) == false);
  }
}

/// -sum p log p of its tokens.
double unigram_entropy(const Dataset& data) {
  std::map<std::uint16_t, double> counts;
  for (const std::uint16_t id : data.tokens.ids) ++counts[id];
  const auto n = static_cast<double>(data.tokens.ids.size());
  double entropy = 0;
  for (const auto& [id, k] : counts) entropy -= k / n * std::log(k / n);
  return entropy;
}

double validation_loss(const Setup& setup, std::uint64_t steps) {
  Run<float> run(setup);
  run.steps(0, steps);
  return run.program.evaluate(steps - 1, setup.data, setup.data.train_count, 64).loss;
}

const std::string small = R"(, "layers": 2, "heads": 2, "width": 32)";

TEST_CASE("a small gpt learns: its loss falls below the unigram entropy of the text") {
  const Setup setup(
      {config(R"("kind": "gpt")" + small, R"(, "context": 16)", R"("steps": 60, "batch_size": 16)")});
  CHECK(validation_loss(setup, 60) < unigram_entropy(setup.data) - 0.2);
}

TEST_CASE("bert's masked loss falls below the unigram entropy of the text", "[slow]") {
  const Setup setup({config(R"("kind": "bert", "norm": "before")" + small,
                            R"(, "context": 32, "objective": "masked", "stride": 8)",
                            R"("steps": 300, "batch_size": 16)")});
  CHECK(validation_loss(setup, 300) < unigram_entropy(setup.data));  // 2.968, 3.013
}

struct Masks {
  std::size_t hidden = 0, covered = 0, kept = 0, other = 0, tokens = 0;
  LabelledBatch<float> batch;

  Masks(const Setup& setup, std::uint64_t step, bool evaluating, std::vector<std::size_t> samples) {
    Telemetry telemetry(setup.experiment.stats);
    Context context(setup.experiment.policy.policy, telemetry, setup.experiment.seed);
    if (evaluating)
      context.begin_evaluation(step);
    else
      context.begin_step(step);
    batch = labelled<float>(context, {&setup.data, samples});
    const TokenWindows& w = setup.data.tokens;
    for (std::size_t i = 0; i < batch.labels.size(); ++i, ++tokens) {
      const auto token = static_cast<std::size_t>(batch.x.data[i]);
      const std::size_t first = w.begin(samples[i / w.length], setup.data.train_count);
      const std::uint16_t truth = w.ids[first + i % w.length];
      if (batch.labels[i] == ignored_label) {
        CHECK(token == truth);
        continue;
      }
      CHECK(batch.labels[i] == truth);
      ++hidden;
      ++(token == w.vocabulary_count ? covered : token == truth ? kept : other);
    }
  }
};

std::vector<std::size_t> first_samples(std::size_t n) {
  std::vector<std::size_t> all(n);
  for (std::size_t i = 0; i < n; ++i) all[i] = i;
  return all;
}

TEST_CASE(
    "masked tokens: 15 %, of which 80 % are covered, 10 % others, 10 % as they were; drawn anew each step") {
  const Setup setup({config(R"("kind": "bert")", R"(, "objective": "masked")", R"("steps": 1)")});
  const Masks m(setup, 3, false, first_samples(800));
  const auto share = [](std::size_t part, std::size_t of) {
    return static_cast<double>(part) / static_cast<double>(of);
  };
  CHECK(std::fabs(share(m.hidden, m.tokens) - 0.15) <
        0.005);  // 5 standard deviations of 102,400 draws: 0.0056
  CHECK(std::fabs(share(m.covered, m.hidden) - 0.8) < 0.016);    // 5 of 15,360: 0.016
  CHECK(std::fabs(share(m.other, m.hidden) - 0.0984) < 0.0125);  // 1 in 62 random tokens is the same
  CHECK(Masks(setup, 3, false, first_samples(800)).batch.labels == m.batch.labels);
  CHECK(Masks(setup, 4, false, first_samples(800)).batch.labels != m.batch.labels);
}

TEST_CASE("masked tokens: an evaluation hides the same whenever, and whatever is in the batch") {
  const Setup setup({config(R"("kind": "bert")", R"(, "objective": "masked")", R"("steps": 1)")});
  const Masks all(setup, 3, true, {5, 6, 7}), one(setup, 9, true, {6});
  CHECK(std::equal(one.batch.labels.begin(), one.batch.labels.end(), all.batch.labels.begin() + 128));
  CHECK(std::equal(one.batch.x.data.begin(), one.batch.x.data.end(), all.batch.x.data.begin() + 128));
}

TEST_CASE("gpt: a step has the same bits with any number of threads, when everything is rounded") {
  const std::string policy = R"({"policy": [
    {"match": {"role": ["weight", "activation", "activation_grad"]}, "format": "e4m3fn", "saturation": "finite"},
    {"match": {"role": ["product", "accumulator", "elementwise"]}, "format": "fp16", "saturation": "finite",
     "rounding": "stochastic_b", "random_bits": 10}], "stats": {"counters": true}})";
  const Setup setup({config(R"("kind": "gpt", "dropout": 0.1, "attention_dropout": 0.2)" + small,
                            R"(, "context": 16)", R"("steps": 2, "batch_size": 4, "label_smoothing": 0.1)"),
                     policy});
  std::vector<std::string> hashes;
  std::vector<std::uint64_t> projections;
  for (const int threads : {1, 2, 3}) {
    omp_set_num_threads(threads);
    Run<float> run(setup);
    run.steps(0, 2);
    hashes.push_back(run.program.weights_sha256());
    projections.push_back(run.telemetry.projections);
  }
  omp_set_num_threads(2);
  CHECK(hashes[1] == hashes[0]);
  CHECK(hashes[2] == hashes[0]);
  CHECK(projections[1] == projections[0]);
}

TEST_CASE("texts need a network that speaks of tokens") {
  const std::string steps = R"("steps": 1)";
  const Setup mlp({config(R"("kind": "mlp")", R"(, "context": 8)", steps)});
  CHECK_THROWS_WITH(Run<float>(mlp),
                    "the network gives [62], wanted [8][62]: for each token a number for each token of the "
                    "vocabulary");
  const Setup digits({R"({"model": {"kind": "gpt"}, "data": {"kind": "digits"},
    "training": {"steps": 1, "optimizer": {"kind": "sgd", "lr": 1}}})"});
  CHECK_THROWS_WITH(Run<float>(digits), "layer \"wte\" got [8][8][1], wanted tokens [T]");
}

}  // namespace
