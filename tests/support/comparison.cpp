#include "tests/support/comparison.hpp"

#include <cstring>
#include <sstream>

namespace exmy::oracle {

bool Comparison::same(const Outcome& got, std::uint8_t got_flags, const Answer& want) {
  return std::memcmp(&got.value, &want.value, sizeof(double)) == 0 && got.events.bits == want.events &&
         got_flags == want.flags;
}

std::string Comparison::difference(const Outcome& got, std::uint8_t got_flags, const Answer& want) {
  std::ostringstream out;
  out << std::hex << "\n    got  " << text(got.value) << " events " << got.events.bits << " flags "
      << int{got_flags} << "\n    want " << text(want.value) << " events " << want.events << " flags "
      << int{want.flags} << "\n";
  return out.str();
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
