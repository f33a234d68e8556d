#define EXMY_TILE_TABLE tiles_v4
#define EXMY_TILE_ISA "x86-64-v4"
#include "formats/kernels/tiles.inc"
