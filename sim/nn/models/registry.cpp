#include "sim/nn/models/registry.hpp"

#include <array>

#include "sim/nn/layers/registry.hpp"
#include "sim/nn/layers/sequence.hpp"
#include "sim/nn/models/bert.hpp"
#include "sim/nn/models/gpt.hpp"
#include "sim/nn/models/lenet.hpp"
#include "sim/nn/models/mlp.hpp"
#include "sim/nn/models/resnet.hpp"
#include "sim/nn/models/vgg.hpp"

namespace exmy {
namespace {

constexpr std::array pooling_names{Named<Pooling>{"max", Pooling::max},
                                   Named<Pooling>{"average", Pooling::average}};
constexpr std::array shortcut_names{Named<Shortcut>{"A", Shortcut::a}, Named<Shortcut>{"B", Shortcut::b}};

std::vector<std::size_t> read_widths(ObjectReader& r, std::string_view key,
                                     const std::vector<std::int64_t>& fallback, double most = 65536) {
  std::vector<std::size_t> widths;
  for (const auto width : r.integers<std::int64_t>(key, fallback, Range::closed(1, most)))
    widths.push_back(static_cast<std::size_t>(width));
  return widths;
}

LayerFactory read_mlp(ObjectReader& r) {
  MlpOptions options;
  options.hidden = read_widths(r, "hidden", {128, 128});
  options.activation = r.one_of("activation", Activation::relu, activation_names);
  options.output_activation = r.one_of("output_activation", Activation::none, activation_names);
  options.init = read_initialization(r, Initializer::he_uniform);
  return mlp(options);
}

std::size_t read_size(ObjectReader& r, std::string_view key, std::size_t fallback, Range range) {
  return static_cast<std::size_t>(r.integer<std::int64_t>(key, static_cast<std::int64_t>(fallback), range));
}

void read_blocks(ObjectReader& r, BlockOptions& o) {
  o.layers = read_size(r, "layers", o.layers, Range::closed(1, 256));
  o.heads = read_size(r, "heads", o.heads, Range::closed(1, 1024));
  o.width = read_size(r, "width", o.width, Range::closed(1, 65536));
  o.hidden = read_size(r, "hidden", 4 * o.width, Range::closed(1, 1 << 20));
  o.dropout = r.number("dropout", o.dropout, Range::closed_open(0, 1));
  o.attention_dropout = r.number("attention_dropout", o.attention_dropout, Range::closed_open(0, 1));
  o.epsilon = r.number("epsilon", o.epsilon, Range::above(0));
  o.activation = r.one_of("activation", o.activation, activation_names);
  if (o.width % o.heads != 0)
    r.problem(codes::contradiction, "heads", "the width is no multiple of the heads");
}

LayerFactory read_gpt(ObjectReader& r) {
  GptOptions options;
  read_blocks(r, options.blocks);
  options.tied = r.boolean("tied", options.tied);
  return gpt(options);
}

constexpr std::array norm_places{Named<NormPlace>{"before", NormPlace::before},
                                 Named<NormPlace>{"after", NormPlace::after}};
constexpr std::array bert_heads{Named<BertHead>{"masked_tokens", BertHead::masked_tokens},
                                Named<BertHead>{"classes", BertHead::classes}};

LayerFactory read_bert(ObjectReader& r) {
  BertOptions options;
  read_blocks(r, options.blocks);
  options.place = r.one_of("norm", options.place, norm_places);
  options.head = r.one_of("head", options.head, bert_heads);
  const auto vocabulary = r.integer<std::int64_t>("vocabulary", if_given, Range::closed(1, 65536));
  if (vocabulary) options.vocabulary = static_cast<std::size_t>(*vocabulary);
  if (vocabulary.has_value() != (options.head == BertHead::classes))
    r.problem(codes::contradiction, "vocabulary",
              "\"vocabulary\" goes with the head \"classes\"; that of masked tokens follows from the data");
  return bert(options);
}

LayerFactory read_lenet(ObjectReader& r) {
  LenetOptions options;
  options.activation = r.one_of("activation", Activation::tanh, activation_names);
  options.pooling = r.one_of("pooling", Pooling::average, pooling_names);
  options.padding = r.integer<std::uint32_t>("padding", 0u, Range::closed(0, 14));
  options.init = read_initialization(r, Initializer::he_uniform);
  return lenet(options);
}

LayerFactory read_vgg(ObjectReader& r) {
  VggOptions options;
  options.widths = read_widths(r, "widths", {32, 64, 128}, 4096);
  options.convolutions = r.integer<std::uint32_t>("convolutions", 2u, Range::closed(1, 16));
  options.hidden = read_widths(r, "hidden", {128});
  options.batch_norm = r.boolean("batch_norm", true);
  options.dropout = r.number("dropout", 0.0, Range::closed_open(0, 1));
  options.activation = r.one_of("activation", Activation::relu, activation_names);
  options.init = read_initialization(r, Initializer::he_normal);
  return vgg(options);
}

LayerFactory read_resnet(ObjectReader& r) {
  ResnetOptions options;
  options.depth = r.integer<std::uint32_t>("depth", 20u, Range::closed(8, 1202));
  if (options.depth % 6 != 2)
    r.problem(codes::out_of_range, "depth", "the depth is 6 n + 2: 8, 14, 20, 32, 56 ...");
  options.width = r.integer<std::uint32_t>("width", 16u, Range::closed(1, 4096));
  options.shortcut = r.one_of("shortcut", Shortcut::a, shortcut_names);
  options.activation = r.one_of("activation", Activation::relu, activation_names);
  options.init = read_initialization(r, Initializer::he_normal);
  return resnet(options);
}

LayerFactory read_sequential(ObjectReader& r) {
  constexpr std::array<std::string_view, 3> own{"input", "loss", "clip"};  // sites of the network as a whole
  return sequence(read_layers(r.array("layers", required, Range::at_least(1)), own));
}

constexpr std::array model_table{ModelKind{"mlp", read_mlp},
                                 ModelKind{"lenet", read_lenet},
                                 ModelKind{"vgg", read_vgg},
                                 ModelKind{"resnet", read_resnet},
                                 ModelKind{"gpt", read_gpt},
                                 ModelKind{"bert", read_bert},
                                 ModelKind{"sequential", read_sequential}};

}  // namespace

std::span<const ModelKind> model_kinds() { return model_table; }

}  // namespace exmy
