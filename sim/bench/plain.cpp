#include "sim/bench/plain.hpp"

#include "formats/isa.hpp"

namespace exmy::bench {

extern const Plain plain_baseline;
#ifdef EXMY_X86_LEVELS
extern const Plain plain_v3, plain_v4;
#endif

const Plain& plain() {
#ifdef EXMY_X86_LEVELS
  switch (isa_level()) {
    case IsaLevel::v4: return plain_v4;
    case IsaLevel::v3: return plain_v3;
    case IsaLevel::v2:
    case IsaLevel::baseline: break;
  }
#endif
  return plain_baseline;
}

}  // namespace exmy::bench
