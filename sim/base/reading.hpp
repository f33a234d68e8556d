#pragma once
// The state that all readers of one configuration share. Internal to reader.cpp and value.cpp.
#include <map>
#include <string>
#include <vector>

#include "sim/base/reader.hpp"

namespace exmy {

/// What is known about an object that was opened: the keys that were asked for.
struct OpenObject {
  const Json* given = nullptr;  ///< null if it is absent or no object
  std::vector<std::string> asked;
  bool any_key = false;  ///< its keys are free
  bool muted = false;    ///< of a kind that is not known, so nothing can be said about its keys
  bool finished = false;
};

struct Reading {
  const Document* document;
  std::vector<Problem>* problems;
  Json resolved;
  std::map<std::string, OpenObject> objects;  ///< by pointer: opening an object twice adds to what was asked
};

}  // namespace exmy
