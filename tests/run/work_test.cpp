// What each operation of a step costs: projections and multiply-adds, by hand; every number belongs to one operation.

#include <chrono>
#include <map>

#include "tests/run/configurations.hpp"
#include "tests/run/site_counts.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;
using namespace exmy::run_test;

/// Projections as `layer/op/phase`, multiply-adds as `macs layer/op/phase`.
void add(Counts& c, const std::string& name, std::uint64_t projections, std::uint64_t macs) {
  c[name] += projections;
  c["macs " + name] += macs;
}

/// The rows of two steps with a validation after them.
Counts rows_of(const Setup& setup) {
  Run<float> run(setup);
  const std::uint64_t initial = run.telemetry.projections;
  run.step(0);
  run.step(1);
  run.program.evaluate(1, setup.data, 0, 5);
  const Work all = run.telemetry.profile().total();
  CHECK(all.projections == run.telemetry.projections - initial);
  CHECK(all.macs == run.telemetry.reading().macs);
  Counts rows;
  for (const auto& [key, row] : run.telemetry.profile().rows())
    add(rows, key.layer + "/" + key.op + "/" + std::string(name_of(key.phase)), row.work.projections,
        row.work.macs);
  return rows;
}

/// Of both steps; what is not of a layer counts nothing.
Counts twice(Counts one) {
  for (auto& [name, count] : one) count *= 2;
  for (const char* none : {"//evaluation", "//statistics"}) add(one, none, 0, 0);
  return one;
}

/// Of R rows: x w^T + b with I inputs and O outputs.
void add_linear(Counts& c, const std::string& layer, std::uint64_t R, std::uint64_t I, std::uint64_t O,
                bool dx = true) {
  add(c, layer + "/dot/forward", R * I + O * I + R * O * I, R * O * I);           // x, w, the sums
  add(c, layer + "/dot/backward", R * O + R * I + O * I * R + O * I, R * O * I);  // dy, x, the sums, dw
  if (dx) add(c, layer + "/dot/backward", R * O + O * I + R * I * O, R * O * I);  // dy, w, the sums
  add(c, layer + "/bias/forward", O + R * O, 0);
  add(c, layer + "/bias/backward", R * O + O * R + O, 0);
}

/// SGD with momentum: mu; mu v; v; lr; lr v; w.
void add_update(Counts& c, const std::string& layer, const std::string& name, std::uint64_t n) {
  add(c, layer + "/sgd." + name + "/optimizer", 4 * n + 2, 0);
}

void add_updates(Counts& c, const std::string& layer, std::uint64_t weights, std::uint64_t biases) {
  add_update(c, layer, "weight", weights);
  add_update(c, layer, "bias", biases);
}

/// Softmax and cross-entropy over R rows of C classes.
void add_loss(Counts& c, std::uint64_t R, std::uint64_t C) {
  add(c, "loss/cross_entropy/forward", 3 * R * C + R * C + 2 * R + R + 1,
      0);  // x - m, exp, e / s; s; log s, l; mean
  add(c, "loss/cross_entropy/backward", 2 * R * C + 1, 0);
}

TEST_CASE("work of the operations of a perceptron") {
  const Setup setup{small_digits, R"({"model": {"hidden": [7]}, "training": {"batch_size": 6}})"};
  constexpr std::uint64_t B = 6;
  Counts c;
  add(c, "input/data/forward", B * 64, 0);
  add(c, "input/flatten/forward", 0, 0);
  add_linear(c, "fc1", B, 64, 7, false);
  add(c, "fc1/relu/forward", 0, 0);
  add(c, "fc1/relu/backward", 0, 0);
  add_linear(c, "fc2", B, 7, 10);
  add_loss(c, B, 10);
  add_updates(c, "fc1", 64 * 7, 7);
  add_updates(c, "fc2", 7 * 10, 10);
  CHECK(difference(rows_of(setup), twice(c)) == "");
}

TEST_CASE("work of a log-softmax and of binary cross-entropy") {
  const Setup setup{with_optimizer(small_logits, R"({"kind": "sgd", "lr": 0.1, "momentum": 0.9})"),
                    R"({"training": {"batch_size": 6}})"};
  constexpr std::uint64_t B = 6, H = 6;
  Counts c;
  add(c, "input/data/forward", B * 8, 0);
  add(c, "input/target/forward", B, 0);
  add_linear(c, "fc1", B, 8, H, false);
  add(c, "log/log_softmax/forward", 4 * B * H + B, 0);  // d, e, y; s; log s
  add(c, "log/log_softmax/backward", 4 * B * H, 0);     // e, e t, dx; t
  add_linear(c, "fc2", B, H, 1);
  add(c, "loss/bce/forward", 6 * B + 1, 0);  // x t, a, e, log1p e, l; the sum; the mean
  add(c, "loss/bce/backward", 3 * B + 1, 0);
  add_updates(c, "fc1", 8 * H, H);
  add_updates(c, "fc2", H, 1);
  CHECK(difference(rows_of(setup), twice(c)) == "");
}

TEST_CASE("work of the operations of a convolutional network") {
  const Setup setup{small_digits, R"({"model": null})", R"({"training": {"batch_size": 3},
    "model": {"kind": "sequential", "layers": [
      {"kind": "conv2d", "name": "c", "channels": 2, "padding": 1}, {"kind": "flatten", "name": "flat"},
      {"kind": "linear", "name": "f"}]}})"};
  constexpr std::uint64_t B = 3, pixels = B * 8 * 8, taps = 9;
  Counts c;
  add(c, "input/data/forward", pixels, 0);
  add(c, "c/conv2d/forward", pixels + 2 * taps + pixels * 2 * taps, pixels * 2 * taps);
  add(c, "c/conv2d/backward", 2 * pixels + pixels + 2 * taps * pixels + 2 * taps, pixels * 2 * taps);
  add(c, "c/bias/forward", 2 + 2 * pixels, 0);
  add(c, "c/bias/backward", 2 * pixels + 2 * pixels + 2, 0);
  add(c, "flat/flatten/forward", 0, 0);
  add(c, "flat/flatten/backward", 0, 0);
  add_linear(c, "f", B, 128, 10);
  add_loss(c, B, 10);
  add_updates(c, "c", 2 * taps, 2);
  add_updates(c, "f", 1280, 10);
  CHECK(difference(rows_of(setup), twice(c)) == "");
}

TEST_CASE("work of the operations of a transformer") {
  const Setup setup{R"({"data": {"kind": "text", "context": 5},
    "training": {"steps": 2, "batch_size": 2, "optimizer": {"kind": "sgd", "lr": 0.1, "momentum": 0.9}},
    "model": {"kind": "sequential", "layers": [{"kind": "embedding", "name": "e", "width": 4},
      {"kind": "attention", "name": "a", "heads": 2, "causal": true}, {"kind": "linear", "name": "f"}]}})"};
  constexpr std::uint64_t B = 2, T = 5, R = B * T, H = 2, D = 2, V = 62, W = H * D;
  constexpr std::uint64_t pairs = B * H * T * T, visible = B * H * (T * (T + 1) / 2), numbers = R * W;
  Counts c;
  add(c, "input/data/forward", 0, 0);  // tokens are taken as they are
  add(c, "e/embedding/forward", V * W, 0);
  add(c, "e/embedding/backward", numbers + V * R * W + V * W, V * R * W);
  for (const char* layer : {"a.q", "a.k", "a.v", "a.proj"}) {
    add_linear(c, layer, R, W, W);
    add_updates(c, layer, W * W, W);
  }
  add(c, "a.q/fan_out/backward", numbers, 0);
  add(c, "a.k/fan_out/backward", numbers, 0);
  // q, k, their sums; 1 / sqrt D; scaled, x - m, exp, / s; the sums of rows; p, v, their sums
  add(c, "a/attention/forward",
      2 * numbers + pairs * D + 1 + 4 * visible + pairs + pairs + numbers + numbers * T, 2 * pairs * D);
  // g, p, v, dv, dp; dp p, dp - t, ds; t; 1 / sqrt D, dz; g, k, q, dq, dk
  add(c, "a/attention/backward",
      numbers + pairs + numbers + numbers * T + pairs * D + 3 * visible + pairs + 1 + visible + pairs +
          2 * numbers + 2 * numbers * T,
      4 * pairs * D);
  add_linear(c, "f", R, W, V);
  add_loss(c, R, V);
  add_update(c, "e", "weight", V * W);
  add_updates(c, "f", W * V, V);
  CHECK(difference(rows_of(setup), twice(c)) == "");
}

/// Clock and counters at some moment: each second one projection and ten multiply-adds.
Profile::Reading at(int second) {
  const auto count = static_cast<std::uint64_t>(second);
  return {std::chrono::steady_clock::time_point(std::chrono::seconds(second)), count, 10 * count};
}

/// Copies nothing.
class Looking : public NumbersVisitor {
 public:
  void integer(const std::string&, std::uint64_t&) override {}
  void real(const std::string&, double&) override {}
  void integers(const std::string&, std::vector<std::uint64_t>&) override {}
  void reals(const std::string&, std::vector<double>&) override {}
  void text(const std::string&, std::string&) override {}
};

TEST_CASE("a profile: work belongs to what was entered last, inside of evaluations to those") {
  Profile profile;
  const std::string site = "dot";
  profile.enter(at(100), "", "", WorkPhase::other);
  profile.enter(at(101), "fc1", "", WorkPhase::backward);
  profile.note_op(site);
  profile.note_op("not the first");
  profile.enter(at(103), "fc1", "fan_out", WorkPhase::backward);
  profile.leave(at(107));
  Looking looking;
  profile.visit(at(110), looking);  // in the middle: seen, and counted once
  CHECK(profile.total().time_s == 10);
  profile.leave(at(115));
  profile.enter(at(115), "", "", WorkPhase::evaluation);
  profile.enter(at(116), "fc1", "dot", WorkPhase::forward);
  profile.leave(at(131));
  profile.leave(at(132));
  profile.leave(at(148));
  std::map<std::string, double> seconds;
  for (const auto& [key, row] : profile.rows()) {
    const Work& work = row.work;
    seconds[key.layer + "/" + key.op + "/" + std::string(name_of(key.phase))] = work.time_s;
    CHECK(static_cast<double>(work.projections) == work.time_s);
    CHECK(static_cast<double>(work.macs) == 10 * work.time_s);
  }
  CHECK(seconds ==
        std::map<std::string, double>{
            {"//other", 17}, {"fc1/dot/backward", 10}, {"fc1/fan_out/backward", 4}, {"//evaluation", 17}});
}

}  // namespace
