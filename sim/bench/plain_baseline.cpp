#define EXMY_PLAIN_TABLE plain_baseline
#define EXMY_PLAIN_EIGEN Eigen_plain_baseline
#define EXMY_PLAIN_ISA "baseline"
#include "sim/bench/plain.inc"
