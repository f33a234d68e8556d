#define EXMY_STRIP_TABLE strips_baseline
#define EXMY_STRIP_ISA "baseline"
#include "formats/kernels/strips.inc"
