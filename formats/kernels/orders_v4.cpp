#define EXMY_ORDER_TABLE orders_v4
#define EXMY_ORDER_ISA "x86-64-v4"
#include "formats/kernels/orders.inc"
