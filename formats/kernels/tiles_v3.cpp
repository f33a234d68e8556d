#define EXMY_TILE_TABLE tiles_v3
#define EXMY_TILE_ISA "x86-64-v3"
#include "formats/kernels/tiles.inc"
