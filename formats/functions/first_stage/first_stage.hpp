#pragma once
// First stages of the functions: inside exmy::functions and its tests only.

#include <cstddef>

#include "formats/functions/function.hpp"

namespace exmy::functions {

/// What plain doubles know of f(x), |low| <= |high|:
/// - |f(x) - (high + low)| < error, a strict bound, or
/// - |low| < 2^-60 |high| and f(x) lies strictly between high and high + low: where a tail is smaller than
///   any double can tell, as in tanh(1000). No double lies there, so that high + low is cut like f(x).
///   Nothing is known if error is 0, NaN, or not below |high| / 4.
struct Estimate {
  double high;
  double low;
  double error;
};

/// One function at one instruction-set level.
struct FirstStage {
  /// odd[i] = f(x[i]) rounded to odd at 53 - shift bits where the estimate decides it; otherwise NaN. REQUIRES that x
  /// and odd do not overlap.
  void (*decide)(const double* x, double* odd, std::size_t n, int shift) = nullptr;
  /// What `decide` knows: the estimates, for tests of their bounds.
  void (*estimate)(const double* x, Estimate* estimates, std::size_t n) = nullptr;
};

/// The first stage of f; both members are null where it has none.
using FirstStages = FirstStage (*)(Function f);

FirstStage first_stage_baseline(Function f);
FirstStage first_stage_v3(Function f);
FirstStage first_stage_v4(Function f);

}  // namespace exmy::functions
