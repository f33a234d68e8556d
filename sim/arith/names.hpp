#pragma once
// The words for modes, formats and operations that `exmy arith` accepts, and the declaration uses: ours, those
// of IEEE P3109 and those of Berkeley TestFloat. A wrong one is a UsageError with a suggestion.

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/operations/operation.hpp"

namespace exmy::arith {

/// A mode besides its own name, which `sim/config/names.hpp` has.
struct RoundingName {
  Rounding value;
  std::string_view p3109;
  std::string_view family;     ///< the standard's: nearest (to odd too), directed, stochastic
  std::string_view testfloat;  ///< without the "r" of its option; empty where it has none
};
inline constexpr std::array rounding_modes{
    RoundingName{Rounding::nearest_even, "NearestTiesToEven", "nearest", "near_even"},
    RoundingName{Rounding::nearest_away, "NearestTiesToAway", "nearest", "near_maxMag"},
    RoundingName{Rounding::toward_zero, "TowardZero", "directed", "minMag"},
    RoundingName{Rounding::toward_positive, "TowardPositive", "directed", "max"},
    RoundingName{Rounding::toward_negative, "TowardNegative", "directed", "min"},
    RoundingName{Rounding::to_odd, "ToOdd", "nearest", "odd"},
    RoundingName{Rounding::stochastic_a, "StochasticA", "stochastic", ""},
    RoundingName{Rounding::stochastic_b, "StochasticB", "stochastic", ""},
    RoundingName{Rounding::stochastic_c, "StochasticC", "stochastic", ""}};

struct SaturationName {
  Saturation value;
  std::string_view p3109;
};
inline constexpr std::array saturation_modes{SaturationName{Saturation::none, "SatNone"},
                                             SaturationName{Saturation::finite, "SatFinite"},
                                             SaturationName{Saturation::propagate, "SatPropagate"}};

/// Numbers of random bits of the stochastic modes.
inline constexpr int min_random_bits = 1;
inline constexpr int max_random_bits = 32;

// By name, ours or the standard's.
Format format_named(const std::string& name);
Rounding rounding_named(const std::string& name);
Saturation saturation_named(const std::string& name);
const Operation& operation_named(const std::string& name);

/// The mode of TestFloat's option `-rNAME`.
Rounding testfloat_rounding(const std::string& name);

/// UsageError: unknown WHAT "NAME" (did you mean ...).
[[noreturn]] void unknown(std::string_view what, const std::string& name,
                          const std::vector<std::string>& known);

}  // namespace exmy::arith
