#include "tests/support/words.hpp"

#include <cstdio>
#include <sstream>

namespace exmy::oracle {

std::string text(double x) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%a (%.17g)", x, x);
  return buffer;
}

std::string text(const Projection& how) {
  const Format& f = how.format;
  std::ostringstream out;
  const auto number = [](auto value) { return static_cast<int>(value); };
  out << "E" << f.exponent_bits << " M" << f.mantissa_bits << " bias " << f.bias << " signed " << f.is_signed
      << " negative_zero " << f.negative_zero << " zero " << f.zero << " subnormals " << number(f.subnormals)
      << " infinities " << f.infinities << " nan " << number(f.nan) << " semantics " << number(f.semantics)
      << "; rounding " << number(how.rounding) << " saturation " << number(how.saturation) << " N "
      << how.random_bits;
  return out.str();
}

}  // namespace exmy::oracle
