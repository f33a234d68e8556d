#include "formats/kernels/float_spans.hpp"

#include <algorithm>
#include <bit>

#include "formats/binary64.hpp"
#include "formats/isa.hpp"

namespace exmy {

extern const FloatSpanKernels float_spans_baseline;
#ifdef EXMY_X86_LEVELS
extern const FloatSpanKernels float_spans_v2;
extern const FloatSpanKernels float_spans_v3;
extern const FloatSpanKernels float_spans_v4;
#endif

namespace {

float to_float(double x) { return static_cast<float>(x); }
std::uint32_t float_bits(double x) { return std::bit_cast<std::uint32_t>(to_float(x)); }

bool has_binary32_values(const Format& f) {
  return f.mantissa_bits <= 23 && f.e_min() - f.mantissa_bits >= -149 && f.max_finite() < 0x1p128;
}

/// With and without NaN and infinity, signed zero or not: what differs from binary32 is dealt with by value.
bool is_native(const Format& f) {
  return f.mantissa_bits == 23 && f.e_min() == -126 && f.max_finite() == 0x1.fffffep127;
}

/// The constants of the adder, floats where it is used: tiny_below is 2^e_min itself where M = 22 bits leave no float
/// between them.
void set_adder(FloatProjection& k) {
  const Format& f = k.how.format;
  const FastProjection& w = k.wide;
  k.dropped = 23 - f.mantissa_bits;
  k.to_unit = static_cast<std::uint32_t>(k.dropped) << 23;
  k.e_min_bits = static_cast<std::uint32_t>(f.e_min() + 127) << 23;
  k.tiny_below = to_float(w.tiny_below);
  k.last_tiny = to_float(w.last_tiny);
  k.tiny_unit = to_float(w.tiny_unit * 0x1p64);
  k.from_positive = to_float(w.from_positive);
  k.from_negative = to_float(w.from_negative);
  k.from_odd = to_float(w.from_odd);
  k.random_top = to_float(w.random_top);
  k.random_shift = 23 - k.how.random_bits;
  k.random_parity = static_cast<std::uint32_t>(w.random_parity);
}

/// Stochastic rounding by integers: n + M bits fit, and its factors are floats.
void set_drawn(FloatProjection& k) {
  const Format& f = k.how.format;
  if (k.how.rounding != Rounding::stochastic_a && k.how.rounding != Rounding::stochastic_b) return;
  const int n = k.how.random_bits + (k.how.rounding == Rounding::stochastic_b ? 1 : 0);
  const int unit = f.e_min() - f.mantissa_bits;
  const bool has_subnormals = f.e_min() > -126;
  if (n + f.mantissa_bits > 30 || f.e_min() < -126 || (has_subnormals && (n - unit > 127 || unit < -126)))
    return;
  k.drawn_bits = static_cast<std::uint32_t>(n);
  if (!has_subnormals) return;
  k.drawn_scale = to_float(pow2(n - unit));
  k.drawn_unit = to_float(pow2(unit));
}

void choose_form(FloatProjection& k) {
  const Format& f = k.how.format;
  const bool drawn = is_stochastic(k.how.rounding);
  const int p = f.precision(), n = drawn ? k.how.random_bits : 0;
  if (is_native(f)) {
    k.form = FloatForm::native;
    k.takes_odd = k.how.rounding == Rounding::nearest_even;
    return;
  }
  if (f.mantissa_bits > 22 || n > 22 || f.e_min() > -2) return;
  k.form = FloatForm::adder;
  k.takes_odd = p + n + 2 <= 24;
  const int last = std::min(104 + f.mantissa_bits, 125);  // C is finite up to this e, and its sum with |x|
  const int unit = f.e_min() - f.mantissa_bits;
  // Bits of a threshold after the point: of a half, for ties too, or of multiples of 2^-24; of stochastic_c it may be the number
  // after 2^-(N + 1).
  const int part = !drawn ? 1 : k.how.rounding == Rounding::stochastic_c ? n + 24 : 24;
  k.fast = f.e_min() >= -126 && unit - part >= -149;
  set_drawn(k);
  k.by_words = k.how.rounding == Rounding::nearest_even && f.e_min() == -126 && f.e_max() == 127;
  k.largest = k.by_words ? 0x7f7fffffu : float_bits(pow2(last)) + 0x007fffff;
  if (f.e_max() >= last && !k.by_words) k.largest = std::min(k.largest, float_bits(f.max_finite()));
}

}  // namespace

std::optional<FloatProjection> float_projection_of(const Projection& how, Semantics operands) {
  const std::optional<FastProjection> wide = fast_projection_of(how, operands);
  if (!wide || !has_binary32_values(how.format)) return std::nullopt;
  FloatProjection k;
  k.how = how;
  k.operands = operands;
  k.wide = *wide;
  k.max_finite = to_float(wide->max_finite);
  k.beyond_positive = to_float(wide->beyond_positive);
  k.beyond_negative = to_float(wide->beyond_negative);
  k.infinite = to_float(wide->infinite);
  k.nan = to_float(wide->nan);
  k.min_normal = to_float(wide->min_normal);
  k.zero = wide->sign_of_zero != 0 ? -0.0f : 0.0f;
  k.cancelled_zero = wide->cancelled_zero != 0 ? 0x80000000u : 0;
  set_adder(k);
  choose_form(k);
  return k;
}

const FloatSpanKernels& float_span_kernels() {
#ifdef EXMY_X86_LEVELS
  switch (isa_level()) {
    case IsaLevel::baseline: return float_spans_baseline;
    case IsaLevel::v2: return float_spans_v2;
    case IsaLevel::v3: return float_spans_v3;
    case IsaLevel::v4: return float_spans_v4;
  }
#endif
  return float_spans_baseline;
}

std::vector<const FloatSpanKernels*> available_float_span_kernels() {
  std::vector<const FloatSpanKernels*> all{&float_spans_baseline};
#ifdef EXMY_X86_LEVELS
  if (best_isa_level() >= IsaLevel::v2) all.push_back(&float_spans_v2);
  if (best_isa_level() >= IsaLevel::v3) all.push_back(&float_spans_v3);
  if (best_isa_level() >= IsaLevel::v4) all.push_back(&float_spans_v4);
#endif
  return all;
}

}  // namespace exmy
