#define EXMY_KERNEL_TABLE kernels_baseline
#define EXMY_KERNEL_ISA "baseline"
#include "formats/kernels/level.inc"
