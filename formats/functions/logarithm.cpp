#include "formats/functions/logarithm.hpp"

#include "formats/functions/approximation.hpp"
#include "formats/functions/polynomial.hpp"
#include "formats/functions/tables/constants.hpp"
#include "formats/functions/tables/logarithm.hpp"

namespace exmy::functions {

namespace {

/// y = 2^k m with m near [0.71, 1.42], and log m.
struct Reduced {
  int k;
  DoubleDouble log_m;
};

/// log(1 + z) = z + z^2 (-1/2 + z/3 - ...) for |z| < 2^-7.4. Relative error below 2^-92: what is in double
/// begins at z^5/6, 2^-39.6 of the result; the series ends 2^-107 of the result after z^14/14.
DoubleDouble log1p_series(DoubleDouble z) {
  constexpr auto& c = tables::log1p_series;
  static constexpr std::array wide{c[2], c[3], c[4], c[5]};
  static constexpr std::array narrow{c[6].hi,  c[7].hi,  c[8].hi,  c[9].hi, c[10].hi,
                                     c[11].hi, c[12].hi, c[13].hi, c[14].hi};
  return add_smaller(z, z * (z * horner(wide, z, horner(narrow, z.hi))));
}

/// m c - 1, exact but for the rounding of lo: p.hi is within 2^-7 of 1. Exact for c = 1.
DoubleDouble residual(DoubleDouble m, double c) {
  const DoubleDouble p = two_prod(m.hi, c);
  return two_sum(p.hi - 1, p.lo + m.lo * c);
}

/// log m = -log c + log(1 + z), z = m c - 1, c = RN(128 / i), i the integer nearest to 128 m. At most half of
/// |log c| cancels, and c = 1 around m = 1, so that the relative error stays below 2^-91.
/// REQUIRES y.hi > 0 and normal.
Reduced reduce(DoubleDouble y) {
  Split s = split(y.hi);
  if (static_cast<int>(s.m * 128 + 0.5) >= tables::first_log_step + 91) s = {s.m / 2, s.e + 1};
  const int i = static_cast<int>(s.m * 128 + 0.5);
  const double m_lo = y.lo == 0 ? 0 : y.lo * (s.m / y.hi);  // a power of two
  const tables::LogStep& step = tables::log_steps[static_cast<unsigned>(i - tables::first_log_step)];
  return {s.e, step.minus_log_c + log1p_series(residual({s.m, m_lo}, step.c))};
}

/// log x for x > 0, as 2^k m again.
Reduced reduce(double x) {
  const Split s = split(x);
  Reduced reduced = reduce({s.m, 0});
  reduced.k += s.e;
  return reduced;
}

DoubleDouble natural(Reduced reduced) { return tables::ln2 * reduced.k + reduced.log_m; }

/// log 0 and of what is not in (0, infinity).
bool is_special(double x) { return !(x > 0) || !is_finite(x); }

Approximation special(double x) { return x == 0 ? exactly(-infinity) : x > 0 ? exactly(x) : not_a_number(); }

constexpr auto powers_of_ten = [] {
  std::array<double, 23> powers{1};  // all exact
  for (std::size_t n = 1; n < powers.size(); ++n) powers[n] = powers[n - 1] * 10;
  return powers;
}();

}  // namespace

DoubleDouble log1p_plain(DoubleDouble y) {
  if (magnitude(y.hi) < 0x1p-8) return log1p_series(y);
  return natural(reduce(y + 1.0));
}

Approximation log(double x) {
  if (is_special(x)) return special(x);
  if (x == 1) return exactly(0);
  return about(natural(reduce(x)));
}

Approximation log2(double x) {
  if (is_special(x)) return special(x);
  const Split s = split(x);
  if (s.m == 1) return exactly(s.e);
  const Reduced reduced = reduce(x);
  return about(reduced.log_m * tables::log2_e + static_cast<double>(reduced.k));
}

Approximation log10(double x) {
  if (is_special(x)) return special(x);
  const DoubleDouble value = natural(reduce(x)) * tables::log10_e;
  const int n = nearest_integer(value.hi);
  const bool in_table = n >= 0 && n < static_cast<int>(powers_of_ten.size());
  if (in_table && powers_of_ten[static_cast<unsigned>(n)] == x) return exactly(n);
  return about(value);
}

Approximation log1p(double x) {
  if (x == 0) return exactly(x);
  if (!(x > -1) || !is_finite(x)) return x == -1 ? exactly(-infinity) : x > 0 ? exactly(x) : not_a_number();
  if (magnitude(x) < relative_error) return beside(x, Side::below);  // x - x^2/2 + ...
  if (magnitude(x) < 0x1p-8) return about(log1p_series({x, 0}));
  return about(natural(reduce(two_sum(x, 1))));
}

}  // namespace exmy::functions
