#include "sim/nn/layers/registry.hpp"

#include <algorithm>
#include <set>

#include "sim/nn/layers/attention.hpp"
#include "sim/nn/layers/conv2d.hpp"
#include "sim/nn/layers/elementwise.hpp"
#include "sim/nn/layers/embedding.hpp"
#include "sim/nn/layers/linear.hpp"
#include "sim/nn/layers/normalisation.hpp"
#include "sim/nn/layers/pooling.hpp"
#include "sim/nn/layers/residual.hpp"

namespace exmy {
namespace {

constexpr std::array init_names{Named<Initializer>{"he_uniform", Initializer::he_uniform},
                                Named<Initializer>{"glorot_uniform", Initializer::glorot_uniform},
                                Named<Initializer>{"he_normal", Initializer::he_normal},
                                Named<Initializer>{"glorot_normal", Initializer::glorot_normal},
                                Named<Initializer>{"normal", Initializer::normal}};

std::size_t size_at(ObjectReader& r, std::string_view key, const Default<std::uint32_t>& fallback,
                    const Range& range) {
  return r.integer<std::uint32_t>(key, fallback, range);
}

LayerFactory read_linear(ObjectReader& r) {
  LinearOptions o;
  o.features = r.integer<std::uint32_t>("features", if_given, Range::closed(1, 65536)).value_or(0);
  o.bias = r.boolean("bias", true);
  o.init = read_initialization(r, Initializer::he_uniform);
  return linear(o);
}

LayerFactory read_conv2d(ObjectReader& r) {
  Conv2dOptions o;
  o.channels = size_at(r, "channels", required, Range::closed(1, 16384));
  o.kernel = size_at(r, "kernel", 3u, Range::closed(1, 256));
  o.stride = size_at(r, "stride", 1u, Range::closed(1, 256));
  o.padding = size_at(r, "padding", 0u, Range::closed(0, 255));
  o.groups = size_at(r, "groups", 1u, Range::closed(1, 16384));
  o.bias = r.boolean("bias", true);
  o.init = read_initialization(r, Initializer::he_normal);
  return conv2d(o);
}

LayerFactory read_activation(ObjectReader& r) {
  return activation(r.one_of("function", Activation::relu, activation_names));
}

template <Pooling kind>
LayerFactory read_pooling(ObjectReader& r) {
  const std::size_t size = size_at(r, "size", 2u, Range::closed(1, 256));
  const auto stride = r.integer<std::uint32_t>("stride", if_given, Range::closed(1, 256));
  const std::size_t padding = size_at(r, "padding", 0u, Range::closed(0, 255));
  if (padding >= size)
    r.problem(codes::contradiction, "padding", "the padding of a pooling is less than its size");
  return pooling(kind, {.height = size, .width = size, .stride = stride.value_or(size), .padding = padding});
}

LayerFactory read_global_average_pool(ObjectReader&) { return global_average_pool(); }

template <Normalisation kind>
LayerFactory read_normalisation(ObjectReader& r) {
  NormalisationOptions o{.kind = kind};
  o.epsilon = r.number("epsilon", 1e-5, Range::above(0));
  if (kind == Normalisation::batch) o.momentum = r.number("momentum", 0.1, Range::closed(0, 1));
  return normalisation(o);
}

LayerFactory read_log_softmax(ObjectReader&) { return log_softmax(); }

LayerFactory read_dropout(ObjectReader& r) { return dropout(r.number("p", 0.5, Range::closed_open(0, 1))); }

LayerFactory read_subsample(ObjectReader& r) {
  const std::size_t stride = size_at(r, "stride", 2u, Range::closed(1, 256));
  return subsample(stride, size_at(r, "channels", required, Range::closed(1, 16384)));
}

LayerFactory read_flatten(ObjectReader&) { return flatten(); }

LayerFactory read_embedding(ObjectReader& r) {
  EmbeddingOptions o;
  o.width = size_at(r, "width", required, Range::closed(1, 16384));
  o.init = read_initialization(r, Initializer::normal);
  return embedding(o);
}

LayerFactory read_position(ObjectReader& r) { return positions(read_initialization(r, Initializer::normal)); }

/// As many features as its input has.
LayerFactory square(const LinearOptions& options) {
  return LayerFactory([options]<class T>(const LayerArguments<T>& a) {
    LinearOptions o = options;
    if (!a.input.empty()) o.features = a.input.back();
    return linear(o)(a);
  });
}

LayerFactory read_attention(ObjectReader& r) {
  AttentionOptions o;
  o.heads = size_at(r, "heads", 1u, Range::closed(1, 16384));
  o.causal = r.boolean("causal", false);
  o.dropout = r.number("dropout", 0.0, Range::closed_open(0, 1));
  LinearOptions projection;
  projection.bias = r.boolean("bias", true);
  projection.init = read_initialization(r, Initializer::normal);
  return attention(o, square(projection), square(projection));
}

LayerFactory read_residual(ObjectReader& r) {
  std::vector<NamedLayer> body{
      {"body", sequence(read_layers(r.array("layers", required, Range::at_least(1))))}};
  std::vector<NamedLayer> shortcut{{"shortcut", sequence(read_layers(r.array("shortcut")))}};
  return residual(std::move(body), std::move(shortcut));
}

constexpr std::array layer_table{LayerKind{"linear", read_linear},
                                 LayerKind{"conv2d", read_conv2d},
                                 LayerKind{"activation", read_activation},
                                 LayerKind{"max_pool", read_pooling<Pooling::max>},
                                 LayerKind{"average_pool", read_pooling<Pooling::average>},
                                 LayerKind{"global_average_pool", read_global_average_pool},
                                 LayerKind{"layer_norm", read_normalisation<Normalisation::layer>},
                                 LayerKind{"rms_norm", read_normalisation<Normalisation::rms>},
                                 LayerKind{"batch_norm", read_normalisation<Normalisation::batch>},
                                 LayerKind{"log_softmax", read_log_softmax},
                                 LayerKind{"dropout", read_dropout},
                                 LayerKind{"embedding", read_embedding},
                                 LayerKind{"position", read_position},
                                 LayerKind{"attention", read_attention},
                                 LayerKind{"residual", read_residual},
                                 LayerKind{"subsample", read_subsample},
                                 LayerKind{"flatten", read_flatten}};

/// What is wrong with a name; empty if nothing.
std::string problem_of_name(const std::string& name, std::span<const std::string_view> reserved,
                            const std::set<std::string>& taken) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  if (name.empty() || name.size() > 64 || !std::all_of(name.begin(), name.end(), plain))
    return "a layer's name has 1 to 64 letters, digits, \"_\" and \"-\"";
  if (std::find(reserved.begin(), reserved.end(), name) != reserved.end())
    return "no layer may be called \"" + name + "\": the network's own sites have that name";
  if (taken.contains(name)) return "another layer of this list is called \"" + name + "\"";
  return {};
}

LayerFactory located(std::string pointer, LayerFactory make) {
  return LayerFactory(
      [pointer = std::move(pointer), make = std::move(make)]<class T>(const LayerArguments<T>& a) {
        try {
          return make(a);
        } catch (ShapeError& error) {
          if (error.pointer.empty()) error.pointer = pointer;
          throw;
        }
      });
}

}  // namespace

std::span<const LayerKind> layer_kinds() { return layer_table; }

Initialization read_initialization(ObjectReader& r, Initializer fallback) {
  Initialization how(r.one_of("init", fallback, init_names));
  if (how.kind == Initializer::normal)
    how.deviation = r.number("init_std", 0.02, Range::above(0));
  else if (r.has("init_std") && !r.raw("init_std").is_null())
    r.problem(codes::contradiction, "init_std", "a standard deviation belongs to the init \"normal\"");
  return how;
}

std::vector<NamedLayer> read_layers(const std::vector<Value>& list,
                                    std::span<const std::string_view> reserved) {
  std::vector<NamedLayer> layers;
  std::set<std::string> taken;
  for (const Value& value : list) {
    ObjectReader r = value.object();
    const std::string name = r.text("name", value.key());
    const std::string problem = problem_of_name(name, reserved, taken);
    if (!problem.empty()) r.problem(codes::contradiction, "name", problem);
    taken.insert(name);
    layers.push_back({name, located(value.pointer(), r.row("kind", required, layer_kinds()).read(r))});
  }
  return layers;
}

}  // namespace exmy
