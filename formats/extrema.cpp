#include "formats/extrema.hpp"

#include "formats/binary64.hpp"

namespace exmy {
namespace {

/// x < y with -0 < +0; neither is NaN.
bool is_below(double x, double y) { return x < y || (x == y && is_negative(x) && !is_negative(y)); }

double smaller(double x, double y) { return is_below(y, x) ? y : x; }
double larger(double x, double y) { return is_below(x, y) ? y : x; }

double smaller_magnitude(double x, double y) {
  if (magnitude(x) == magnitude(y)) return smaller(x, y);
  return magnitude(x) < magnitude(y) ? x : y;
}

double larger_magnitude(double x, double y) {
  if (magnitude(x) == magnitude(y)) return larger(x, y);
  return magnitude(x) > magnitude(y) ? x : y;
}

using Choice = double (*)(double, double);

double propagating(Choice choose, double x, double y) {
  return is_nan(x) || is_nan(y) ? nan64 : choose(x, y);
}

double of_numbers(Choice choose, double x, double y) {
  if (is_nan(x)) return y;
  return is_nan(y) ? x : choose(x, y);
}

double of_finite(Choice choose, double x, double y) {
  if (is_finite(x) != is_finite(y)) return is_finite(x) ? x : y;
  return of_numbers(choose, x, y);
}

}  // namespace

double extremum(Extremum which, double x, double y) {
  switch (which) {
    case Extremum::minimum: return propagating(smaller, x, y);
    case Extremum::maximum: return propagating(larger, x, y);
    case Extremum::minimum_number: return of_numbers(smaller, x, y);
    case Extremum::maximum_number: return of_numbers(larger, x, y);
    case Extremum::minimum_magnitude: return propagating(smaller_magnitude, x, y);
    case Extremum::maximum_magnitude: return propagating(larger_magnitude, x, y);
    case Extremum::minimum_magnitude_number: return of_numbers(smaller_magnitude, x, y);
    case Extremum::maximum_magnitude_number: return of_numbers(larger_magnitude, x, y);
    case Extremum::minimum_finite: return of_finite(smaller, x, y);
    case Extremum::maximum_finite: return of_finite(larger, x, y);
  }
  return nan64;
}

double clamp(double x, double lo, double hi) {
  if (is_nan(x) || is_nan(lo) || is_nan(hi) || lo > hi) return nan64;
  return smaller(larger(x, lo), hi);
}

double copy_sign(double x, double y, Semantics semantics) {
  if (is_nan(x)) return nan64;
  if (semantics == Semantics::ieee754) return with_sign(magnitude(x), !is_nan(y) && is_negative(y));
  return is_nan(y) ? nan64 : with_sign(magnitude(x), y < 0);
}

}  // namespace exmy
