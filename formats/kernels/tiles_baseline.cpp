#define EXMY_TILE_TABLE tiles_baseline
#define EXMY_TILE_ISA "baseline"
#include "formats/kernels/tiles.inc"
