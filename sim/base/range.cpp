#include "sim/base/range.hpp"

#include <cmath>

#include "sim/base/json_text.hpp"

namespace exmy {
namespace {

std::string bound(double x) {  // 8, not 8.0
  const bool short_integer = std::fabs(x) <= 0x1p53 && x == std::floor(x);
  return short_integer ? std::to_string(static_cast<long long>(x)) : compact_text(json_number(x));
}

}  // namespace

std::string Range::text() const {
  const bool has_low = low > -infinity;
  const bool has_high = high < infinity;
  if (has_low && has_high) {
    return (low_open ? " in (" : " in [") + bound(low) + ", " + bound(high) + (high_open ? ')' : ']');
  }
  if (has_low) return (low_open ? " > " : " >= ") + bound(low);
  if (has_high) return (high_open ? " < " : " <= ") + bound(high);
  return "";
}

double Range::member() const {
  for (const double x : {0.0, 1.0, low, high}) {
    if (contains(x) && std::isfinite(x)) return x;
  }
  if (high == infinity) return low + 1;
  return low == -infinity ? high - 1 : low + (high - low) / 2;
}

}  // namespace exmy
