#include "formats/kernels/tiles.hpp"

#include "formats/isa.hpp"

namespace exmy {

extern const TileKernels tiles_baseline;
#ifdef EXMY_X86_LEVELS
extern const TileKernels tiles_v2;
extern const TileKernels tiles_v3;
extern const TileKernels tiles_v4;
#endif

const TileKernels& tile_kernels() {
#ifdef EXMY_X86_LEVELS
  switch (isa_level()) {
    case IsaLevel::baseline: return tiles_baseline;
    case IsaLevel::v2: return tiles_v2;
    case IsaLevel::v3: return tiles_v3;
    case IsaLevel::v4: return tiles_v4;
  }
#endif
  return tiles_baseline;
}

std::vector<const TileKernels*> available_tile_kernels() {
  std::vector<const TileKernels*> all{&tiles_baseline};
#ifdef EXMY_X86_LEVELS
  if (best_isa_level() >= IsaLevel::v2) all.push_back(&tiles_v2);
  if (best_isa_level() >= IsaLevel::v3) all.push_back(&tiles_v3);
  if (best_isa_level() >= IsaLevel::v4) all.push_back(&tiles_v4);
#endif
  return all;
}

}  // namespace exmy
