#define EXMY_TILE_TABLE tiles_v2
#define EXMY_TILE_ISA "x86-64-v2"
#include "formats/kernels/tiles.inc"
