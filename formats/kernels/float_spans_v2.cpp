#define EXMY_FLOAT_SPANS_TABLE float_spans_v2
#define EXMY_FLOAT_SPANS_ISA "x86-64-v2"
#include "formats/kernels/float_spans.inc"
