#pragma once
// The rows, in groups. Goals without a kernel have no row: pairwise sums, models of matrix units.

#include "sim/bench/row.hpp"

namespace exmy::bench {

std::vector<Row> rounding_rows();
std::vector<Row> function_rows();
std::vector<Row> matrix_rows();
std::vector<Row> shape_rows();        ///< ragged matrices; two threads, where there are two processors
std::vector<Row> convolution_rows();  ///< beside the square product
std::vector<Row> step_rows();         ///< of the quickstart's perceptron
std::vector<Row>
network_rows();  ///< steps of a resnet and of a gpt, by two threads, where there are two processors

std::vector<Row> all_rows();

}  // namespace exmy::bench
