#define EXMY_FLOAT_SPANS_TABLE float_spans_v3
#define EXMY_FLOAT_SPANS_ISA "x86-64-v3"
#include "formats/kernels/float_spans.inc"
