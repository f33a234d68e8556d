#include <memory>

#include "formats/catalog.hpp"
#include "sim/bench/data.hpp"
#include "sim/bench/product.hpp"
#include "sim/bench/rows.hpp"
#include "sim/nn/ops/conv2d.hpp"

namespace exmy::bench {
namespace {

/// Square images and filters, padding so that stride 1 keeps the size.
struct ConvolutionLayer {
  const char* name;
  std::size_t side, in, out, kernel = 3, stride = 1;

  std::size_t padding() const { return kernel / 2; }
};

/// Those of a residual net with 8 layers for images of 32 x 32, shortcuts last.
const std::vector<ConvolutionLayer> resnet8{
    {"3-16x32", 32, 3, 16},           {"16-16x32", 32, 16, 16},         {"16-16x32", 32, 16, 16},
    {"16-32x32/2", 32, 16, 32, 3, 2}, {"32-32x16", 16, 32, 32},         {"32-64x16/2", 16, 32, 64, 3, 2},
    {"64-64x8", 8, 64, 64},           {"16-32x32/2", 32, 16, 32, 1, 2}, {"32-64x16/2", 16, 32, 64, 1, 2}};

// Operands e4m3fn, sums fp32.
const Format operands{
    .exponent_bits = 4, .mantissa_bits = 3, .bias = 7, .infinities = false, .nan = NanCodes::all_ones};

Policy policy_of_rows() {
  Rule rule;
  rule.match.roles = {Role::activation, Role::weight, Role::activation_grad};
  rule.format = operands;
  return Policy({rule});
}

/// One pass of one layer.
class Convolution {
 public:
  /// `images`: [B][H][W].
  Convolution(const ConvolutionLayer& layer, const Shape& images, Pass pass, bool counts,
              Histograms histograms)
      : pass_(pass), telemetry_({counts, histograms, 1000}), op_("c", layer.stride, layer.padding(), 1) {
    x_ = some("x", {images[0], images[1], images[2], layer.in});
    w_ = some("w", {layer.out, layer.kernel, layer.kernel, layer.in});
    d_ = some("d", Conv2d<float>::output(x_.shape, w_.shape, layer.stride, layer.padding(), 1));
  }
  Convolution(const Convolution&) = delete;

  void run() {
    const Inputs<float> in{{&x_, &w_}, {pass_ == Pass::dgrad, pass_ == Pass::wgrad}};
    context_.begin_step(0);
    if (pass_ == Pass::forward) {
      y_ = op_.forward(context_, in);
      return;
    }
    auto grads = op_.backward(context_, in, d_, d_);
    y_ = std::move(*grads[pass_ == Pass::wgrad ? 1 : 0]);
  }
  double multiply_adds() const { return static_cast<double>(d_.size() * w_.size() / w_.shape[0]); }
  const Tensor<float>& y() const { return y_; }
  const SiteRecord* record() const {
    const auto found = telemetry_.records().find(Site{"c", "conv2d", pass_, Role::accumulator});
    return found == telemetry_.records().end() ? nullptr : &found->second;
  }

 private:
  static Tensor<float> some(const std::string& name, const Shape& shape) {
    Tensor<float> t(shape, operands);
    t.data = values_of(operands, name, t.size(), 448);
    return t;
  }

  Pass pass_;
  Policy policy_ = policy_of_rows();
  Telemetry telemetry_;
  Context context_{policy_, telemetry_, 1};
  Conv2d<float> op_;
  Tensor<float> x_, w_, d_, y_;
};

/// Of low images, with what the definition gives: it alone counts histograms of sums.
std::string found_in(const ConvolutionLayer& layer, Pass pass, bool counts) {
  const Shape images{1, 4, layer.side};
  Convolution fast(layer, images, pass, counts, Histograms::none),
      slow(layer, images, pass, true, Histograms::all);
  fast.run(), slow.run();
  const std::string found = difference(fast.y().data, slow.y().data);
  return !found.empty() || !counts ? found : difference(fast.record()->total, slow.record()->total);
}

/// Beside the square product of the same kind.
Measurement convolutions(const std::vector<ConvolutionLayer>& layers, Pass pass, bool counts,
                         const Setting& setting) {
  const Extents square = setting.quick ? Extents{40, 48, 48} : Extents{256, 256, 256};
  const auto whole = std::make_shared<Product>(ProductCase{Reduction{}, operands, 448}, square, counts);
  auto all = std::make_shared<std::vector<std::unique_ptr<Convolution>>>();
  std::string found = whole->difference();
  double work = 0;
  for (const ConvolutionLayer& layer : layers) {
    if (layer.in == 3 && pass == Pass::dgrad) continue;  // nobody asks for the gradient of images
    if (found.empty()) found = found_in(layer, pass, counts);
    const Shape images{setting.quick ? std::size_t{1} : std::size_t{64}, layer.side, layer.side};
    all->push_back(std::make_unique<Convolution>(layer, images, pass, counts, Histograms::none));
    work += all->back()->multiply_adds();
  }
  const auto run = [all] {
    for (const auto& convolution : *all) convolution->run();
  };
  return {"the square product", [whole] { whole->run(); }, run, square.multiply_adds(), work, found, {}};
}

Row convolution_row(const std::string& name, std::optional<double> floor,
                    const std::vector<ConvolutionLayer>& layers, Pass pass, bool counts) {
  return {"convolution/" + name + "/" + std::string(name_of(pass)) + (counts ? "/counted" : ""),
          Judged::by_rate,
          "GMAC/s",
          floor,
          {},
          [=](const Setting& s) { return convolutions(layers, pass, counts, s); }};
}

}  // namespace

std::vector<Row> convolution_rows() {
  std::vector<Row> all;
  for (const bool counts : {false, true})
    for (const Pass pass : {Pass::forward, Pass::wgrad, Pass::dgrad})
      all.push_back(convolution_row("resnet-8", 0.5, resnet8, pass, counts));
  for (const std::size_t layer : {0u, 1u, 3u, 4u, 6u})
    for (const Pass pass : {Pass::forward, Pass::wgrad, Pass::dgrad})
      if (layer != 0 || pass != Pass::dgrad)
        all.push_back(convolution_row(resnet8[layer].name, {}, {resnet8[layer]}, pass, false));
  return all;
}

}  // namespace exmy::bench
