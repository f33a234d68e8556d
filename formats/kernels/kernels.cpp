#include "formats/kernels/kernels.hpp"

#include "formats/binary64.hpp"
#include "formats/isa.hpp"

namespace exmy {

extern const Kernels kernels_baseline;
#ifdef EXMY_X86_LEVELS
extern const Kernels kernels_v2;
extern const Kernels kernels_v3;
extern const Kernels kernels_v4;
#endif

namespace {

bool is_served(const Projection& how) {
  const Format& f = how.format;
  if (!f.is_signed || !f.zero || f.subnormals != Subnormals::gradual) return false;
  const int decided_by = is_stochastic(how.rounding) ? how.random_bits : 0;
  if (f.mantissa_bits < 1 || f.mantissa_bits + decided_by > 50) return false;
  return f.e_min() >= -900 && f.e_max() <= 900;
}

/// From which fraction on a magnitude goes away from zero.
void set_thresholds(FastProjection& k, const Projection& how) {
  constexpr double never = 2;
  const double step = pow2(-how.random_bits);
  switch (how.rounding) {
    case Rounding::nearest_even: break;
    case Rounding::nearest_away: k.from_positive = k.from_negative = 0.5; break;
    case Rounding::toward_zero: k.from_positive = k.from_negative = never; break;
    case Rounding::toward_positive: k.from_negative = never; break;
    case Rounding::toward_negative: k.from_positive = never; break;
    case Rounding::to_odd: k.from_odd = never; break;
    case Rounding::stochastic_a: k.random_top = 2; break;  // v 2^N >= 2^N - R
    case Rounding::stochastic_b: k.random_top = 2 - step / 2; break;
    case Rounding::stochastic_c:  // v 2^N >= 2^N - R - 1/2: a tie reaches the even one only
      k.random_top = 2 - step / 2;
      k.random_parity = 1;
      break;
  }
  k.random_shift = 52 - how.random_bits;
}

}  // namespace

std::optional<FastProjection> fast_projection_of(const Projection& how, Semantics operands) {
  if (!is_served(how)) return std::nullopt;
  const Format& f = how.format;
  FastProjection k;
  k.rounding = how.rounding;
  k.e_min_bits = bits_of(pow2(f.e_min()));
  k.to_unit = static_cast<std::uint64_t>(52 - f.mantissa_bits) << 52;
  k.max_finite = f.max_finite();
  k.beyond_positive = magnitude(project(how, pow2(1000)).value);
  k.beyond_negative = magnitude(project(how, -pow2(1000)).value);
  k.infinite = magnitude(project(how, infinity64).value);
  k.nan = project(how, nan64).value;
  k.min_normal = pow2(f.e_min());
  k.tiny_below = k.min_normal - pow2(f.e_min() - f.mantissa_bits - 2);  // the tie below 2^e_min goes up
  k.tiny_unit = pow2(f.e_min() - f.mantissa_bits - 1);
  k.last_tiny = k.min_normal - k.tiny_unit;
  const bool signed_zero =
      f.negative_zero && f.semantics == Semantics::ieee754 && operands == Semantics::ieee754;
  k.sign_of_zero = signed_zero ? std::uint64_t{1} << 63 : 0;
  k.cancelled_zero = how.rounding == Rounding::toward_negative ? std::uint64_t{1} << 63 : 0;
  set_thresholds(k, how);
  return k;
}

const Kernels& kernels() {
#ifdef EXMY_X86_LEVELS
  switch (isa_level()) {
    case IsaLevel::baseline: return kernels_baseline;
    case IsaLevel::v2: return kernels_v2;
    case IsaLevel::v3: return kernels_v3;
    case IsaLevel::v4: return kernels_v4;
  }
#endif
  return kernels_baseline;
}

std::vector<const Kernels*> available_kernels() {
  std::vector<const Kernels*> all{&kernels_baseline};
#ifdef EXMY_X86_LEVELS
  if (best_isa_level() >= IsaLevel::v2) all.push_back(&kernels_v2);
  if (best_isa_level() >= IsaLevel::v3) all.push_back(&kernels_v3);
  if (best_isa_level() >= IsaLevel::v4) all.push_back(&kernels_v4);
#endif
  return all;
}

}  // namespace exmy
