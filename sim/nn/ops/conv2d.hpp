#pragma once
// Convolution of image batches (cross-correlation, as networks mean it).

#include "sim/nn/ops/weighted_product.hpp"
#include "sim/ops/patches.hpp"
#include "sim/tensor/windows.hpp"

namespace exmy {

/// x[B][H][W][C], w[O][kh][kw][C / G], G groups: output channel o belongs to group o / (O / G), which sees its C / G
/// channels; G = C: depthwise. s the stride, p the padding with zeros, q_ the quantised operands (each at every use):
///   y[b][r][q][o] = sum over (i, j, c) of q_x[b][r s + i - p][q s + j - p][c] q_w[o][i][j][c]
///   dw[o][i][j][c] = P(sum over (b, r, q) of q_d[b][r][q][o] q_x[b][r s + i - p][q s + j - p][c]), d = dy
///   dx[b][h][v][c] = sum over (i, j, o) with i = h + p, j = v + p (mod s) of
///                    q_d[b][(h + p - i) / s][(v + p - j) / s][o] q_w[o][i][j][c]
/// Indices ascend, the first one slowest; o and c run over one group. Outside of an image x and d are +0, and these terms
/// take part: forward k = kh kw C / G everywhere. dx has a product for each phase ((h + p) mod s, (v + p) mod s), so k is
/// the phase's taps times O / G; 0 taps: +0.
/// Sites (layer, conv2d, pass, ...) and `rescale` as those of MatrixProduct. Forward and wgrad are G products, dgrad is one
/// for each phase, ascending, that has elements, and in it for each group: each one use of the site, its outputs numbered
/// (b, r, q, o), (o, i, j, c) or (b, h, v, c) within it. Rescaling is one use for all.
/// y[B][H'][W'][O] (Window::output). Where no window fits y is empty. NaN and overflow: as in `dot`.
/// Inputs: x, w. REQUIRES C and O divisible by G, stride >= 1, kh, kw >= 1.
template <class T>
class Conv2d : public WeightedProduct<T> {
 public:
  Conv2d(std::string layer, std::size_t stride, std::size_t padding, std::size_t groups)
      : WeightedProduct<T>(std::move(layer), "conv2d"), stride_(stride), padding_(padding), groups_(groups) {}

  /// [B][H'][W'][O]; std::logic_error where x and w do not fit.
  static Shape output(const Shape& x, const Shape& w, std::size_t stride, std::size_t padding,
                      std::size_t groups);

 private:
  Patches<T> patches_of(const Shape& x, const Shape& w, PixelOrder order) const;
  Tensor<T> product(Context& context, const DotPlace& place, const Quantized<T>& x, const Quantized<T>& w,
                    Epilogue<T>& then) const override;
  Tensor<T> weight_grad(Context& context, const DotPlace& place, const Quantized<T>& d, const Quantized<T>& x,
                        const Shape& w, Epilogue<T>& then) const override;
  Tensor<T> input_grad(Context& context, const DotPlace& place, const Quantized<T>& d, const Quantized<T>& w,
                       const Shape& x, Epilogue<T>& then) const override;

  std::size_t stride_, padding_, groups_;
};

}  // namespace exmy
