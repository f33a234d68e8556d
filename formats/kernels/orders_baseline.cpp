#define EXMY_ORDER_TABLE orders_baseline
#define EXMY_ORDER_ISA "baseline"
#include "formats/kernels/orders.inc"
