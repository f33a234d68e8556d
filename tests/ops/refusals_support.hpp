#pragma once
// Data on which the kernel that an analyser refuses gives wrong bits or counters.

#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "formats/catalog.hpp"
#include "sim/ops/order_plan.hpp"
#include "sim/ops/reduction.hpp"
#include "tests/ops/waivers.hpp"
#include "tests/support/catch.hpp"

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

/// Makes data for a family.
struct DataOf {
  Family family;

  WrongData operator()(std::string why, std::vector<std::string> waived, const Reduction& how, const char* fa,
                       const char* fb, std::vector<float> a, std::vector<float> b) const {
    WrongData d{family,        std::move(why), std::move(waived), how,
                format_of(fa), format_of(fb),  std::move(a),      std::move(b)};
    d.how.block.e_min_a = d.fa.e_min(), d.how.block.e_min_b = d.fb.e_min();
    return d;
  }
};

/// The same where the refusal is the text that is waived.
struct PlainDataOf {
  Family family;

  WrongData operator()(const char* why, const Reduction& how, const char* fa, const char* fb,
                       std::vector<float> a, std::vector<float> b) const {
    return DataOf{family}(why, {why}, how, fa, fb, std::move(a), std::move(b));
  }
};

inline constexpr float infinity = std::numeric_limits<float>::infinity();

inline WrongData counted(WrongData d) {
  d.counts = true;
  return d;
}

inline WrongData at(Levels levels, WrongData d) {
  d.levels = levels;
  return d;
}

inline Format with_bias(const char* name, int bias) {
  Format f = format_of(name);
  f.bias = bias;
  return f;
}

/// fp16 but for its subnormals.
inline Format fp16_with(Subnormals subnormals) {
  Format f = format_of("fp16");
  f.subnormals = subnormals;
  return f;
}

inline Format unsigned_fp16() {
  Format f = format_of("fp16");
  f.is_signed = f.negative_zero = false;
  return f;
}

/// What became of kernels that were not refused; `equal`: to the definition.
enum class Verdict { refused, discarded, equal, different };

/// By the kernels of every level, after the plan that is made if `waived` is; the public path, which refuses, gives the bits
/// and counters of the definition. Returns what is not so, or nothing.
std::string trouble_with(const WrongData& data);

inline void check(const WrongData& data) {
  INFO(data.why);
  CHECK(trouble_with(data) == "");
}

/// The kernels of the best level, without those refusals.
Verdict verdict_without(const std::vector<std::string>& waived, const WrongData& data);

/// A refusal for which there is no data, and why.
struct WithoutData {
  std::string text, reason;
};

/// Refusals of a family that neither have data (that was tried before) nor are in the list, and entries of the list that are none.
std::string refusals_without_data(Family family, const std::vector<WithoutData>& known);

}  // namespace exmy::test
