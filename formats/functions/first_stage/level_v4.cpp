#define EXMY_FIRST_STAGE first_stage_v4
#include "formats/functions/first_stage/level.inc"
