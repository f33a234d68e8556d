#pragma once
// Decimal numbers, so that a range of 0 to 1 in steps of 0.1 holds 0.3 and not 0.30000000000000004.

#include <cstdint>
#include <optional>

namespace exmy {

/// digits * 10^exponent, exactly.
struct Decimal {
  std::int64_t digits = 0;
  int exponent = 0;
};

/// The shortest decimal number that reads back as `x` (finite), without zeros at the end.
Decimal decimal_of(double x);

/// The nearest double; nothing where that is infinite, or 0 without being 0.
std::optional<double> to_double(const Decimal& x);

/// digits * 10^(exponent - e) * 10^e; nothing where these digits are no int64.
std::optional<Decimal> with_exponent(const Decimal& x, int e);

/// The product, rounded to 18 digits where it has more.
Decimal multiplied(const Decimal& a, const Decimal& b);

}  // namespace exmy
