#include "formats/kernels/kernels.hpp"

#include "formats/binary64.hpp"
#include "formats/isa.hpp"

namespace exmy {

extern const Kernels kernels_baseline;
#ifdef EXMY_X86_LEVELS
extern const Kernels kernels_v3;
extern const Kernels kernels_v4;
#endif

std::optional<NearestEven> nearest_even_of(const Projection& how, Semantics operands) {
  const Format& f = how.format;
  if (how.rounding != Rounding::nearest_even || !f.is_signed || !f.zero) return std::nullopt;
  if (f.subnormals != Subnormals::gradual || f.mantissa_bits < 1 || f.mantissa_bits > 50) return std::nullopt;
  if (f.e_min() < -900 || f.e_max() > 900) return std::nullopt;
  NearestEven k;
  k.e_min_bits = bits_of(pow2(f.e_min()));
  k.to_unit = static_cast<std::uint64_t>(52 - f.mantissa_bits) << 52;
  k.max_finite = f.max_finite();
  k.beyond = magnitude(project(how, pow2(1000)).value);
  k.infinite = magnitude(project(how, infinity64).value);
  k.nan = project(how, nan64).value;
  k.min_normal = pow2(f.e_min());
  k.tiny_below = k.min_normal - pow2(f.e_min() - f.mantissa_bits - 2);  // the tie below 2^e_min goes up
  const bool signed_zero =
      f.negative_zero && f.semantics == Semantics::ieee754 && operands == Semantics::ieee754;
  k.sign_of_zero = signed_zero ? std::uint64_t{1} << 63 : 0;
  return k;
}

const Kernels& kernels() {
#ifdef EXMY_X86_LEVELS
  switch (isa_level()) {
    case IsaLevel::baseline:
    case IsaLevel::v2: return kernels_baseline;
    case IsaLevel::v3: return kernels_v3;
    case IsaLevel::v4: return kernels_v4;
  }
#endif
  return kernels_baseline;
}

std::vector<const Kernels*> available_kernels() {
  std::vector<const Kernels*> all{&kernels_baseline};
#ifdef EXMY_X86_LEVELS
  if (best_isa_level() >= IsaLevel::v3) all.push_back(&kernels_v3);
  if (best_isa_level() >= IsaLevel::v4) all.push_back(&kernels_v4);
#endif
  return all;
}

}  // namespace exmy
