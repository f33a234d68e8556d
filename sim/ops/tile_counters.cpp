#include "sim/ops/tile_product.hpp"

namespace exmy {

TileCounts& operator+=(TileCounts& into, const TileCounts& c) {
  into.total += c.total;
  into.zero_in += c.zero_in;
  into.inexact += c.inexact;
  into.up += c.up;
  into.down += c.down;
  into.tie += c.tie;
  into.saturated += c.saturated;
  into.to_zero += c.to_zero;
  into.tiny += c.tiny;
  into.subnormal += c.subnormal;
  into.swamped += c.swamped;
  return into;
}

Counters counters_of(const TileCounts& c) {
  Counters counters;
  counters[Counter::total] = c.total;
  counters[Counter::zero_in] = c.zero_in;
  counters[Counter::inexact] = c.inexact;
  counters[Counter::rounded_up] = c.up;
  counters[Counter::rounded_down] = c.down;
  counters[Counter::tie] = c.tie;
  counters[Counter::saturated] = c.saturated;
  counters[Counter::underflow_to_zero] = c.to_zero;
  counters[Counter::underflow_inexact] = c.tiny;
  counters[Counter::subnormal_out] = c.subnormal;
  counters[Counter::swamped] = c.swamped;
  return counters;
}

}  // namespace exmy
