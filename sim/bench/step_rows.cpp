#include <omp.h>

#include "sim/bench/data.hpp"
#include "sim/bench/rows.hpp"
#include "sim/bench/training.hpp"

namespace exmy::bench {
namespace {

// As in the quickstart: operands e4m3fn (gradients e5m2) with fp32 sums; every tensor of the network fp16.
constexpr const char* e4m3fn = R"({"policy": [
  {"match": {"role": ["weight", "activation"]}, "format": "e4m3fn", "saturation": "finite"},
  {"match": {"role": ["activation_grad", "weight_grad"]}, "format": "e5m2"}],
  "training": {"loss_scale": {"kind": "static", "value": 1024}}})";
constexpr const char* fp16 = R"({"policy": [
  {"match": {"role": ["weight", "activation", "activation_grad", "weight_grad", "accumulator"]}, "format": "fp16"}],
  "training": {"loss_scale": {"kind": "static", "value": 128}}})";
constexpr const char* fp16_products = R"({"policy": [
  {"match": {"role": ["weight", "activation", "activation_grad", "weight_grad", "product", "accumulator"]},
   "format": "fp16"}],
  "training": {"loss_scale": {"kind": "static", "value": 128}}})";

/// Three steps whose matrix products, and the events in them, come from the definition: it counts histograms of sums.
std::string compare_with_definition(const std::string& config) {
  Training fast(config), slow(config, "all");
  for (int i = 0; i < 3; ++i) fast.step(), slow.step();
  std::string found = difference(fast.losses(), slow.losses());
  if (!found.empty()) return "losses: " + found;
  const std::vector<Parameter<float>> got = fast.weights(), want = slow.weights();
  for (std::size_t i = 0; i < got.size() && found.empty(); ++i) {
    const std::vector<float>&g = got[i].value.data, &w = want[i].value.data;
    found = difference(std::vector<double>(g.begin(), g.end()), std::vector<double>(w.begin(), w.end()));
    if (!found.empty()) return got[i].name + ": " + found;
  }
  for (const auto& [site, record] : fast.telemetry().records()) {
    found = difference(record.total, slow.telemetry().records().at(site).total);
    if (!found.empty()) return site.layer + "/" + site.op + ": " + found;
  }
  return {};
}

/// The plain step must be the step of an fp32 program, but for the order of sums: after three steps the weights are
/// within 1e-5 of it, while they moved by far more.
std::string check_plain() {
  Training emulated("{}");
  PlainTraining plain(emulated), start(emulated);
  for (int i = 0; i < 3; ++i) emulated.step(), plain.step();
  if (plain.distance(emulated) < 1e-5 && start.distance(emulated) > 1e-3) return {};
  return "the plain step is another step: weights differ by " + std::to_string(plain.distance(emulated));
}

Measurement step(const std::string& config, const std::string& histograms) {
  const std::string found = first_of({check_plain(), compare_with_definition(config)});
  const auto emulated = std::make_shared<Training>(config, histograms);
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
  return {row("e4m3fn/counted", 8, 3, e4m3fn), row("e4m3fn/counted/histograms", {}, {}, e4m3fn, "tensors"),
          row("fp16/counted", 15, 8, fp16), row("fp16/rounded-products/counted", {}, {}, fp16_products)};
}

}  // namespace exmy::bench
