#include "formats/functions/look_up.hpp"

#include "formats/isa.hpp"

namespace exmy::functions {

extern const LookUp look_up_baseline;
#ifdef EXMY_X86_LEVELS
extern const LookUp look_up_v3;
extern const LookUp look_up_v4;
#endif

const LookUp& look_up() {
#ifdef EXMY_X86_LEVELS
  switch (isa_level()) {
    case IsaLevel::baseline:
    case IsaLevel::v2: return look_up_baseline;
    case IsaLevel::v3: return look_up_v3;
    case IsaLevel::v4: return look_up_v4;
  }
#endif
  return look_up_baseline;
}

std::vector<const LookUp*> available_look_ups() {
  std::vector<const LookUp*> all{&look_up_baseline};
#ifdef EXMY_X86_LEVELS
  if (best_isa_level() >= IsaLevel::v3) all.push_back(&look_up_v3);
  if (best_isa_level() >= IsaLevel::v4) all.push_back(&look_up_v4);
#endif
  return all;
}

}  // namespace exmy::functions
