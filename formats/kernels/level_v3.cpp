#define EXMY_KERNEL_TABLE kernels_v3
#define EXMY_KERNEL_ISA "x86-64-v3"
#include "formats/kernels/level.inc"
