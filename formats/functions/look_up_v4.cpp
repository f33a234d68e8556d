#define EXMY_LOOK_UP look_up_v4
#define EXMY_LOOK_UP_ISA "x86-64-v4"
#include "formats/functions/look_up.inc"
