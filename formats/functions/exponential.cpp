#include "formats/functions/exponential.hpp"

#include "formats/functions/polynomial.hpp"
#include "formats/functions/tables/constants.hpp"
#include "formats/functions/tables/exponential.hpp"

namespace exmy::functions {

namespace {

using tables::inverse_factorial;

/// x = n (log 2) / 128 + r, |r| <= (log 2) / 256 (1 + 2^-20).
struct Reduced {
  int n;
  DoubleDouble r;
};

/// r is exact for n = 0; otherwise its absolute error is below 2^-110.
Reduced reduce(DoubleDouble x) {
  constexpr double steps_per_unit = 128 * tables::log2_e.hi;
  const auto& step = tables::ln2_over_128;
  const int n = nearest_integer(x.hi * steps_per_unit);
  if (n == 0) return {0, x};
  const double m =
      n;  // up to 19 bits: its products with step[0] and step[1] are exact, so is x.hi - m step[0]
  return {n, (two_sum(x.hi - m * step[0], -(m * step[1])) + x.lo) + -(m * step[2])};
}

/// e^r - 1 = r + r^2 (1/2! + r/3! + ...) for |r| < 2^-8.5. Relative error below 2^-93: what is in double
/// begins at r^4/5!, 2^-40.9 of the result; the series ends 2^-106 of the result after r^9/10!.
DoubleDouble expm1_series(DoubleDouble r) {
  static constexpr std::array wide{inverse_factorial[2], inverse_factorial[3], inverse_factorial[4]};
  static constexpr std::array narrow{inverse_factorial[5].hi, inverse_factorial[6].hi,
                                     inverse_factorial[7].hi, inverse_factorial[8].hi,
                                     inverse_factorial[9].hi, inverse_factorial[10].hi};
  return add_smaller(r, r * (r * horner(wide, r, horner(narrow, r.hi))));
}

/// 2^(n/128) e^r.
Scaled assemble(int n, DoubleDouble r) {
  const DoubleDouble& power = tables::exp2_steps[static_cast<unsigned>(n) % 128];
  return {add_smaller(power, power * expm1_series(r)), n >> 7};
}

DoubleDouble plain(Scaled s) {
  const double scale = power_of_two(s.exponent);
  return {s.value.hi * scale, s.value.lo * scale};
}

}  // namespace

Scaled exp_scaled(DoubleDouble x) {
  const Reduced reduced = reduce(x);
  return assemble(reduced.n, reduced.r);
}

DoubleDouble exp_plain(DoubleDouble x) { return plain(exp_scaled(x)); }

DoubleDouble expm1_plain(double x) {
  const Reduced reduced = reduce({x, 0});
  if (reduced.n == 0) return expm1_series(reduced.r);
  return plain(assemble(reduced.n, reduced.r)) + -1.0;  // |result| >= 2^-8.6: 2^-101 becomes 2^-92.4
}

Approximation exp(double x) {
  if (x != x) return not_a_number();
  if (x == 0) return exactly(1);
  if (!is_finite(x)) return exactly(x > 0 ? infinity : 0.0);
  if (magnitude(x) > exp_limit) return x > 0 ? enormous() : vanishing(1);
  if (magnitude(x) < relative_error / 2) return beside(1, x > 0 ? Side::above : Side::below);
  return about(exp_scaled({x, 0}));
}

Approximation exp2(double x) {
  if (x != x) return not_a_number();
  if (!is_finite(x)) return exactly(x > 0 ? infinity : 0.0);
  if (magnitude(x) > exp_limit) return x > 0 ? enormous() : vanishing(1);
  if (x == nearest_integer(x)) return exactly(1, nearest_integer(x));
  if (magnitude(x) < relative_error / 2) return beside(1, x > 0 ? Side::above : Side::below);
  const int n = nearest_integer(x * 128);
  return about(assemble(n, tables::ln2 * (x - n * 0x1p-7)));  // the difference is exact
}

Approximation expm1(double x) {
  if (x != x) return not_a_number();
  if (x == 0) return exactly(x);
  if (!is_finite(x)) return exactly(x > 0 ? infinity : -1.0);
  if (x > exp_limit) return enormous();
  if (x < -64) return beside(-1, Side::above);                       // e^-64 < 2^-92
  if (magnitude(x) < relative_error) return beside(x, Side::above);  // x + x^2/2 + ...
  return about(x > 128 ? exp_scaled({x, 0}) : Scaled{expm1_plain(x), 0});
}

}  // namespace exmy::functions
