#define EXMY_STRIP_TABLE strips_v4
#define EXMY_STRIP_ISA "x86-64-v4"
#include "formats/kernels/strips.inc"
