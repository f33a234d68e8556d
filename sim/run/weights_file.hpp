#pragma once
// The weights of a network as other programs know them: named tensors in the layout of PyTorch's state_dict.

#include <stdexcept>
#include <string>
#include <vector>

#include "sim/ops/context.hpp"
#include "sim/run/archive.hpp"

namespace exmy {

/// As ArchiveWriter; tensors of four dimensions are kernels of convolutions, [O][H][W][I] here and [O][I][H][W] there.
template <class T>
class WeightsWriter : public ArchiveWriter<T> {
 public:
  void tensor(const std::string& name, Tensor<T>& value) override;
};

/// Every name and shape of a file that does not fit a network.
class WeightsMisfit : public std::runtime_error {
 public:
  explicit WeightsMisfit(std::vector<std::string> problems)
      : std::runtime_error("initial weights that do not fit the network"), problems_(std::move(problems)) {}
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  std::vector<std::string> problems_;
};

/// Replaces tensors by those of a file: dtypes F16, BF16, F32, F64, each number projected to the format of the site that
/// initialises the tensor, (layer, init.NAME, optimizer, master_weight), of running statistics (layer, init.NAME, forward,
/// optimizer_state): its second use, after the model's own initialisation. NaN and infinities are projected like every
/// number.
template <class T>
class WeightsReader : public StateVisitor<T> {
 public:
  WeightsReader(const StoredArrays& stored, Context& context) : stored_(&stored), context_(&context) {}

  void tensor(const std::string& name, Tensor<T>& value) override;
  /// From here on tensors are running statistics.
  void begin_statistics() { role_ = Role::optimizer_state; }
  /// WeightsMisfit: a name that the file lacks, or of another shape or dtype, or that nobody asked for (PyTorch's
  /// `num_batches_tracked` excepted).
  void finish() const;

  // A network consists of tensors.
  void integer(const std::string& name, std::uint64_t& value) override;
  void real(const std::string& name, double& value) override;
  void integers(const std::string& name, std::vector<std::uint64_t>& values) override;
  void reals(const std::string& name, std::vector<double>& values) override;
  void text(const std::string& name, std::string& value) override;

 private:
  const StoredArrays* stored_;
  Context* context_;
  Role role_ = Role::master_weight;
  std::vector<std::string> asked_, problems_;
};

}  // namespace exmy
