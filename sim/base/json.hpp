#pragma once
// The one JSON type of the program. Objects are sorted by key, so that the order in a file never matters.
#include <nlohmann/json.hpp>

namespace exmy {

using Json = nlohmann::json;

}  // namespace exmy
