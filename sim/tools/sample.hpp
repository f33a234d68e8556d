#pragma once
// Data, sorted once, with running sums: the error of any grid follows from the sums between its boundaries.

#include <cstdint>
#include <span>
#include <vector>

#include "formats/functions/double_double.hpp"

namespace exmy {

/// A value and how often it occurs (not necessarily an integer: histograms and densities are samples too).
struct WeightedValue {
  double value = 0;
  double weight = 1;
  double spread = 0;  ///< width of the interval that the value stands for, uniformly filled
};

/// Magnitudes of one sign, ascending, without equal neighbours; the sums over the first i of them stand at i.
struct SampleSide {
  std::vector<double> x;
  std::vector<double> weight;                    ///< sum of w
  std::vector<functions::DoubleDouble> sum;      ///< sum of w x
  std::vector<functions::DoubleDouble> squares;  ///< sum of w (x^2 + spread^2 / 12)
};

class Sample {
 public:
  /// NaN and infinities are left out and counted. UsageError if no value but zeros is left, or if the largest
  /// magnitude lies outside of 2^-190 ... 2^190, where squares would leave binary64.
  explicit Sample(std::vector<WeightedValue> values);
  static Sample of(std::span<const double> values);
  /// Counts of magnitudes in [2^e, 2^(e+1)), e = first, first + 1 ..., each binade uniformly filled by 1,024
  /// points, half of them of either sign; and a number of zeros.
  static Sample of_histogram(int first, std::span<const std::uint64_t> counts, std::uint64_t zeros);

  const SampleSide& negative() const { return negative_; }
  const SampleSide& positive() const { return positive_; }
  double count() const { return count_; }  ///< finite values, zeros too
  double zeros() const { return zeros_; }
  double not_finite() const { return not_finite_; }
  double energy() const { return energy_; }  ///< sum of w x^2
  double rms() const { return rms_; }        ///< sqrt(energy / count)
  double amax() const { return amax_; }
  double smallest() const { return smallest_; }  ///< the smallest magnitude that is not 0

 private:
  void summarise();

  SampleSide negative_, positive_;
  double count_ = 0, zeros_ = 0, not_finite_ = 0, energy_ = 0, rms_ = 0, amax_ = 0, smallest_ = 0;
};

}  // namespace exmy
