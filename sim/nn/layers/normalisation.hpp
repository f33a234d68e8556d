#pragma once
// Layer, root-mean-square and batch normalisation over the last dimension.

#include "sim/nn/layers/layer.hpp"
#include "sim/nn/ops/normalisation.hpp"

namespace exmy {

struct NormalisationOptions {
  Normalisation kind = Normalisation::layer;
  double epsilon = 1e-5;
  double momentum = 0.1;  ///< of the running statistics, `batch` only
};

/// [...][N] stays [...][N]: `layer` and `rms` make each row of N elements normal, `batch` each of N channels over the batch
/// and all other dimensions. Operation `layer_norm`, `rms_norm` or `batch_norm`; parameters `weight` [N], 1, and, but for
/// `rms`, `bias` [N], 0; `batch` has the buffers `running_mean` [N], +0, and `running_var` [N], P(1) at (layer,
/// init.running_mean | init.running_var, forward, optimizer_state). ShapeError for an input without dimensions.
LayerFactory normalisation(const NormalisationOptions& options);

}  // namespace exmy
