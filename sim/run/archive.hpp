#pragma once
// A state as arrays: what a checkpoint stores. Tensors are F32 or F64 (the carrier), integers U64 and numbers
// F64 lists (a single one has an empty shape), texts U8. The formats of tensors are in the metadata, their ten
// parameters as numbers.

#include <string>

#include "sim/base/safetensors.hpp"
#include "sim/nn/state.hpp"

namespace exmy {

/// Copies what it is shown.
template <class T>
class ArchiveWriter : public StateVisitor<T> {
 public:
  void tensor(const std::string& name, Tensor<T>& value) override;
  void integer(const std::string& name, std::uint64_t& value) override;
  void real(const std::string& name, double& value) override;
  void integers(const std::string& name, std::vector<std::uint64_t>& values) override;
  void reals(const std::string& name, std::vector<double>& values) override;
  void text(const std::string& name, std::string& value) override;

  StoredArrays take() { return std::move(stored_); }

 private:
  void add(const std::string& name, StoredArray array);
  StoredArrays stored_;
};

/// Replaces what it is shown by what was stored. CorruptFile where there is nothing of that name, or something
/// of another type or shape; `finish` where something was never asked for.
template <class T>
class ArchiveReader : public StateVisitor<T> {
 public:
  ArchiveReader(const StoredArrays& stored, std::string file) : stored_(&stored), file_(std::move(file)) {}

  void tensor(const std::string& name, Tensor<T>& value) override;
  void integer(const std::string& name, std::uint64_t& value) override;
  void real(const std::string& name, double& value) override;
  void integers(const std::string& name, std::vector<std::uint64_t>& values) override;
  void reals(const std::string& name, std::vector<double>& values) override;
  void text(const std::string& name, std::string& value) override;
  void finish() const;

 private:
  const StoredArray& find(const std::string& name, const std::string& dtype);
  [[noreturn]] void fail(const std::string& reason) const;

  const StoredArrays* stored_;
  std::string file_;
  std::size_t found_ = 0;
};

}  // namespace exmy
