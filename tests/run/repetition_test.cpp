// A whole run in which weights, activations and gradients are quantised once for all their uses, against one whose sites
// differ by something irrelevant (the number of random bits of a mode without randomness), so that each works for itself.

#include "tests/run/configurations.hpp"

namespace {

using namespace exmy;
using namespace exmy::run_test;

const std::string irrelevant = R"({"match": {"pass": "dgrad"}, "random_bits": 15},
                                  {"match": {"pass": "wgrad"}, "random_bits": 14})";

std::string policy(const std::string& rules) { return R"({"policy": [)" + rules + "]}"; }

template <class T>
void compare(const std::string& rules, const std::string& histograms) {
  const std::string stats = R"({"stats": {"histograms": ")" + histograms + R"("}})";
  const Setup once({small_digits, policy(rules), stats});
  const Setup each({small_digits, policy(rules + ", " + irrelevant), stats});
  Run<T> a(once), b(each);
  for (std::uint64_t t = 0; t < 6; ++t) {
    a.step(t);
    b.step(t);
    CHECK(a.program.context().names_of_step() == b.program.context().names_of_step());
  }
  CHECK(a.losses == b.losses);
  CHECK(a.program.weights_sha256() == b.program.weights_sha256());
  CHECK(a.telemetry.projections == b.telemetry.projections);
  CHECK(a.telemetry.casts.count == b.telemetry.casts.count);
  CHECK(a.telemetry.casts.bits_out == b.telemetry.casts.bits_out);
  CHECK(a.telemetry.first_non_finite() == b.telemetry.first_non_finite());
  REQUIRE(a.telemetry.records().size() == b.telemetry.records().size());
  for (const auto& [site, record] : a.telemetry.records()) {
    const SiteRecord& other = b.telemetry.records().at(site);
    INFO(site.name());
    CHECK(record.total == other.total);
    CHECK(record.interval == other.interval);
    CHECK(record.before.packed() == other.before.packed());
    CHECK(record.after.packed() == other.after.packed());
  }
}

}  // namespace

TEST_CASE("a run is the same whether equal quantisations are computed once or each", "[repetition]") {
  const std::string e4m3fn =
      R"({"match": {"role": ["weight", "activation"]}, "format": "e4m3fn", "saturation": "finite"},
         {"match": {"role": ["activation_grad", "weight_grad"]}, "format": "e5m2"})";
  for (const char* histograms : {"tensors", "none"}) {
    compare<float>(e4m3fn, histograms);
    compare<double>(e4m3fn, histograms);
    compare<float>(e4m3fn + R"(, {"match": {"role": ["weight", "activation_grad"]},
      "scale": {"granularity": "tensor", "source": "static", "value": 0.3}})",
                   histograms);
    compare<float>(R"({"match": {"role": "activation_grad"}, "format": "e2m1fn"})", histograms);
  }
}
