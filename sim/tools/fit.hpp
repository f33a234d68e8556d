#pragma once
// Which format fits data best: the error of every signed format of a width.

#include <cstdint>
#include <vector>

#include "formats/format.hpp"
#include "sim/base/json.hpp"
#include "sim/tools/sample.hpp"

namespace exmy {

/// What data became in a format: rounded to nearest even, saturated at the maximum, scaled: q = P(x / s), q s
/// stands for x. The same as projecting each value, which a test compares.
struct FitResult {
  Format format{};
  double scale = 1;
  double noise = 0;                    ///< sum of (x - q s)^2
  double sqnr_db = 0;                  ///< 10 log10(sum x^2 / noise); infinite without noise
  double max_error = 0;                ///< max |x - q s|
  double underflow_fraction = 0;       ///< of all finite values: not 0, and became 0
  double overflow_fraction = 0;        ///< of all finite values: |z| > maximum, saturated
  std::uint64_t codes_used_count = 0;  ///< finite values that some x became; +0 and -0 are one
  double codes_used_fraction = 0;      ///< of all finite values of the format
};

/// REQUIRES: a signed format of at most 16 bits with zero, gradual subnormals; a positive finite scale.
FitResult fit_of(const Sample& sample, const Format& format, double scale);

enum class FitScale : std::uint8_t {
  none,  ///< s = 1: every bias that makes a difference
  pow2,  ///< the usual bias, and the best power of two (which is the best bias of all)
  best   ///< the usual bias, and the best real scale that clips not above `clip` times the largest magnitude
};

enum class FitSpecials : std::uint8_t {
  none,  ///< every code but that of -0 is a number
  fn,    ///< no infinities, the all-ones magnitude is NaN
  ieee   ///< the top exponent is infinity and NaN
};

struct FitOptions {
  int least_bits = 4, most_bits = 8;  ///< 2 to 16
  FitScale scale = FitScale::none;
  FitSpecials specials = FitSpecials::none;
  double clip = 1.2;  ///< of `best`: largest maximum times s, in units of the data's largest magnitude
};

/// All of them, best SQNR first; equal ones: narrow before wide, few exponent bits before many, small biases
/// first. With scale `none` and biases so that the format's normal numbers cover all data, which all give the
/// same, only the bias nearest to the usual one is there, and none whose maximum lies below 1/64 of the data's
/// root mean square or whose smallest number above twice their largest magnitude.
std::vector<FitResult> fit(const Sample& sample, const FitOptions& options);

/// {"format": {...}, "bits", "bias", "scale", "sqnr_db", ...}.
Json fit_json(const FitResult& result);

}  // namespace exmy
