#include "sim/run/batch.hpp"

#include <algorithm>

#include "sim/nn/ops/losses.hpp"
#include "sim/ops/projector.hpp"

namespace exmy {
namespace {

/// `copy_row` writes the numbers of a sample to a place.
template <class CopyRow>
Tensor<double> gathered(std::size_t width, const std::vector<std::size_t>& samples, const CopyRow& copy_row) {
  Tensor<double> out({samples.size(), width}, Format{11, 52, 1023});
  for (std::size_t i = 0; i < samples.size(); ++i) copy_row(samples[i], out.data.data() + i * width);
  return out;
}

/// Which positions of masked samples are hidden, and how.
class MaskStreams {
 public:
  explicit MaskStreams(const Context& context)
      : evaluating_(context.evaluating()),
        hidden_(stream(context, "mask")),
        kind_(stream(context, "mask/kind")),
        token_(stream(context, "mask/token")) {}

  /// The number of position t of a sample that is in the batch at place i.
  std::uint64_t position(std::size_t i, std::size_t sample, std::size_t t, std::size_t length) const {
    return (evaluating_ ? sample : i) * length + t;
  }
  bool hides(std::uint64_t position) const { return hidden_.uniform(position) < 0.15; }
  std::size_t replaced(std::uint64_t position, std::size_t token, std::size_t vocabulary) const {
    const double kind = kind_.uniform(position);
    if (kind < 0.8) return vocabulary;
    if (kind >= 0.9) return token;
    return static_cast<std::size_t>(token_.uniform(position) * static_cast<double>(vocabulary));
  }

 private:
  static RandomStream stream(const Context& context, const std::string& name) {
    return {context.seed(), (context.evaluating() ? "eval/" : "") + name,
            context.evaluating() ? 0 : context.step()};
  }

  bool evaluating_;
  RandomStream hidden_, kind_, token_;
};

/// Tokens as they are: numbers of fp32, which holds them all.
template <class T>
Tensor<T> unprojected(const Tensor<double>& tokens) {
  Tensor<T> out(tokens.shape, Format{});
  for (std::size_t i = 0; i < out.size(); ++i) out.data[i] = static_cast<T>(tokens.data[i]);
  return out;
}

/// The same of a text.
template <class T>
LabelledBatch<T> tokens_of(const Context& context, const Batch& batch) {
  const TokenWindows& w = batch.data->tokens;
  const MaskStreams masks(context);
  LabelledBatch<T> out{Tensor<T>({batch.samples.size(), w.length}, Format{}),
                       std::vector<std::int32_t>(batch.samples.size() * w.length, ignored_label)};
  for (std::size_t i = 0; i < batch.samples.size(); ++i) {
    const std::uint16_t* ids = w.ids.data() + w.begin(batch.samples[i], batch.data->train_count);
    for (std::size_t t = 0; t < w.length; ++t) {
      std::size_t token = ids[t];
      std::int32_t& label = out.labels[i * w.length + t];
      const std::uint64_t position = masks.position(i, batch.samples[i], t, w.length);
      if (w.objective == TokenObjective::next) {
        label = ids[t + 1];
      } else if (masks.hides(position)) {
        label = ids[t];
        token = masks.replaced(position, token, w.vocabulary_count);
      }
      out.x.data[i * w.length + t] = static_cast<T>(token);
    }
  }
  return out;
}

}  // namespace

std::size_t outputs_of(const Dataset& data) {
  return data.classes_count > 0 ? static_cast<std::size_t>(data.classes_count) : data.targets_count;
}

template <class T>
LabelledBatch<T> labelled(Context& context, const Batch& batch) {
  const Dataset& data = *batch.data;
  if (data.has_tokens()) return tokens_of<T>(context, batch);
  const std::size_t n = data.features_count;
  Tensor<double> raw =
      gathered(n, batch.samples, [&](std::size_t sample, double* to) { data.x.copy(sample * n, n, to); });
  raw.shape.resize(1);
  for (const std::size_t side : data.shape()) raw.shape.push_back(side);
  LabelledBatch<T> out{data.token_features_count > 0
                           ? unprojected<T>(raw)
                           : project_numbers<T>(context, "input", "data", Role::activation, raw),
                       {}};
  if (data.padding)
    for (const T token : out.x.data) out.real.push_back(token == static_cast<T>(*data.padding) ? 0 : 1);
  if (data.classes_count > 0)
    for (const std::size_t s : batch.samples) out.labels.push_back(data.labels[s]);
  return out;
}

Tensor<double> targets_of(const Batch& batch) {
  const Dataset& data = *batch.data;
  const std::size_t n = data.targets_count;
  if (data.classes_count == 0)
    return gathered(n, batch.samples, [&](std::size_t sample, double* to) {
      std::copy_n(data.targets.data() + sample * n, n, to);
    });
  Tensor<double> y({batch.samples.size(), outputs_of(data)}, Format{11, 52, 1023});
  for (std::size_t i = 0; i < batch.samples.size(); ++i)
    y.data[i * y.columns() + static_cast<std::size_t>(data.labels[batch.samples[i]])] = 1;
  return y;
}

namespace {

template <class T>
bool is_largest(const T* row, std::size_t n, std::int32_t label) {
  return std::max_element(row, row + n) - row == label;
}

/// All on that side of the border where the target is of 1/2.
template <class T>
bool is_on_side(const T* row, const double* target, std::size_t n, T border) {
  bool right = true;
  for (std::size_t j = 0; j < n; ++j) right = right && (row[j] > border) == (target[j] > 0.5);
  return right;
}

}  // namespace

template <class T>
Hits hits_in(const Tensor<T>& y, const Batch& batch, const std::vector<std::int32_t>& labels, double border) {
  const std::size_t n = y.columns();
  const bool classes = batch.data->classes_count > 0;
  Hits hits;
  for (std::size_t r = 0; r < y.rows(); ++r) {
    if (classes && labels[r] == ignored_label) continue;
    const T* row = y.data.data() + r * n;
    const bool right = classes ? is_largest(row, n, labels[r])
                               : is_on_side(row, batch.data->targets.data() + batch.samples[r] * n, n,
                                            static_cast<T>(border));
    hits.correct += right ? 1 : 0;
    ++hits.count;
  }
  return hits;
}

template LabelledBatch<float> labelled(Context&, const Batch&);
template LabelledBatch<double> labelled(Context&, const Batch&);
template Hits hits_in(const Tensor<float>&, const Batch&, const std::vector<std::int32_t>&, double);
template Hits hits_in(const Tensor<double>&, const Batch&, const std::vector<std::int32_t>&, double);

}  // namespace exmy
