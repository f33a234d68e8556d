#include "sim/nn/ops/conv2d.hpp"

#include <stdexcept>

#include "sim/ops/copy_rows.hpp"
#include "sim/ops/projector.hpp"

namespace exmy {
namespace {

Slide windows_along(std::size_t n, std::size_t taps, std::size_t stride, std::size_t padding) {
  const Window window{taps, 1, stride, padding};
  return {-static_cast<std::ptrdiff_t>(padding), stride, window.rows_of(n), taps, false};
}

/// Along one dimension, the elements h of x with (h + padding) mod stride = phase, and the taps that meet them.
struct Phase {
  std::size_t phase, stride, first;  ///< first: the smallest h
  Slide slide;                       ///< over dy

  Phase(std::size_t n, std::size_t taps, std::size_t s, std::size_t padding, std::size_t which)
      : phase(which), stride(s), first((which + s - padding % s) % s) {
    slide.windows = first < n ? (n - first + s - 1) / s : 0;
    slide.taps = which < taps ? (taps - which + s - 1) / s : 0;
    slide.origin = static_cast<std::ptrdiff_t>((first + padding) / s);
    slide.backward = true;
  }
  std::size_t tap(std::size_t i) const { return phase + i * stride; }
};

/// With few outputs for a pixel, pixels lie along the vectors. Windows of one element need no copy as they are.
PixelOrder order_for(std::size_t outputs, const Shape& w) {
  constexpr std::size_t few = 24;
  return outputs < few && w[1] * w[2] > 1 ? PixelOrder::planar : PixelOrder::interleaved;
}

template <class T>
MatrixView<T> matrix_of(const Patches<T>& patches, const Format& format) {
  if (patches.is_plain())
    return {patches.data(), patches.rows(), patches.columns(), patches.columns(), 1, format};
  return {patches.data(), patches.rows(), patches.columns(), 0, 0, format, patches.offsets()};
}

/// The filters of a group as rows.
template <class T>
MatrixView<T> filters(const Tensor<T>& w, std::size_t group, std::size_t groups) {
  const std::size_t count = w.shape[0] / groups, size = w.size() / w.shape[0];
  return {w.data.data() + group * count * size, count, size, size, 1, w.format};
}

/// The filters of a group that meet a phase: row (i, j, o), column c.
template <class T>
Tensor<T> filters_of(const Tensor<T>& w, std::size_t group, std::size_t groups, const Phase& rows,
                     const Phase& columns) {
  const std::size_t count = w.shape[0] / groups, width = w.shape[2], channels = w.shape[3];
  Tensor<T> out({rows.slide.taps, columns.slide.taps, count, channels}, w.format);
  T* to = out.data.data();
  for (std::size_t i = 0; i < rows.slide.taps; ++i)
    for (std::size_t j = 0; j < columns.slide.taps; ++j)
      for (std::size_t o = group * count; o < (group + 1) * count; ++o, to += channels)
        std::copy_n(w.data.data() + ((o * w.shape[1] + rows.tap(i)) * width + columns.tap(j)) * channels,
                    channels, to);
  return out;
}

/// Some channels of an image batch as a matrix [pixels][count].
template <class T>
Tensor<T> channels_of(const Tensor<T>& x, std::size_t first, std::size_t count) {
  Tensor<T> part({x.rows(), count}, x.format);
  copy_rows(x.data.data() + first, x.columns(), part.rows(), count, part.data.data(), count);
  return part;
}

/// The channels of a group into an image batch.
template <class T>
void put_channels(const Tensor<T>& part, std::size_t first, Tensor<T>& into) {
  const std::size_t count = part.columns();
  copy_rows(part.data.data(), count, part.rows(), count, into.data.data() + first, into.columns());
}

/// The elements of a phase, from row (b, r, q), into an image batch.
template <class T>
void put_phase(const Tensor<T>& part, const Phase& rows, const Phase& columns, std::size_t first,
               Tensor<T>& into) {
  const T* from = part.data.data();
  const std::size_t channels = part.columns(), count = columns.slide.windows, pixel = into.columns();
  for (std::size_t b = 0; b < into.shape[0]; ++b)
    for (std::size_t r = 0; r < rows.slide.windows; ++r, from += count * channels) {
      const std::size_t row = b * into.shape[1] + rows.first + r * rows.stride;
      copy_rows(from, channels, count, channels,
                into.data.data() + (row * into.shape[2] + columns.first) * pixel + first,
                columns.stride * pixel);
    }
}

}  // namespace

template <class T>
Shape Conv2d<T>::output(const Shape& x, const Shape& w, std::size_t stride, std::size_t padding,
                        std::size_t groups) {
  if (x.size() != 4 || w.size() != 4 || groups == 0 || stride == 0 || w[1] * w[2] == 0 ||
      w[3] * groups != x[3] || w[0] % groups != 0)
    throw std::logic_error("conv2d: x and w do not fit");
  const Window window{w[1], w[2], stride, padding};
  return {x[0], window.rows_of(x[1]), window.columns_of(x[2]), w[0]};
}

template <class T>
Patches<T> Conv2d<T>::patches_of(const Shape& x, const Shape& w, PixelOrder order) const {
  return Patches<T>(x, windows_along(x[1], w[1], stride_, padding_),
                    windows_along(x[2], w[2], stride_, padding_), w[3], order);
}

template <class T>
Tensor<T> Conv2d<T>::product(Context& context, const DotPlace& place, const Quantized<T>& x,
                             const Quantized<T>& w, Epilogue<T>& then) const {
  const Tensor<T>&q_x = x.q, &q_w = w.q;
  const Shape shape = output(q_x.shape, q_w.shape, stride_, padding_, groups_);
  Patches<T> patches = patches_of(q_x.shape, q_w.shape, order_for(q_w.shape[0] / groups_, q_w.shape));
  Tensor<T> y;
  if (groups_ > 1) y = Tensor<T>(shape, then.format());
  for (std::size_t g = 0; g < groups_; ++g) {
    patches.look_at(q_x, g * q_w.shape[3]);
    const std::size_t first = g * (shape[3] / groups_);
    then.place({first, shape[3]});
    Tensor<T> part = dot(context, place, MatrixBatch(matrix_of(patches, q_x.format)),
                         MatrixBatch(filters(q_w, g, groups_).transposed()), then);
    if (groups_ == 1)
      y = std::move(part), y.shape = shape;
    else
      put_channels(part, first, y);
  }
  return y;
}

template <class T>
Tensor<T> Conv2d<T>::weight_grad(Context& context, const DotPlace& place, const Quantized<T>& d,
                                 const Quantized<T>& x, const Shape& w, Epilogue<T>& then) const {
  Patches<T> patches = patches_of(x.q.shape, w, PixelOrder::interleaved);
  Tensor<T> dw;
  if (groups_ > 1) dw = Tensor<T>(w, then.format());
  const std::size_t count = w[0] / groups_;
  for (std::size_t g = 0; g < groups_; ++g) {
    patches.look_at(x.q, g * w[3]);
    const Tensor<T> own = groups_ > 1 ? channels_of(d.q, g * count, count) : Tensor<T>();
    const MatrixView<T> dy = matrix(groups_ > 1 ? own : d.q).transposed();
    const std::size_t columns = w[1] * w[2] * w[3], first = g * count * columns;
    then.place({first, columns});
    Tensor<T> part = dot(context, place, MatrixBatch(dy), MatrixBatch(matrix_of(patches, x.q.format)), then);
    if (groups_ == 1)
      dw = std::move(part), dw.shape = w;
    else
      std::copy(part.data.begin(), part.data.end(), dw.data.begin() + static_cast<std::ptrdiff_t>(first));
  }
  return dw;
}

template <class T>
Tensor<T> Conv2d<T>::input_grad(Context& context, const DotPlace& place, const Quantized<T>& d,
                                const Quantized<T>& w, const Shape& x, Epilogue<T>& then) const {
  const bool is_one_product = stride_ == 1 && groups_ == 1;
  Tensor<T> dx;
  if (!is_one_product) dx = Tensor<T>(x, then.format());
  Epilogue<T> sums(context, place);  // of phases, whose outputs are not numbered in rows
  const std::size_t count = w.q.shape[0] / groups_, channels = w.q.shape[3];
  for (std::size_t i = 0; i < stride_; ++i)
    for (std::size_t j = 0; j < stride_; ++j) {
      const Phase rows(x[1], w.q.shape[1], stride_, padding_, i);
      const Phase columns(x[2], w.q.shape[2], stride_, padding_, j);
      if (rows.slide.windows == 0 || columns.slide.windows == 0) continue;
      Patches<T> patches(d.q.shape, rows.slide, columns.slide, count, order_for(channels, w.q.shape));
      for (std::size_t g = 0; g < groups_; ++g) {
        patches.look_at(d.q, g * count);
        const Tensor<T> own = filters_of(w.q, g, groups_, rows, columns);
        then.place({g * channels, x[3]});
        Tensor<T> part = dot(context, place, MatrixBatch(matrix_of(patches, d.q.format)),
                             MatrixBatch(matrix(own)), stride_ == 1 ? then : sums);
        if (is_one_product)
          dx = std::move(part), dx.shape = x;
        else
          put_phase(part, rows, columns, g * channels, dx);
      }
    }
  if (stride_ != 1) then.over(dx);
  return dx;
}

template class Conv2d<float>;
template class Conv2d<double>;

}  // namespace exmy
