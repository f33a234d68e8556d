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

}  // namespace exmy::oracle
