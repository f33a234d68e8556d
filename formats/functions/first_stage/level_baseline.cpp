#define EXMY_FIRST_STAGE first_stage_baseline
#include "formats/functions/first_stage/level.inc"
