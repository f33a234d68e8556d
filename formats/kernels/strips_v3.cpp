#define EXMY_STRIP_TABLE strips_v3
#define EXMY_STRIP_ISA "x86-64-v3"
#include "formats/kernels/strips.inc"
