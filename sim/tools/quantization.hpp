#pragma once
// Numbers, one after another, into a format, and what that did to them.

#include <cstdint>
#include <vector>

#include "formats/counters.hpp"
#include "formats/exact.hpp"
#include "formats/project.hpp"
#include "sim/base/json.hpp"
#include "sim/base/philox.hpp"

namespace exmy {

/// q_i = P(x_i / s), the exact quotient projected once. The stochastic modes draw R_i as element i of the random
/// stream with name `quantize` at step 0 (numerics: randomness).
class StreamQuantizer {
 public:
  /// `scale`: s, positive and finite.
  StreamQuantizer(const Projection& how, double scale, std::uint64_t seed)
      : how_(how), scale_(scale), random_(seed, "quantize", 0) {}

  double operator()(double x, std::uint64_t index);
  /// Without a scale.
  double operator()(const Exact& x, std::uint64_t index);

  const Projection& projection() const { return how_; }
  double scale() const { return scale_; }
  const Counters& counters() const { return counters_; }

 private:
  std::uint32_t random(std::uint64_t index) const {
    return is_stochastic(how_.rounding) ? random_.bits(index, how_.random_bits) : 0;
  }
  double counted(const Outcome& outcome);

  Projection how_;
  double scale_;
  RandomStream random_;
  Counters counters_;
};

/// How far q s lies from x, over the elements where both are finite; q s is one product in binary64.
struct QuantizationError {
  std::uint64_t compared_count = 0;
  double max_error = 0;  ///< max |x - q s|
  double sqnr_db = 0;    ///< 10 log10(sum x^2 / sum (x - q s)^2); infinite without error, NaN if all x are 0
};
QuantizationError error_of(const std::vector<double>& x, const std::vector<double>& q, double scale);

/// {"counters": {...}, "error": {...}}; what does not apply has no key.
Json statistics_json(const Counters& counters, const QuantizationError& error);

}  // namespace exmy
