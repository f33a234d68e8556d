#pragma once
// Reductions by the quick kernels, and what is told of how a reduction was done.

#include <optional>
#include <string>
#include <string_view>

#include "sim/ops/epilogue.hpp"
#include "sim/ops/matmul.hpp"
#include "sim/ops/matrix_batch.hpp"
#include "sim/tensor/elements.hpp"

namespace exmy {

/// Of two operands: P3109 if one is.
Semantics either(const Format& a, const Format& b);

/// What the sites of a reduction count, and what is said of how it was done.
struct Telling {
  SiteRecord *product, *accumulator;  ///< null: nothing is counted there
  Counting counting;
  KernelUses* operation = nullptr;  ///< of the operation of a run that the reduction is part of
  std::string why_not{};            ///< why no quick kernel could do it

  bool counts() const { return counting != Counting::nothing; }
  bool says() const { return accumulator != nullptr || operation != nullptr; }
  void refused(std::string_view kernel, std::string_view why) {
    if (says()) why_not.append(why_not.empty() ? "" : "; ").append(kernel).append(": ").append(why);
  }
  /// `key`: of sim/ops/kernel_keys.hpp or of tiles; the same with the same `why_not` has the same text.
  template <class Text>
  void done_by(std::uint64_t key, const Text& text) const {
    if (accumulator != nullptr) accumulator->kernels.add(key, why_not, text);
    if (operation != nullptr) operation->add(key, why_not, text);
  }
  void add(const DotCounters& steps) const;
};

/// The sums [count][a.rows][b.columns] by the kernels in binary32 that are proven to give the bits of the definition; nothing, and
/// why, where none is. `then`: gets the outputs, whose steps the sums have taken.
std::optional<Elements<float>> quick_dot(const Reduction& how, const DotRandom& random,
                                         const MatrixBatch<float>& a, const MatrixBatch<float>& b,
                                         Telling& telling, Epilogue<float>& then);

}  // namespace exmy
