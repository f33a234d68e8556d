#define EXMY_FLOAT_SPANS_TABLE float_spans_baseline
#define EXMY_FLOAT_SPANS_ISA "baseline"
#include "formats/kernels/float_spans.inc"
