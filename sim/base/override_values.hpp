#pragma once
// The right-hand side of an override. Internal to overrides.cpp.
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/json.hpp"

namespace exmy {

/// The values in `text`, in order; see parse_override. Throws OverrideSyntax.
std::vector<Json> parse_values(std::string_view text);

/// What is wrong with it.
struct OverrideSyntax {
  std::string code;
  std::string message;
};

}  // namespace exmy
