#include "sim/tools/quantization.hpp"

#include <algorithm>

#include "formats/arithmetic.hpp"
#include "formats/binary64.hpp"
#include "sim/base/json_text.hpp"
#include "sim/quant/moments.hpp"
#include "sim/run/report.hpp"
#include "sim/tools/numbers.hpp"

namespace exmy {

double StreamQuantizer::counted(const Outcome& outcome) {
  counters_.add(outcome.events);
  return outcome.value;
}

double StreamQuantizer::operator()(double x, std::uint64_t index) {
  const std::uint32_t r = random(index);
  return counted(scale_ == 1 ? project(how_, x, r) : div(how_, x, scale_, r));
}

double StreamQuantizer::operator()(const Exact& x, std::uint64_t index) {
  return counted(project(how_, x, random(index)));
}

QuantizationError error_of(const std::vector<double>& x, const std::vector<double>& q, double scale) {
  std::vector<double> before(x.size()), after(x.size());
  QuantizationError error;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double back = q[i] * scale;
    if (!is_finite(x[i]) || !is_finite(back)) continue;
    ++error.compared_count;
    before[i] = x[i];
    after[i] = back;
    error.max_error = std::max(error.max_error, magnitude(x[i] - back));
  }
  const double signal = l2_norm(std::span<const double>(before));
  const double noise = l2_distance(std::span<const double>(before), std::span<const double>(after));
  error.sqnr_db = noise == 0 && signal > 0 ? infinity64 : 2 * decibels(signal / noise);
  return error;
}

Json statistics_json(const Counters& counters, const QuantizationError& error) {
  Json counts = counters_json(counters);
  for (const char* key : {"swamped_count", "swamped_fraction", "update_lost_count", "update_lost_fraction"})
    counts.erase(key);  // of sums and updates
  Json out{
      {"counters", counts},
      {"error", {{"compared_count", error.compared_count}, {"max_error", json_number(error.max_error)}}}};
  if (!is_nan(error.sqnr_db)) out["error"]["sqnr_db"] = json_number(error.sqnr_db);
  return out;
}

}  // namespace exmy
