#include "sim/verify/parts.hpp"

#include <iterator>

namespace exmy::verify {

std::vector<Part> all_parts() {
  std::vector<Part> all{digests_part(), codes_part(), projection_part(), operations_part()};
  const auto append = [&](std::vector<Part> more) {
    all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  };
  append(kernel_parts());
  all.push_back(matmul_part());
  all.push_back(tiles_part());
  all.push_back(strips_part());
  all.push_back(orders_part());
  append(function_parts());
  append(span_parts());
  append(hardware_parts());
  append(sweep_parts());
  return all;
}

}  // namespace exmy::verify
