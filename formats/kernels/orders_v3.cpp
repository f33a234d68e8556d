#define EXMY_ORDER_TABLE orders_v3
#define EXMY_ORDER_ISA "x86-64-v3"
#include "formats/kernels/orders.inc"
