#define EXMY_KERNEL_TABLE kernels_v2
#define EXMY_KERNEL_ISA "x86-64-v2"
#include "formats/kernels/level.inc"
