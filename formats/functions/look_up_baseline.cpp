#define EXMY_LOOK_UP look_up_baseline
#define EXMY_LOOK_UP_ISA "baseline"
#include "formats/functions/look_up.inc"
