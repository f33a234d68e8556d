#pragma once
// The samples of a step as the network and the loss take them.

#include <cstdint>
#include <vector>

#include "sim/nn/datasets/dataset.hpp"
#include "sim/ops/context.hpp"

namespace exmy {

/// The samples of one micro-batch, by index into a data set.
struct Batch {
  const Dataset* data;
  std::vector<std::size_t> samples;
};

/// What the network gives for a sample: one number a class, or the targets.
std::size_t outputs_of(const Dataset& data);

/// Input and labels of a classification.
template <class T>
struct LabelledBatch {
  Tensor<T> x;
  std::vector<std::int32_t> labels;     ///< one a row of the outputs; ignored_label: of no row
  std::vector<std::uint8_t> real = {};  ///< [B][T]: 0 where the token is padding; empty: there is none
};

/// Input [B][sample ...]. Features are projected at input/data/forward/activation; tokens are taken as they are. Labels are
/// empty for targets. Of masked tokens the number (i T + t) of a position, i the sample's place in the batch, belongs to it:
/// it is hidden where the uniform number of the stream `mask` of the step is below 0.15, and its label is its token; where
/// that of `mask/kind` is below 0.8 the input is the hiding token, else below 0.9 the token floor(u V), u from
/// `mask/token`, else what it was. Evaluations take streams `eval/mask...` at step 0, i the sample's number: always the
/// same.
template <class T>
LabelledBatch<T> labelled(Context& context, const Batch& batch);

/// Targets of a regression, or one-hot rows of the labels of samples; [B][outputs].
Tensor<double> targets_of(const Batch& batch);

/// Predictions, and how many are right.
struct Hits {
  std::size_t correct = 0, count = 0;
};

/// Labels: the largest output of a row is its label; rows without one are none. Targets: all outputs of a sample on that
/// side of `border` where the target's is of 1/2.
template <class T>
Hits hits_in(const Tensor<T>& y, const Batch& batch, const std::vector<std::int32_t>& labels, double border);

}  // namespace exmy
