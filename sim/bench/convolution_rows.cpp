#include <memory>

#include "formats/catalog.hpp"
#include "sim/bench/data.hpp"
#include "sim/bench/product.hpp"
#include "sim/bench/rows.hpp"
#include "sim/nn/ops/conv2d.hpp"

namespace exmy::bench {
namespace {

/// A layer of a residual net for images of 32 x 32: 3 x 3 filters, padding 1.
struct ConvolutionLayer {
  const char* name;
  std::size_t side, in, out, stride;
};

constexpr std::array layers{
    ConvolutionLayer{"3-16x32", 32, 3, 16, 1}, ConvolutionLayer{"16-16x32", 32, 16, 16, 1},
    ConvolutionLayer{"16-32x32-stride2", 32, 16, 32, 2}, ConvolutionLayer{"64-64x8", 8, 64, 64, 1}};

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
  Convolution(const ConvolutionLayer& layer, std::size_t batch, Pass pass, bool counts, Histograms histograms)
      : pass_(pass), telemetry_({counts, histograms, 1000}), op_("c", layer.stride, 1, 1) {
    x_ = some("x", {batch, layer.side, layer.side, layer.in});
    w_ = some("w", {layer.out, 3, 3, layer.in});
    d_ = some("d", Conv2d<float>::output(x_.shape, w_.shape, layer.stride, 1, 1));
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

/// Of small images, with what the definition gives: it alone counts histograms of sums.
std::string found_in(ConvolutionLayer layer, Pass pass) {
  layer.side = 6;
  Convolution fast(layer, 2, pass, true, Histograms::none), slow(layer, 2, pass, true, Histograms::all);
  fast.run(), slow.run();
  return first_of(
      {difference(fast.y().data, slow.y().data), difference(fast.record()->total, slow.record()->total)});
}

Measurement convolution(const ConvolutionLayer& layer, Pass pass, bool counts, const Setting& setting) {
  const Extents square = setting.quick ? Extents{40, 48, 48} : Extents{256, 256, 256};
  const auto whole = std::make_shared<Product>(ProductCase{Reduction{}, operands, 448}, square, counts);
  const auto rows =
      std::make_shared<Convolution>(layer, setting.quick ? 1 : 64, pass, counts, Histograms::none);
  return {"the square product",
          [whole] { whole->run(); },
          [rows] { rows->run(); },
          square.multiply_adds(),
          rows->multiply_adds(),
          first_of({found_in(layer, pass), whole->difference()}),
          {}};
}

}  // namespace

std::vector<Row> convolution_rows() {
  std::vector<Row> all;
  for (const bool counts : {false, true})
    for (const ConvolutionLayer& layer : layers)
      for (const Pass pass : {Pass::forward, Pass::wgrad, Pass::dgrad})
        if (layer.in > 3 || pass != Pass::dgrad)  // nobody asks for the gradient of images
          all.push_back({std::string("convolution/") + layer.name + "/" + std::string(name_of(pass)) +
                             (counts ? "/counted" : ""),
                         Judged::by_rate,
                         "GMAC/s",
                         0.5,
                         {},
                         [=](const Setting& s) { return convolution(layer, pass, counts, s); }});
  return all;
}

}  // namespace exmy::bench
