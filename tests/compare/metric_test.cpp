// Names of metrics, and what they find in a report.
#include "sim/compare/metric.hpp"

#include <limits>

#include "sim/base/error.hpp"
#include "tests/support/catch.hpp"

using namespace exmy;

namespace {

Json tensor(const char* layer, const char* role, int inexact, int total) {
  return {{"layer", layer},
          {"op", "dot"},
          {"pass", "forward"},
          {"role", role},
          {"counters", {{"inexact_count", inexact}, {"total_count", total}}}};
}

const Json report{
    {"final", {{"train_loss", 0.5}, {"validation_loss", "Infinity"}}},
    {"run", {{"steps_count", 7}}},
    {"tensors", {tensor("fc1", "weight", 1, 4), tensor("fc2", "weight", 2, 8), tensor("fc2", "loss", 9, 9)}}};

std::optional<double> found(const std::string& name) { return metric_named(name).of(report); }

std::string refusal(const std::string& name) {
  try {
    metric_named(name);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("short names and pointers") {
  CHECK(found("train_loss") == 0.5);
  CHECK(found("/final/train_loss") == 0.5);
  CHECK(found("validation_loss") == std::numeric_limits<double>::infinity());
  CHECK_FALSE(found("validation_accuracy"));
  CHECK_FALSE(found("/tensors/0/layer"));
  CHECK(found("/tensors/2/counters/total_count") == 9.0);
  CHECK_FALSE(found("/tensors/x"));
  CHECK(metric_named("validation_accuracy").larger_is_better);
  CHECK_FALSE(metric_named("train_loss").larger_is_better);
  CHECK(metric_named("steps").is_of_diverged_runs());
  CHECK_FALSE(metric_named("train_loss").is_of_diverged_runs());
}

TEST_CASE("counters at places, all roundings there together") {
  CHECK(found("inexact_count") == 12.0);
  CHECK(found("inexact_fraction") == 12.0 / 21);
  CHECK(found("inexact_fraction@*/weight") == 3.0 / 12);
  CHECK(found("inexact_count@fc2/*") == 11.0);
  CHECK_FALSE(found("inexact_count@fc3/*"));
  CHECK_FALSE(found("swamped_count"));
}

TEST_CASE("wrong names get a suggestion") {
  CHECK(refusal("trian_loss").find("did you mean \"train_loss\"?") != std::string::npos);
  CHECK(refusal("saturatd_fraction@*").find("did you mean \"saturated_fraction\"?") != std::string::npos);
  CHECK(refusal("total_fraction") != "");
  CHECK(refusal("/a~2").find("JSON pointer") != std::string::npos);
}
