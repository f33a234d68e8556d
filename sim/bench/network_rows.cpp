#include <omp.h>

#include <algorithm>
#include <memory>

#include "sim/bench/data.hpp"
#include "sim/bench/plain.hpp"
#include "sim/bench/plain_products.hpp"
#include "sim/bench/rows.hpp"
#include "sim/bench/training.hpp"
#include "sim/run/provenance.hpp"

namespace exmy::bench {
namespace {

/// A network, and the changes that make it small enough for the definition.
struct Network {
  const char* name;
  const char* config;
  const char* small;
};

const Network& resnet_8() {
  static const Network network{
      "resnet-8", resnet,
      R"({"model": {"width": 2}, "data": {"train_count": 6}, "training": {"batch_size": 2}})"};
  return network;
}

const Network& gpt_4() {
  static const Network network{"gpt", gpt,
                               R"({"model": {"layers": 1, "heads": 2, "width": 12}, "data": {"context": 20},
                                   "training": {"batch_size": 3}})"};
  return network;
}

/// One configuration laid over another.
std::string laid_over(const char* lower, const std::string& upper) {
  Document all = Document::parse(lower, "exmy bench");
  all.merge(Document::parse(upper, "exmy bench"));
  return all.value().dump();
}

/// The process while it makes a program and does two steps; 0 if the system does not tell.
std::uint64_t peak_of(const std::string& network, const char* policy) {
  if (!restart_peak_rss()) return 0;
  Training training(network, policy);
  for (int i = 0; i < 2; ++i) training.step();
  return peak_rss_bytes();
}

Measurement measured(const Network& network, const char* policy, const Setting& setting) {
  const int threads = std::min(2, omp_get_num_procs());
  const std::string small = laid_over(network.config, network.small);
  const std::string config = setting.quick ? small : network.config;
  const std::string found = difference_from_definition(small, policy);
  const std::uint64_t peak = peak_of(config, policy);
  const auto emulated = std::make_shared<Training>(config, policy);
  const auto products = std::make_shared<PlainProducts>(emulated->operations());
  Measurement m;
  m.yardstick =
      std::string("its products in fp32 by Eigen, ") + plain().isa + ", threads: " + std::to_string(threads);
  m.reference = [products, threads] { products->run(threads); };
  m.kernel = [emulated] { emulated->step(); };
  m.yardstick_work = m.kernel_work = 1;
  m.difference = found;
  m.threads = threads;
  m.peak_rss_bytes = peak;
  return m;
}

/// A row in steps a minute if there is a floor for them.
Row network_row(const Network& network, const char* policy_name, const char* policy,
                std::optional<double> least) {
  return {std::string("step/") + network.name + "/" + policy_name + "/counted",
          least ? Judged::by_speed : Judged::by_time,
          least ? "steps/min" : "ms/step",
          least,
          {},
          [&network, policy](const Setting& setting) { return measured(network, policy, setting); }};
}

}  // namespace

std::vector<Row> network_rows() {
  return {network_row(resnet_8(), "e4m3fn", e4m3fn_operands, {}),
          network_row(resnet_8(), "fp16", fp16_sums, {}),
          network_row(gpt_4(), "e4m3fn", e4m3fn_operands, 150), network_row(gpt_4(), "fp16", fp16_sums, 30)};
}

}  // namespace exmy::bench
