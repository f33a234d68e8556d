#pragma once
// Data on which the kernel that an analyser refuses gives wrong bits or counters.

#include <optional>
#include <string>
#include <vector>

#include "sim/ops/order_plan.hpp"
#include "sim/ops/reduction.hpp"
#include "tests/ops/waivers.hpp"

namespace exmy::test {

/// The family of kernels that is refused.
enum class Family { tiles, strips, orders };

enum class Levels { all, with_fma, without_fma };

/// One output: the sum of a[k] b[k], whose bits are wrong if the analyser is not heeded, or with `counts` the counters.
struct WrongData {
  Family family;
  std::string why;                  ///< what the analyser says
  std::vector<std::string> waived;  ///< the text of that, and of other refusals that it would meet next
  Reduction how;
  Format fa, fb;
  std::vector<float> a, b;
  bool counts = false;
  Levels levels = Levels::all;  ///< instruction sets at which it refuses
  /// Of orders, where the analyser has no formula for what it refuses (it would divide by zero): this plan.
  std::optional<OrderPlan> plan{};
};

/// What became of kernels that were not refused; `equal`: to the definition.
enum class Verdict { refused, discarded, equal, different };

/// By the kernels of every level, after the plan that is made if `waived` is; the public path, which refuses, gives the bits
/// and counters of the definition. Returns what is not so, or nothing.
std::string trouble_with(const WrongData& data);

/// The kernels of the level in use, without those refusals.
Verdict verdict_without(const std::vector<std::string>& waived, const WrongData& data);

/// A refusal for which there is no data, and why.
struct WithoutData {
  std::string text, reason;
};

/// Refusals of a family that neither have data (that was tried before) nor are in the list, and entries of the list that are none.
std::string refusals_without_data(Family family, const std::vector<WithoutData>& known);

}  // namespace exmy::test
