// A program whose values are skipped has the sites, shapes and costs of the real one, and shows the same problems.

#include <algorithm>

#include "tests/run/configurations.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;
using namespace exmy::run_test;

/// What a dry step is asked for.
struct Seen {
  std::vector<Site> sites;
  std::vector<std::string> names, operations;
  std::map<Site, std::string> problems;
  std::map<MacKey, std::uint64_t> macs;
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> memory;
  std::uint64_t peak_bits = 0, projections = 0;
  CastLedger casts;
};

std::string text_of(const TracedOperation& o) {
  std::string text = o.layer + "/" + o.op + " " + to_string(o.output) + " " + std::to_string(o.forward_macs) +
                     " " + std::to_string(o.backward_macs);
  for (const Shape& shape : o.inputs) text += " " + to_string(shape);
  for (const auto& [name, elements] : o.parameters) text += " " + name + " " + std::to_string(elements);
  for (const Site& site : o.sites) text += " " + site.name();
  return text;
}

template <class T>
Seen seen(const Setup& setup, Values values) {
  Telemetry telemetry(setup.experiment.stats);
  Program<T> program(setup.experiment, setup.data, telemetry, values);
  OperationTrace trace;
  program.context().trace_to(&trace);
  const Batch batch{&setup.data, {0, 1}};
  program.step(0, std::vector<Batch>(setup.experiment.accumulate > 1 ? 2 : 1, batch), setup.experiment.lr,
               nullptr);
  program.context().trace_to(nullptr);
  Seen s{program.context().sites(),
         program.context().names_of_step(),
         {},
         program.context().problems(),
         telemetry.macs,
         {},
         program.memory().backward_peak.bits,
         telemetry.projections,
         telemetry.casts};
  for (const TracedOperation& o : trace.operations()) s.operations.push_back(text_of(o));
  for (const auto& [role, row] : program.memory().rows) s.memory[role] = {row.elements, row.bits};
  program.evaluate(0, setup.data, 0, 2);
  for (const std::string& name : program.context().names_of_step()) s.names.push_back(name);
  return s;
}

template <class T>
void compare(const Setup& setup) {
  const Seen real = seen<T>(setup, Values::computed), dry = seen<T>(setup, Values::skipped);
  CHECK(dry.sites == real.sites);
  CHECK(dry.names == real.names);
  CHECK(dry.operations == real.operations);
  CHECK(dry.problems == real.problems);
  CHECK(dry.macs == real.macs);
  CHECK(dry.memory == real.memory);
  CHECK(dry.peak_bits == real.peak_bits);
  CHECK(dry.projections == real.projections);
  CHECK(dry.casts.count == real.casts.count);
  CHECK(dry.casts.bits_in == real.casts.bits_in);
}

TEST_CASE("a step without values: every optimiser, loss scaling, micro-batches, roundings") {
  for (Json configuration : configurations()) {
    configuration["training"].erase("clip_norm");  // takes one projection more where the norm is above it
    if (configuration["training"].contains("loss_scale"))
      configuration["training"]["loss_scale"]
                   [configuration["training"]["loss_scale"]["kind"] == "dynamic" ? "initial" : "value"] =
                       1;  // no gradient overflows, no update is left out
    INFO(configuration.dump());
    const Setup setup{configuration.dump()};
    compare<float>(setup);
    compare<double>(setup);
  }
}

const std::string images = R"({"data": {"kind": "patterns", "train_count": 4, "validation_count": 0},
  "training": {"steps": 1, "batch_size": 2, "optimizer": {"kind": "sgd", "lr": 0.1}}})";
const std::string words = R"({"data": {"kind": "text", "context": 6, "validation_fraction": 0},
  "training": {"steps": 1, "batch_size": 2, "optimizer": {"kind": "adamw", "lr": 0.1}}})";

TEST_CASE("a step without values: every model") {
  const std::string block = R"("layers": 1, "heads": 2, "width": 4, "dropout": 0.25})";
  for (const std::string& model :
       {std::string(R"({"kind": "vgg", "widths": [4], "convolutions": 1, "hidden": [3]})"),
        std::string(R"({"kind": "resnet", "depth": 8, "width": 2, "shortcut": "A"})"),
        std::string(R"({"kind": "lenet"})")}) {
    INFO(model);
    compare<float>({images, R"({"model": )" + model + "}", mixed});
  }
  compare<float>({small_logits, mixed});
  compare<float>({words, R"({"model": {"kind": "gpt", )" + block + "}", stochastic_everywhere});
  compare<float>(
      {words, R"({"model": {"kind": "bert", )" + block + R"(, "data": {"objective": "masked"}})", mixed});
}

TEST_CASE("a step without values has its update, though the loss scale would make the gradients overflow") {
  const Setup setup{small_digits, restless, R"({"training": {"loss_scale": {"initial": 1e30}}})"};
  const auto has_update = [](const Seen& s) {
    return std::find(s.sites.begin(), s.sites.end(),
                     Site{"fc1", "sgd.weight", Pass::optimizer, Role::master_weight}) != s.sites.end();
  };
  CHECK_FALSE(has_update(seen<float>(setup, Values::computed)));
  CHECK(has_update(seen<float>(setup, Values::skipped)));
}

TEST_CASE("a step without values shows what only the use of a site shows") {
  const Setup setup{
      small_digits,
      R"({"policy": [{"match": {"role": "accumulator"}, "order": "block", "block": "hopper_fp8"}]})"};
  const Seen dry = seen<float>(setup, Values::skipped);
  CHECK(dry.problems == seen<float>(setup, Values::computed).problems);
  CHECK_FALSE(dry.problems.empty());
}

}  // namespace
