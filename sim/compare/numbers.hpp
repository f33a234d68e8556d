#pragma once
// Numbers with as many digits as their uncertainty leaves.

#include <optional>
#include <string>

namespace exmy {

/// A number and half of its interval, as text.
struct NumberText {
  std::string number;
  std::string half_width;  ///< empty: not known
};

/// The half width gets two significant digits, the number as many decimals; without a half width (or where it
/// is 0) the number gets four (six) significant digits.
NumberText text_of(double x, const std::optional<double>& half_width);

}  // namespace exmy
