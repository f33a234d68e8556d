#pragma once
// Configurations that differ in what a run must remember from one step to the next.

#include "tests/run/support.hpp"

namespace exmy::run_test {

inline const std::string stochastic_everywhere =
    R"({"policy": [{"match": {}, "format": "bf16", "rounding": "stochastic_b", "random_bits": 13},
                   {"match": {"role": "product"}, "format": "exact"},
                   {"match": {"role": "accumulator"}, "format": "e6m9", "order": "chunked", "chunk": 8,
                    "outer": "fp16", "saturation": "propagate"},
                   {"match": {"role": ["master_weight", "optimizer_state"]}, "format": "e8m10"}]})";

inline const std::string mixed = R"({"policy": [
  {"match": {"role": ["weight", "activation"]}, "format": "e4m3fn", "saturation": "finite"},
  {"match": {"role": ["activation_grad", "weight_grad"]}, "format": "e5m2"},
  {"match": {"role": ["product", "accumulator"], "pass": "forward"}, "format": "fp16"},
  {"match": {"role": "elementwise"}, "format": "bf16", "rounding": "toward_zero"},
  {"match": {"role": "weight", "op": "dot"},
   "scale": {"granularity": "tensor", "source": "static", "value": 0.25}}],
  "training": {"loss_scale": {"kind": "static", "value": 1024}}})";

inline const std::string adam = R"({"training": {"optimizer": {"kind": "adam", "lr": 0.01}}})";
inline const std::string keras = R"({"training": {"optimizer": {"form": "keras"}}})";
/// Doubled every second step, until the gradients overflow and it is halved.
inline const std::string restless = R"({"policy": [{"match": {"role": "weight_grad"}, "format": "fp16"}],
  "training": {"loss_scale": {"kind": "dynamic", "initial": 1048576, "growth_interval": 2}}})";
inline const std::string cosine = R"({"training": {"schedule": {"kind": "cosine"}}})";

inline const std::string nesterov = R"({"training": {"clip_norm": 0.5, "optimizer": {"nesterov": true,
  "weight_decay": 0.01, "decay": "matrices", "update": {"kind": "kahan"}}}})";
inline const std::string rmsprop =
    R"({"kind": "rmsprop", "lr": 0.01, "momentum": 0.5, "centered": true, "epsilon": 0.001})";
inline const std::string adamw = R"({"kind": "adamw", "lr": 0.01, "update": {"kind": "kahan"}})";
/// Three micro-batches a step, two in the last step of an epoch.
inline const std::string accumulated = R"({"training": {"accumulate": 3, "batch_size": 12, "clip_norm": 1}})";

/// The base with another optimiser.
inline std::string with_optimizer(const std::string& base, const std::string& optimizer) {
  Json json = Json::parse(base);
  json["training"]["optimizer"] = Json::parse(optimizer);
  return json.dump();
}

/// Configurations that differ in what they must remember.
inline std::vector<Json> configurations() {
  const auto json = [](std::initializer_list<std::string> texts) { return merged(texts).value(); };
  return {json({small_digits}),
          json({small_digits, cosine, mixed}),
          json({small_digits, restless}),
          json({small_digits, stochastic_everywhere}),
          json({small_xor, adam}),
          json({small_xor, keras, stochastic_everywhere}),
          json({small_xor, keras, restless}),
          json({small_digits, R"({"training": {"optimizer": {"momentum": 0}}})"}),
          json({small_digits, nesterov, stochastic_everywhere}),
          json({with_optimizer(small_digits, rmsprop), accumulated}),
          json({with_optimizer(small_xor, adamw), accumulated, restless})};
}

}  // namespace exmy::run_test
