// Models: lists of layers, numbers of parameters, gradients of tiny ones.

#include <cmath>
#include <map>

#include "sim/nn/layers/linear.hpp"
#include "sim/nn/models/lenet.hpp"
#include "sim/nn/models/resnet.hpp"
#include "sim/nn/models/vgg.hpp"
#include "sim/nn/ops/losses.hpp"
#include "tests/nn/gradient_support.hpp"

namespace {

using namespace exmy;
using namespace exmy::test;

struct Made {
  Engine e;
  std::unique_ptr<Layer<double>> net;

  Made(const LayerFactory& model, const Shape& input, std::size_t outputs = 10)
      : net(model(LayerArguments<double>{&e.context, "", input, outputs})) {}

  std::size_t parameters_count() const {
    std::size_t count = 0;
    for (const Parameter<double>* p : net->parameters()) count += p->value.size();
    return count;
  }
  /// "conv1.weight 6x5x5x1", in order.
  std::vector<std::string> parameters() const {
    std::vector<std::string> all;
    for (const Parameter<double>* p : net->parameters())
      all.push_back(p->full_name() + " " + to_string(p->value.shape));
    return all;
  }
};

TEST_CASE("lenet: its layers, and 61,706 parameters for images of 32x32") {
  const Made lenet5(lenet({}), {32, 32, 1});
  CHECK(lenet5.parameters_count() == 61706);
  CHECK(lenet5.parameters() == std::vector<std::string>{"conv1.weight [6][5][5][1]", "conv1.bias [6]",
                                                        "conv2.weight [16][5][5][6]", "conv2.bias [16]",
                                                        "fc1.weight [120][400]", "fc1.bias [120]",
                                                        "fc2.weight [84][120]", "fc2.bias [84]",
                                                        "fc3.weight [10][84]", "fc3.bias [10]"});
  CHECK(Made(lenet({.padding = 2}), {28, 28, 1}).parameters_count() == 61706);
}

/// Operations of a forward pass, by name.
std::map<std::string, int> operations_of(Made& made, const Shape& input) {
  OperationTrace trace;
  made.e.context.trace_to(&trace);
  made.e.context.begin_step(0);
  Tape<double> tape(made.e.context);
  made.net->forward(tape, tape.input(Tensor<double>(input, fp64)));
  std::map<std::string, int> counts;
  for (const TracedOperation& o : trace.operations()) ++counts[o.op];
  return counts;
}

TEST_CASE("resnet-20: 19 convolutions and a linear layer, about 0.27 million parameters") {
  const auto shortcut = GENERATE(Shortcut::a, Shortcut::b);
  Made net(resnet({.depth = 20, .shortcut = shortcut}),
           {8, 8, 3});  // their numbers do not depend on the size
  // 3x3 convolutions: 16 (27 + 6 x 144) + 32 (144 + 5 x 288) + 64 (288 + 5 x 576); a gain and a bias for each of
  // their 16 x 7 + 32 x 6 + 64 x 6 channels; 64 x 10 + 10.
  constexpr std::size_t convolutions = 16 * (27 + 6 * 144) + 32 * (144 + 5 * 288) + 64 * (288 + 5 * 576);
  constexpr std::size_t affine = 2 * (16 * 7 + 32 * 6 + 64 * 6);
  constexpr std::size_t projections = 32 * 16 + 64 * 32 + 2 * (32 + 64);
  static_assert(convolutions + affine + 650 == 269722);
  CHECK(net.parameters_count() == 269722 + (shortcut == Shortcut::b ? projections : 0));
  const auto counts = operations_of(net, {1, 8, 8, 3});
  const int ways = shortcut == Shortcut::b ? 2 : 0;  // 1x1 convolutions around a block
  CHECK(counts == (shortcut == Shortcut::a ? std::map<std::string, int>{{"conv2d", 19},
                                                                        {"batch_norm", 19},
                                                                        {"relu", 19},
                                                                        {"add", 9},
                                                                        {"subsample", 2},
                                                                        {"average_pool", 1},
                                                                        {"flatten", 1},
                                                                        {"dot", 1},
                                                                        {"bias", 1}}
                                           : std::map<std::string, int>{{"conv2d", 19 + ways},
                                                                        {"batch_norm", 19 + ways},
                                                                        {"relu", 19},
                                                                        {"add", 9},
                                                                        {"average_pool", 1},
                                                                        {"flatten", 1},
                                                                        {"dot", 1},
                                                                        {"bias", 1}}));
}

TEST_CASE("resnet: layers by the names of the framework, three stages of blocks") {
  const Made net(resnet({.depth = 8, .width = 2, .shortcut = Shortcut::b}), {8, 8, 1});
  const std::vector<std::string> all = net.parameters();
  std::vector<std::string> weights;
  for (const std::string& name : all)
    if (name.find(".weight [") != std::string::npos && name.find("][") != std::string::npos)
      weights.push_back(name);
  CHECK(weights == std::vector<std::string>{
                       "conv1.weight [2][3][3][1]", "layer1.0.conv1.weight [2][3][3][2]",
                       "layer1.0.conv2.weight [2][3][3][2]", "layer2.0.conv1.weight [4][3][3][2]",
                       "layer2.0.conv2.weight [4][3][3][4]", "layer2.0.downsample.0.weight [4][1][1][2]",
                       "layer3.0.conv1.weight [8][3][3][4]", "layer3.0.conv2.weight [8][3][3][8]",
                       "layer3.0.downsample.0.weight [8][1][1][4]", "fc.weight [10][8]"});
  CHECK(net.net->buffers().size() == 2 * 9);  // bn1; two a block; two of downsample
  // A stage has 2 convolutions of c x c x 9, with 2 c gains and biases each, for each further block.
  constexpr std::size_t block = (2 * 9 * (256 + 1024 + 4096)) + 4 * (16 + 32 + 64);
  CHECK(Made(resnet({.depth = 14}), {32, 32, 3}).parameters_count() == 269722 - block);
  CHECK(Made(resnet({.depth = 8}), {32, 32, 3}).parameters_count() == 269722 - 2 * block);
}

TEST_CASE("vgg: stages of convolutions and pools, then fully connected layers") {
  const Made plain(vgg({.widths = {4, 8}, .convolutions = 1, .hidden = {6}, .batch_norm = false}), {8, 8, 3});
  CHECK(plain.parameters() == std::vector<std::string>{"conv1_1.weight [4][3][3][3]", "conv1_1.bias [4]",
                                                       "conv2_1.weight [8][3][3][4]", "conv2_1.bias [8]",
                                                       "fc1.weight [6][32]", "fc1.bias [6]",
                                                       "fc2.weight [10][6]", "fc2.bias [10]"});
  // 9 (3 32 + 32 32 + 32 64 + 64 64 + 64 128 + 128 128); gains and biases; 2048 128 + 128; 128 10 + 10
  CHECK(Made(vgg({}), {32, 32, 3}).parameters_count() == 9 * 31840 + 2 * 448 + 262272 + 1290);
}

/// All parameters, of each `every`th element.
void check_model(const LayerFactory& model, const Shape& input, std::size_t every = 1) {
  Made made(model, input, 3);
  Random random(51);
  for (Parameter<double>* p : made.net->parameters()) {
    if (p->name == "bias") p->value = some_tensor(random, p->value.shape);
    // Before a normalisation a channel made of few small weights is so steep that the differences are too far apart.
    if (p->op == "conv2d" && p->value.shape[1] == 1)
      for (double& w : p->value.data) w += std::copysign(0.5, w);
  }
  Shape batch{3};
  batch.insert(batch.end(), input.begin(), input.end());
  const Tensor<double> x = some_tensor(random, batch);
  check_gradients(
      made.e,
      [&](Tape<double>& tape) {
        const Id y = made.net->forward(tape, tape.input(x));
        return tape.apply(
            std::make_unique<SoftmaxCrossEntropy<double>>(std::vector<std::int32_t>{0, 2, 1}, 1), {y});
      },
      made.net->parameters(), every);
}

// With relu the differences would step over kinks; its own gradients are in layers_test and gradient_test.

TEST_CASE("gradients of lenet: some elements of every parameter") {
  check_model(lenet({}), {16, 16, 1}, 97);  // a prime: all taps and channels of the larger ones come up
}

TEST_CASE("gradients of a tiny vgg") {
  const bool batch_norm = GENERATE(true, false);
  check_model(vgg({.widths = {2},
                   .convolutions = 2,
                   .hidden = {3},
                   .batch_norm = batch_norm,
                   .dropout = 0.25,
                   .activation = Activation::silu}),
              {4, 4, 1});
}

TEST_CASE("gradients of a tiny resnet, both shortcuts") {
  const auto shortcut = GENERATE(Shortcut::a, Shortcut::b);
  check_model(resnet({.depth = 8, .width = 1, .shortcut = shortcut, .activation = Activation::gelu}),
              {7, 8, 2});
}

}  // namespace
