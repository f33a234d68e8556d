#pragma once
// What a value is, how it compares, and its neighbours: IEEE 754-2019 5.3.1, 5.7.2, 5.10, 5.11 and P3109.

#include <array>
#include <string_view>

#include "formats/format.hpp"

namespace exmy {

/// The ten classes of IEEE 754-2019 5.7.2, in its order. A value that was decoded is never signalling.
enum class NumberClass : std::uint8_t {
  signaling_nan,
  quiet_nan,
  negative_infinity,
  negative_normal,
  negative_subnormal,
  negative_zero,
  positive_zero,
  positive_subnormal,
  positive_normal,
  positive_infinity
};
inline constexpr std::array<std::string_view, 10> number_class_names{
    "signaling_nan", "quiet_nan",     "negative_infinity",  "negative_normal", "negative_subnormal",
    "negative_zero", "positive_zero", "positive_subnormal", "positive_normal", "positive_infinity"};
/// The same in P3109's words, which has one NaN and one zero.
inline constexpr std::array<std::string_view, 10> p3109_class_names{
    "ClsNaN",  "ClsNaN",  "ClsNegativeInfinity",  "ClsNegativeNormal", "ClsNegativeSubnormal",
    "ClsZero", "ClsZero", "ClsPositiveSubnormal", "ClsPositiveNormal", "ClsPositiveInfinity"};

/// x is a value of the format. Subnormal: 0 < |x| < 2^e_min. A zero is negative only with semantics ieee754.
NumberClass classify(const Format& format, double x);
/// Finite, not zero, not subnormal.
bool is_normal(const Format& format, double x);
bool is_subnormal(const Format& format, double x);
/// The sign of x is -, also of -0; under p3109 x < 0. False for NaN.
bool is_sign_minus(double x, Semantics semantics);

/// IEEE 754's totalOrder: -0 before +0, NaN after everything. P3109's TotalOrder: NaN before everything,
/// zeros equal. True also for equal operands.
bool total_order(double x, double y, Semantics semantics);

/// The least value of the format that is greater than x, IEEE 754's nextUp: of the largest negative number
/// -0 where the format has it, of either zero the smallest positive number, of the maximum infinity. What
/// nothing is greater than (infinity, or the maximum where there is none) is its own neighbour; under p3109
/// it has none, and the result is NaN if the format has one. NaN gives NaN.
double next_greater_than(const Format& format, double x);
/// The greatest value of the format that is less than x, nextDown: likewise; of the smallest positive
/// number +0, of a zero the largest negative number. An unsigned format ends at 0 or its smallest number.
double next_less_than(const Format& format, double x);

}  // namespace exmy
