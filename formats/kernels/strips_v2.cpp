#define EXMY_STRIP_TABLE strips_v2
#define EXMY_STRIP_ISA "x86-64-v2"
#include "formats/kernels/strips.inc"
