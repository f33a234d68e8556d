#include <omp.h>

#include "sim/bench/data.hpp"
#include "sim/bench/rows.hpp"
#include "sim/bench/training.hpp"

namespace exmy::bench {
namespace {

constexpr const char* fp16_products = R"({"policy": [
  {"match": {"role": ["weight", "activation", "activation_grad", "weight_grad", "product", "accumulator"]},
   "format": "fp16"}],
  "training": {"loss_scale": {"kind": "static", "value": 128}}})";

/// The plain step must be the step of an fp32 program, but for the order of sums: after three steps the weights are
/// within 1e-5 of it, while they moved by far more.
std::string check_plain() {
  Training emulated(perceptron, "{}");
  PlainTraining plain(emulated), start(emulated);
  for (int i = 0; i < 3; ++i) emulated.step(), plain.step();
  if (plain.distance(emulated) < 1e-5 && start.distance(emulated) > 1e-3) return {};
  return "the plain step is another step: weights differ by " + std::to_string(plain.distance(emulated));
}

Measurement step(const std::string& config, const std::string& histograms) {
  const std::string found = first_of({check_plain(), difference_from_definition(perceptron, config)});
  const auto emulated = std::make_shared<Training>(perceptron, config, histograms);
  const auto plain = std::make_shared<PlainTraining>(*emulated);
  return {std::string("the step in fp32 by Eigen, ") + bench::plain().isa,
          [plain, emulated] { plain->step(); },  // keeps the data, too
          [emulated] { emulated->step(); },
          1,
          1,
          found,
          {}};
}

Row row(const std::string& name, std::optional<double> floor, std::optional<double> goal,
        const std::string& config, const std::string& histograms = "none") {
  return {"step/" + name, Judged::by_time,
          "ms/step",      floor,
          goal,           [=](const Setting&) { return step(config, histograms); }};
}

}  // namespace

std::vector<Row> step_rows() {
  return {row("e4m3fn/counted", 8, 3, e4m3fn_operands),
          row("e4m3fn/counted/histograms", {}, {}, e4m3fn_operands, "tensors"),
          row("fp16/counted", 15, 8, fp16_sums), row("fp16/rounded-products/counted", {}, {}, fp16_products)};
}

}  // namespace exmy::bench
