#define EXMY_ORDER_TABLE orders_v2
#define EXMY_ORDER_ISA "x86-64-v2"
#include "formats/kernels/orders.inc"
