#define EXMY_LOOK_UP look_up_v3
#define EXMY_LOOK_UP_ISA "x86-64-v3"
#include "formats/functions/look_up.inc"
