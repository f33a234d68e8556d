#include "sim/nn/models/registry.hpp"

#include <array>

#include "sim/nn/models/bert.hpp"
#include "sim/nn/models/gpt.hpp"
#include "sim/nn/models/mlp.hpp"

namespace exmy {
namespace {

constexpr std::array activation_names{
    Named<Activation>{"none", Activation::none}, Named<Activation>{"relu", Activation::relu},
    Named<Activation>{"tanh", Activation::tanh}, Named<Activation>{"sigmoid", Activation::sigmoid}};

constexpr std::array init_names{Named<Initializer>{"he_uniform", Initializer::he_uniform},
                                Named<Initializer>{"glorot_uniform", Initializer::glorot_uniform}};

LayerFactory read_mlp(ObjectReader& r) {
  MlpOptions options;
  for (const auto width :
       r.integers<std::int64_t>("hidden", std::vector<std::int64_t>{128, 128}, Range::closed(1, 65536)))
    options.hidden.push_back(static_cast<std::size_t>(width));
  options.activation = r.one_of("activation", Activation::relu, activation_names);
  options.output_activation = r.one_of("output_activation", Activation::none, activation_names);
  options.init = r.one_of("init", Initializer::he_uniform, init_names);
  return mlp(options);
}

constexpr std::array smooth_names{Named<Activation>{"gelu", Activation::gelu},
                                  Named<Activation>{"gelu_tanh", Activation::gelu_tanh},
                                  Named<Activation>{"relu", Activation::relu}};

std::size_t read_size(ObjectReader& r, std::string_view key, std::size_t fallback, Range range) {
  return static_cast<std::size_t>(r.integer<std::int64_t>(key, static_cast<std::int64_t>(fallback), range));
}

void read_blocks(ObjectReader& r, BlockOptions& o) {
  o.layers = read_size(r, "layers", o.layers, Range::closed(1, 256));
  o.heads = read_size(r, "heads", o.heads, Range::closed(1, 1024));
  o.width = read_size(r, "width", o.width, Range::closed(1, 65536));
  o.hidden = read_size(r, "hidden", 4 * o.width, Range::closed(1, 1 << 20));
  o.dropout = r.number("dropout", o.dropout, Range::closed_open(0, 1));
  o.epsilon = r.number("epsilon", o.epsilon, Range::above(0));
  o.activation = r.one_of("activation", o.activation, smooth_names);
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

constexpr std::array model_table{ModelKind{"mlp", read_mlp}, ModelKind{"gpt", read_gpt},
                                 ModelKind{"bert", read_bert}};

}  // namespace

std::span<const ModelKind> model_kinds() { return model_table; }

}  // namespace exmy
