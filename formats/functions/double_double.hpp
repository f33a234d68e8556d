#pragma once

#include <cfloat>
#include <cmath>

namespace exmy::functions {

static_assert(FLT_EVAL_METHOD == 0 && FLT_RADIX == 2 && DBL_MANT_DIG == 53,
              "double arithmetic must be that of IEEE 754 binary64");

/// The unevaluated sum hi + lo of two doubles with hi = RN(hi + lo): about 106 bits.
/// Below u = 2^-53; RN rounds to nearest even, the only rounding direction in which this code may run.
/// Bounds are relative to the exact result and hold as long as nothing underflows or overflows
/// (nothing does for non-zero magnitudes between 2^-400 and 2^400). NaN and infinity are not supported.
/// Sources: Joldes, Muller, Popescu, "Tight and rigorous error bounds for basic building blocks of
/// double-word arithmetic", ACM TOMS 44(2), 2017 ("JMP"); Muller, Rideau, "Formalization of double-word
/// arithmetic", ACM TOMS 48(1), 2022 ("MR"); Dekker 1971; Knuth, TAOCP vol. 2.
/// REQUIRES: -ffp-contract=off.
struct DoubleDouble {
  double hi = 0;
  double lo = 0;
};

/// a + b exactly. REQUIRES |a| >= |b| or a = 0. Dekker 1971.
constexpr DoubleDouble fast_two_sum(double a, double b) {
  const double sum = a + b;
  return {sum, b - (sum - a)};
}

/// a + b exactly. Knuth, theorem 4.2.2 B.
constexpr DoubleDouble two_sum(double a, double b) {
  const double sum = a + b;
  const double part_b = sum - a;
  const double part_a = sum - part_b;
  return {sum, (a - part_a) + (b - part_b)};
}

/// a b exactly.
inline DoubleDouble two_prod(double a, double b) {
  const double product = a * b;
  return {product, std::fma(a, b, -product)};
}

constexpr DoubleDouble operator-(DoubleDouble x) { return {-x.hi, -x.lo}; }

/// x + y, error <= 2 u^2. JMP algorithm 4 (DWPlusFP), theorem 2.2.
constexpr DoubleDouble operator+(DoubleDouble x, double y) {
  const DoubleDouble s = two_sum(x.hi, y);
  return fast_two_sum(s.hi, x.lo + s.lo);
}

/// x + y, error <= 3 u^2 + 13 u^3, however much cancels. JMP algorithm 6 (AccurateDWPlusDW), theorem 3.1.
constexpr DoubleDouble operator+(DoubleDouble x, DoubleDouble y) {
  const DoubleDouble s = two_sum(x.hi, y.hi);
  const DoubleDouble t = two_sum(x.lo, y.lo);
  const DoubleDouble v = fast_two_sum(s.hi, s.lo + t.hi);
  return fast_two_sum(v.hi, t.lo + v.lo);
}

constexpr DoubleDouble operator-(DoubleDouble x, DoubleDouble y) { return x + -y; }

/// x + y where |y| <= |x| / 2 or x = 0; error <= 9 u^2, and <= 5 u^2 where |y| <= |x| / 32.
/// JMP algorithm 5 (SloppyDWPlusDW) with Dekker's sum: with |x| = 1 the two roundings of low parts lose
/// 1.5 u^2 and 3 u^2, and |x + y| >= 1/2.
constexpr DoubleDouble add_smaller(DoubleDouble x, DoubleDouble y) {
  const DoubleDouble s = fast_two_sum(x.hi, y.hi);
  return fast_two_sum(s.hi, s.lo + (x.lo + y.lo));
}

/// x y, error <= 1.5 u^2 + 4 u^3. JMP algorithm 7 (DWTimesFP1), theorem 4.1.
inline DoubleDouble operator*(DoubleDouble x, double y) {
  const DoubleDouble p = two_prod(x.hi, y);
  const DoubleDouble t = fast_two_sum(p.hi, x.lo * y);
  return fast_two_sum(t.hi, t.lo + p.lo);
}

/// x y, error <= 5 u^2. JMP algorithm 10 (DWTimesDW1), theorem 5.1 (7 u^2), sharpened by MR.
inline DoubleDouble operator*(DoubleDouble x, DoubleDouble y) {
  const DoubleDouble p = two_prod(x.hi, y.hi);
  return fast_two_sum(p.hi, p.lo + (x.hi * y.lo + x.lo * y.hi));
}

/// x / y, error <= 15 u^2 + 56 u^3. JMP algorithm 17 (DWDivDW2), theorem 7.1.
inline DoubleDouble operator/(DoubleDouble x, DoubleDouble y) {
  const double quotient = x.hi / y.hi;
  const DoubleDouble r = y * quotient;
  return fast_two_sum(quotient, ((x.hi - r.hi) + (x.lo - r.lo)) / y.hi);
}

}  // namespace exmy::functions
