#pragma once
// Formats of one size in every kind that the parameters allow.

#include <vector>

#include "formats/format.hpp"

namespace exmy::test {

/// Every admissible combination of the parameters that are not widths.
inline std::vector<Format> every_kind(int exponent_bits, int mantissa_bits, int bias) {
  std::vector<Format> result;
  for (int choice = 0; choice < 2 * 2 * 2 * 2 * 2 * 4 * 5; ++choice) {
    Format f{exponent_bits, mantissa_bits, bias};
    f.is_signed = choice % 2 != 0;
    f.negative_zero = choice / 2 % 2 != 0;
    f.zero = choice / 4 % 2 != 0;
    f.infinities = choice / 8 % 2 != 0;
    f.semantics = choice / 16 % 2 != 0 ? Semantics::p3109 : Semantics::ieee754;
    f.subnormals = static_cast<Subnormals>(choice / 32 % 4);
    f.nan = static_cast<NanCodes>(choice / 128);
    if (problem_of(f).empty()) result.push_back(f);
  }
  return result;
}

}  // namespace exmy::test
