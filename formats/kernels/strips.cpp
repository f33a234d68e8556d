#include "formats/kernels/strips.hpp"

#include "formats/isa.hpp"

namespace exmy {

extern const StripKernels strips_baseline;
#ifdef EXMY_X86_LEVELS
extern const StripKernels strips_v2;
extern const StripKernels strips_v3;
extern const StripKernels strips_v4;
#endif

const StripKernels& strip_kernels() {
#ifdef EXMY_X86_LEVELS
  switch (isa_level()) {
    case IsaLevel::baseline: return strips_baseline;
    case IsaLevel::v2: return strips_v2;
    case IsaLevel::v3: return strips_v3;
    case IsaLevel::v4: return strips_v4;
  }
#endif
  return strips_baseline;
}

std::vector<const StripKernels*> available_strip_kernels() {
  std::vector<const StripKernels*> all{&strips_baseline};
#ifdef EXMY_X86_LEVELS
  if (best_isa_level() >= IsaLevel::v2) all.push_back(&strips_v2);
  if (best_isa_level() >= IsaLevel::v3) all.push_back(&strips_v3);
  if (best_isa_level() >= IsaLevel::v4) all.push_back(&strips_v4);
#endif
  return all;
}

}  // namespace exmy
