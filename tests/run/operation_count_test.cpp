// How many projections the operations of convolutional networks and transformers take, at every site of a step, against
// closed formulas (numerics section 8); tests/run/projection_count_test.cpp has those of perceptrons and optimisers.

#include "tests/run/configurations.hpp"
#include "tests/run/site_counts.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;
using namespace exmy::run_test;

using Size = std::uint64_t;

/// Adds what operations take, one after the other. Sums are sequential, or in chunks; products exact or rounded.
struct Formulas {
  Size chunk = 0;  ///< 0: sequential
  bool rounded_products = false;
  Counts c{};

  Size sums(Size outputs, Size k) const { return outputs * (k + (chunk == 0 ? 0 : (k + chunk - 1) / chunk)); }
  void add(const std::string& site, Size n) {
    if (n != 0) c[site] += n;
  }
  void product(const std::string& place, Size outputs, Size k) {
    add(place + "/accumulator", sums(outputs, k));
    if (rounded_products) add(place + "/product", outputs * k);
  }

  void linear(const std::string& layer, Size R, Size I, Size O, bool dx = true) {
    const std::string op = layer + "/dot/";
    add(op + "forward/activation", R * I);
    add(op + "forward/weight", O * I);
    product(op + "forward", R * O, I);
    add(op + "wgrad/activation_grad", R * O);
    add(op + "wgrad/activation", R * I);
    product(op + "wgrad", O * I, R);
    add(op + "wgrad/weight_grad", O * I);
    if (!dx) return;
    add(op + "dgrad/activation_grad", R * O);
    add(op + "dgrad/weight", O * I);
    product(op + "dgrad", R * I, O);
  }
  /// Of N numbers in each of R rows: biases and embedded positions.
  void bias(const std::string& op, Size R, Size N) {
    add(op + "/forward/weight", N);
    add(op + "/forward/elementwise", R * N);
    add(op + "/wgrad/activation_grad", R * N);
    add(op + "/wgrad/accumulator", sums(N, R));
    add(op + "/wgrad/weight_grad", N);
  }
  /// Stride 1 and as much padding as keeps the size: every sum has all taps.
  void conv2d(const std::string& layer, Size pixels, Size C, Size O, Size taps, Size taps_of_all, bool dx) {
    const std::string op = layer + "/conv2d/";
    add(op + "forward/activation", pixels * C);
    add(op + "forward/weight", O * taps * C);
    product(op + "forward", pixels * O, taps * C);
    add(op + "wgrad/activation_grad", pixels * O);
    add(op + "wgrad/activation", pixels * C);
    product(op + "wgrad", O * taps * C, pixels);
    add(op + "wgrad/weight_grad", O * taps * C);
    if (!dx) return;
    add(op + "dgrad/activation_grad", pixels * O);
    add(op + "dgrad/weight", O * taps * C);
    product(op + "dgrad", pixels * C, taps_of_all * O);
  }
  /// f(x), and f'(x) dy: gelu, silu.
  void smooth(const std::string& op, Size n) {
    add(op + "/forward/elementwise", n);
    add(op + "/dgrad/elementwise", 2 * n);
  }
  /// G groups of n elements, of R rows of N.
  void normalisation(const std::string& layer, const std::string& op, Size R, Size N, Size G, Size n) {
    const bool centred = op != "rms_norm";
    const std::string at = layer + "/" + op;
    add(at + "/forward/accumulator", sums(G, n) * (centred ? 2 : 1));  // x; d d
    // mean, d; d d; var, var + eps, r, and eps; h; h g, + b
    add(at + "/forward/elementwise",
        (centred ? G + R * N : 0) + R * N + 3 * G + 1 + R * N + (centred ? 2 : 1) * R * N);
    add(at + ".weight/forward/weight", N);
    if (centred) add(at + ".bias/forward/weight", N);
    add(at + "/wgrad/activation_grad", R * N);
    add(at + "/wgrad/elementwise", R * N);
    for (const std::string parameter : {".weight", ".bias"}) {
      if (!centred && parameter == ".bias") continue;
      add(at + parameter + "/wgrad/accumulator", sums(N, R));
      add(at + parameter + "/wgrad/weight_grad", N);
    }
    add(at + ".weight/dgrad/weight", N);
    add(at + "/dgrad/accumulator", sums(G, n) * (centred ? 2 : 1));
    add(at + "/dgrad/elementwise", 2 * R * N + G + (centred ? G + R * N : 0) + 3 * R * N);
  }
  /// Of N channels: mean, and variance times n / (n - 1).
  void running_statistics(const std::string& layer, Size N) {
    add(layer + "/batch_norm/forward/elementwise", (2 + 2 * N) + (1 + N + 2 + 2 * N));
    add(layer + "/batch_norm/forward/optimizer_state", 2 * N);
  }
  void average_pool(const std::string& layer, Size outputs, Size taps) {
    add(layer + "/average_pool/forward/accumulator", sums(outputs, taps));
    add(layer + "/average_pool/forward/elementwise", outputs);
    add(layer + "/average_pool/dgrad/elementwise", outputs);
  }
  void attention(const std::string& layer, Size B, Size H, Size T, Size D, Size visible) {
    const Size R = B * H * T, N = B * T * H * D, S = B * H * visible;
    const std::string scores = layer + "/scores/", softmax = layer + "/softmax/",
                      context = layer + "/context/";
    add(scores + "forward/activation", 2 * N);
    product(scores + "forward", R * T, D);
    add(scores + "forward/elementwise", 1 + S);
    add(softmax + "forward/elementwise", 3 * S);
    add(softmax + "forward/accumulator", sums(R, T));
    add(context + "forward/activation", R * T + N);
    product(context + "forward", N, T);
    add(context + "dgrad/activation_grad", N);
    add(context + "dgrad/activation", R * T + N);
    product(context + "dgrad", N, T);
    product(context + "dgrad", R * T, D);
    add(softmax + "dgrad/elementwise", 3 * S);
    add(softmax + "dgrad/accumulator", sums(R, T));
    add(scores + "dgrad/elementwise", 1 + S);
    add(scores + "dgrad/activation_grad", R * T);
    add(scores + "dgrad/activation", 2 * N);
    product(scores + "dgrad", N, T);
    product(scores + "dgrad", N, T);
  }
  /// Of N tokens.
  void embedding(const std::string& layer, Size N, Size V, Size D) {
    add(layer + "/embedding/forward/weight", V * D);
    add(layer + "/embedding/wgrad/activation_grad", N * D);
    product(layer + "/embedding/wgrad", V * D, N);
    add(layer + "/embedding/wgrad/weight_grad", V * D);
  }
  /// Of R rows of C classes.
  void cross_entropy(Size R, Size C, bool smoothed) {
    add("loss/softmax/forward/elementwise", 3 * R * C);
    add("loss/softmax/forward/accumulator", sums(R, C));
    add("loss/cross_entropy/forward/loss", R + R + 1 + (smoothed ? 2 + 3 * R : 0));
    add("loss/cross_entropy/forward/accumulator", sums(1, R) + (smoothed ? sums(R, C) : 0));
    add("loss/cross_entropy/dgrad/loss", 1 + 2 * R * C + (smoothed ? 3 : 0));
  }
  /// Of n logits.
  void binary_cross_entropy(Size n) {
    add("input/target/forward/activation", n);
    add("loss/bce/forward/loss", 5 * n + 1);  // x t, a, e, log1p e, l; the mean
    add("loss/bce/forward/accumulator", sums(1, n));
    add("loss/bce/dgrad/loss", 1 + 3 * n);  // c; sigmoid x, - t, times c
  }
  /// Of R rows of C numbers.
  void log_softmax(const std::string& layer, Size R, Size C) {
    add(layer + "/log_softmax/forward/elementwise", 2 * R * C + R + R * C);  // d, e; log s; y
    add(layer + "/log_softmax/forward/accumulator", sums(R, C));
    add(layer + "/log_softmax/dgrad/elementwise", 3 * R * C);  // e, e t, dx
    add(layer + "/log_softmax/dgrad/accumulator", sums(R, C));
  }
  /// SGD without momentum.
  void update(const std::string& layer, const std::string& parameter, Size n) {
    add(layer + "/sgd." + parameter + "/optimizer/update", 1 + n);
    add(layer + "/sgd." + parameter + "/optimizer/master_weight", n);
  }
  void update_both(const std::string& layer, Size weights, Size biases) {
    update(layer, "weight", weights);
    update(layer, "bias", biases);
  }
};

/// In fp32, chunks in fp16.
std::string policy(const Formulas& f) {
  Json rules = Json::array();
  if (f.rounded_products) rules.push_back({{"match", {{"role", "product"}}}, {"format", "fp16"}});
  if (f.chunk != 0)
    rules.push_back({{"match", {{"role", "accumulator"}}},
                     {"format", "fp16"},
                     {"outer", "fp32"},
                     {"order", "chunked"},
                     {"chunk", f.chunk}});
  return Json{{"policy", rules}}.dump();
}

void check(const std::string& config, const Formulas& f) {
  const Setup setup{config, policy(f)};
  Run<float> run(setup);
  for (Size t = 0; t < 2; ++t) {
    const Counts before = counted(run.telemetry);
    const Size projections = run.telemetry.projections;
    run.step(t);
    CHECK(difference(increase(before, counted(run.telemetry)), f.c) == "");
    CHECK(run.telemetry.projections - projections == sum_of(f.c));
  }
}

Formulas variant() {
  Formulas f;
  f.chunk = GENERATE(0u, 5u);
  f.rounded_products = f.chunk != 0;
  return f;
}

constexpr const char* images = R"({
  "data": {"kind": "digits"}, "stats": {"histograms": "none"},
  "training": {"steps": 2, "batch_size": 3, "label_smoothing": 0.1, "optimizer": {"kind": "sgd", "lr": 0.01}},
  "model": {"kind": "sequential", "layers": [
    {"kind": "conv2d", "name": "c1", "channels": 2, "padding": 1},
    {"kind": "batch_norm", "name": "n1"},
    {"kind": "activation", "name": "a1", "function": "gelu"},
    {"kind": "max_pool", "name": "p1"},
    {"kind": "residual", "name": "r", "layers": [
      {"kind": "conv2d", "name": "c2", "channels": 2, "kernel": 1, "bias": false},
      {"kind": "activation", "name": "a2", "function": "silu"}]},
    {"kind": "average_pool", "name": "p2"},
    {"kind": "flatten"},
    {"kind": "rms_norm", "name": "n2"},
    {"kind": "linear", "name": "f1", "features": 6},
    {"kind": "layer_norm", "name": "n3"},
    {"kind": "linear", "name": "f2"}]}})";

TEST_CASE(
    "projections of a step: convolutions, pooling, every normalisation, gelu, silu, a residual, smoothed "
    "labels") {
  Formulas f = variant();
  INFO("chunk " << f.chunk);
  constexpr Size B = 3, pixels = B * 8 * 8, pooled = B * 4 * 4;
  f.add("input/data/forward/activation", pixels);
  f.conv2d("c1", pixels, 1, 2, 9, 9, false);
  f.bias("c1/bias", pixels, 2);
  f.normalisation("n1", "batch_norm", pixels, 2, 2, pixels);
  f.running_statistics("n1", 2);
  f.smooth("a1/gelu", pixels * 2);
  f.conv2d("r.body.c2", pooled, 2, 2, 1, 1, true);
  f.smooth("r.body.a2/silu", pooled * 2);
  f.add("r/add/forward/elementwise", pooled * 2);
  f.add("r.body.c2/fan_out/dgrad/activation_grad",
        pooled * 2);  // of the pooled image: shortcut, then the convolution
  f.average_pool("p2", B * 2 * 2 * 2, 4);
  f.normalisation("n2", "rms_norm", B, 8, B, 8);
  f.linear("f1", B, 8, 6);
  f.bias("f1/bias", B, 6);
  f.normalisation("n3", "layer_norm", B, 6, B, 6);
  f.linear("f2", B, 6, 10);
  f.bias("f2/bias", B, 10);
  f.cross_entropy(B, 10, true);
  f.update_both("c1", 2 * 9, 2);
  f.update_both("n1", 2, 2);
  f.update("r.body.c2", "weight", 2 * 2);
  f.update("n2", "weight", 8);
  f.update_both("f1", 6 * 8, 6);
  f.update_both("n3", 6, 6);
  f.update_both("f2", 10 * 6, 10);
  check(images, f);
}

TEST_CASE("projections of a step: a log-softmax, binary cross-entropy") {
  Formulas f = variant();
  INFO("chunk " << f.chunk);
  constexpr Size B = 7, I = 8, H = 6;
  f.add("input/data/forward/activation", B * I);
  f.linear("fc1", B, I, H, false);
  f.bias("fc1/bias", B, H);
  f.log_softmax("log", B, H);
  f.linear("fc2", B, H, 1);
  f.bias("fc2/bias", B, 1);
  f.binary_cross_entropy(B);
  f.update_both("fc1", H * I, H);
  f.update_both("fc2", H, 1);
  Json config = Json::parse(small_logits);
  config["training"]["batch_size"] = B;
  config["training"]["optimizer"] = {{"kind", "sgd"}, {"lr", 0.1}};
  check(config.dump(), f);
}

TEST_CASE("projections of a step: a gpt with one block") {
  Formulas f = variant();
  INFO("chunk " << f.chunk);
  constexpr Size B = 2, T = 5, R = B * T, H = 2, D = 4, V = 62, wide = 3;
  const std::string config = R"({
    "data": {"kind": "text", "context": 5}, "stats": {"histograms": "none"},
    "training": {"steps": 2, "batch_size": 2, "optimizer": {"kind": "sgd", "lr": 0.01}},
    "model": {"kind": "gpt", "layers": 1, "heads": 2, "width": 4, "hidden": 3}})";
  const std::string block = "blocks.0";
  f.embedding("wte", R, V, D);
  f.bias("wpe/position", B, T * D);
  for (const std::string& norm : {block + ".ln1", block + ".ln2", std::string("ln_f")}) {
    f.normalisation(norm, "layer_norm", R, D, R, D);
    f.update_both(norm, D, D);
  }
  for (const std::string name : {"q", "k", "v", "proj"}) {
    f.linear(block + ".attn." + name, R, D, D);
    f.bias(block + ".attn." + name + "/bias", R, D);
    f.update_both(block + ".attn." + name, D * D, D);
  }
  f.attention(block + ".attn", B, H, T, D / H, T * (T + 1) / 2);
  f.linear(block + ".mlp.fc", R, D, wide);
  f.bias(block + ".mlp.fc/bias", R, wide);
  f.smooth(block + ".mlp/gelu_tanh", R * wide);
  f.linear(block + ".mlp.proj", R, wide, D);
  f.bias(block + ".mlp.proj/bias", R, D);
  f.update_both(block + ".mlp.fc", wide * D, wide);
  f.update_both(block + ".mlp.proj", D * wide, D);
  f.add(block + "/add/forward/elementwise", 2 * R * D);
  // The gradients of q, k and v in one, after k and q; those of each branch and of its shortcut, in the branch's norm.
  f.add(block + ".attn.k/fan_out/dgrad/activation_grad", R * D);
  f.add(block + ".attn.q/fan_out/dgrad/activation_grad", R * D);
  f.add(block + ".ln1/fan_out/dgrad/activation_grad", R * D);
  f.add(block + ".ln2/fan_out/dgrad/activation_grad", R * D);
  f.linear("head", R, D, V);
  f.add("wte/fan_out/wgrad/weight_grad", V * D);
  f.update("wte", "weight", V * D);
  f.update("wpe", "weight", T * D);
  f.cross_entropy(R, V, false);
  check(config, f);
}

}  // namespace
