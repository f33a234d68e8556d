#define EXMY_FIRST_STAGE first_stage_v3
#include "formats/functions/first_stage/level.inc"
