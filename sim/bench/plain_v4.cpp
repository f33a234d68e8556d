#define EXMY_PLAIN_TABLE plain_v4
#define EXMY_PLAIN_EIGEN Eigen_plain_v4
#define EXMY_PLAIN_ISA "x86-64-v4"
#include "sim/bench/plain.inc"
