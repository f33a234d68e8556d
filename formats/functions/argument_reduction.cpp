#include "formats/functions/argument_reduction.hpp"

#include <array>
#include <bit>
#include <cstdint>

#include "formats/functions/approximation.hpp"
#include "formats/functions/tables/constants.hpp"
#include "formats/functions/tables/two_over_pi.hpp"

namespace exmy::functions {

namespace {

__extension__ using Wide = unsigned __int128;

/// A number of 256 bits, most significant word first.
using Words = std::array<std::uint64_t, 4>;

/// The 64 bits of `source` that begin at bit `offset`, counted from the most significant one.
template <std::size_t N>
std::uint64_t bits_at(const std::array<std::uint64_t, N>& source, unsigned offset) {
  const unsigned word = offset / 64;
  const unsigned shift = offset % 64;
  const std::uint64_t high = word < N ? source[word] << shift : 0;
  return shift == 0 || word + 1 >= N ? high : high | source[word + 1] >> (64 - shift);
}

template <std::size_t N>
Words words_at(const std::array<std::uint64_t, N>& source, unsigned offset) {
  Words words{};
  for (unsigned j = 0; j < 4; ++j) words[j] = bits_at(source, offset + 64 * j);
  return words;
}

/// words times m modulo 2^256.
Words product(Words words, std::uint64_t m) {
  Wide carry = 0;
  for (unsigned j = 4; j-- > 0;) {
    carry += static_cast<Wide>(words[j]) * m;
    words[j] = static_cast<std::uint64_t>(carry);
    carry >>= 64;
  }
  return words;
}

Words negated(Words words) {
  for (auto& word : words) word = ~word;
  for (unsigned j = 4; j-- > 0 && ++words[j] == 0;) {
  }
  return words;
}

unsigned leading_zeros(const Words& words) {
  unsigned j = 0;
  while (j < 3 && words[j] == 0) ++j;
  return 64 * j + static_cast<unsigned>(std::countl_zero(words[j]));
}

/// The first 106 significant bits of words / 2^256; what is cut off is below 2^-105 of it.
DoubleDouble leading_part(const Words& words) {
  const unsigned zeros = leading_zeros(words);
  const Words w = words_at(words, zeros);
  const auto high = static_cast<double>(w[0] >> 11);
  const auto low = static_cast<double>((w[0] & 0x7ff) << 42 | w[1] >> 22);
  const int e = static_cast<int>(zeros);
  return fast_two_sum(high * power_of_two(-53 - e), low * power_of_two(-106 - e));
}

}  // namespace

/// Payne and Hanek, "Radian reduction for trigonometric functions", SIGNUM Newsletter 18, 1983. With
/// x = m 2^e, m < 2^53, x 2/pi modulo 4 needs only the 256 bits of 2/pi from weight 2^(1-e) on: their product
/// with m, modulo 2^256, is x 2/pi in units of 2^-254, less than 2^-201 too small. No double comes closer
/// than 2^-62 to a multiple of pi/2 (Muller et al., Handbook of Floating-Point Arithmetic): 2^-138 at worst.
Quadrant reduce_quadrant(double x) {
  const Split s = split(x);
  const int e = s.e - 52;
  const auto m = static_cast<std::uint64_t>(s.m * 0x1p52);
  const Words turns = product(words_at(tables::two_over_pi, static_cast<unsigned>(e + 62)), m);
  Words fraction = words_at(turns, 2);
  const bool up = fraction[0] >> 63 != 0;  // nearer to the next quadrant
  if (up) fraction = negated(fraction);
  const DoubleDouble r = leading_part(fraction) * tables::half_pi;
  return {up ? -r : r, (static_cast<unsigned>(turns[0] >> 62) + (up ? 1U : 0U)) % 4};
}

}  // namespace exmy::functions
