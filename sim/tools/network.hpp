#pragma once
// A prepared experiment's network as a table: what it computes, and how each value is rounded.

#include <cstddef>
#include <string>
#include <vector>

#include "sim/base/json.hpp"
#include "sim/run/prepare.hpp"

namespace exmy {

/// Sites of one role that are treated alike.
struct TreatedRole {
  Role role;
  std::string how;  ///< "e4m3fn nearest_even", and saturation, scale and order where the site has them
  std::vector<Site> sites;
};

/// Shapes and multiply-adds are those of one sample.
struct NetworkOperation {
  std::string layer, op;
  std::vector<Shape> inputs;
  Shape output;
  std::vector<std::pair<std::string, std::size_t>> parameters;  ///< full names, elements
  std::uint64_t forward_macs = 0, backward_macs = 0;
  std::vector<TreatedRole> roles;
};

struct Network {
  std::vector<NetworkOperation> operations;  ///< in the order of the forward pass, the loss last
  std::vector<TreatedRole> data;             ///< sites of the layer `input`
  std::vector<TreatedRole> updates;          ///< of initial values and of the optimiser
  std::size_t parameters_count = 0;          ///< elements; what is used twice counts once
  std::uint64_t forward_macs = 0, backward_macs = 0;
};
Network network_of(const Prepared& run);

/// One row an operation, operations that are treated alike under one letter; then the letters. Lines fit `width` (at least
/// 40) where single words do.
std::string text_of(const Network& network, std::size_t width);
Json json_of(const Network& network);

}  // namespace exmy
