#define EXMY_KERNEL_TABLE kernels_v4
#define EXMY_KERNEL_ISA "x86-64-v4"
#include "formats/kernels/level.inc"
