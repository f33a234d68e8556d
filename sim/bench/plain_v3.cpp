#define EXMY_PLAIN_TABLE plain_v3
#define EXMY_PLAIN_EIGEN Eigen_plain_v3
#define EXMY_PLAIN_ISA "x86-64-v3"
#include "sim/bench/plain.inc"
