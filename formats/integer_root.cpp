#include "formats/integer_root.hpp"

#include <cmath>

namespace exmy {
namespace {

__extension__ typedef __int128 Int128;

/// floor(sqrt(n)), 2^124 <= n < 2^127. The hardware's root is right to 53 bits, one step of Newton's method
/// leaves an error of a few units.
std::uint64_t root_of(Uint128 n) {
  auto root = static_cast<std::uint64_t>(std::sqrt(static_cast<double>(n)));
  const auto rest = static_cast<Int128>(n - Uint128{root} * root);  // wraps to a small number of either sign
  root += static_cast<std::uint64_t>(
      static_cast<std::int64_t>(static_cast<double>(rest) / (2 * static_cast<double>(root))));
  while (Uint128{root} * root > n) --root;
  while (Uint128{root + 1} * (root + 1) <= n) ++root;
  return root;
}

}  // namespace

// Zimmermann's division of the rest (Karatsuba Square Root, 1999): with n = (head 2^48 + a) 2^48 + b, head =
// s^2 + r and r 2^48 + a = q 2 s + u, the root is s 2^48 + q, or one less.
IntegerRoot root_of(Uint128 high, Uint128 low) {
  constexpr int digit = 48;
  constexpr Uint128 mask = (Uint128{1} << digit) - 1;
  const std::uint64_t s = root_of(high);
  const Uint128 r = high - Uint128{s} * s;
  const Uint128 a = low >> (128 - digit);
  const Uint128 b = (low >> (128 - 2 * digit)) & mask;
  const Uint128 divisor = 2 * Uint128{s};
  const Uint128 q = ((r << digit) | a) / divisor;
  const Uint128 u = ((r << digit) | a) % divisor;
  Uint128 root = (Uint128{s} << digit) + q;
  const auto rest = static_cast<Int128>((u << digit) | b) - static_cast<Int128>(q * q);
  if (rest < 0) --root;  // n is no square then, as q would have been right: inexact as well
  const bool dropped = (low & ((Uint128{1} << (128 - 2 * digit)) - 1)) != 0;
  return {root, rest != 0 || dropped};
}

}  // namespace exmy
