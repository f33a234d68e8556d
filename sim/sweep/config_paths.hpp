#pragma once
// Which dotted paths a configuration has: what a sweep may change.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/document.hpp"
#include "sim/base/json.hpp"

namespace exmy {

/// "training.optimizer.lr" as JSON pointer; nothing for a path with an empty part or with more than 64.
std::optional<std::string> pointer_of_path(std::string_view path);

/// The paths of one base configuration: those of the published schema, of any kind of model, data, optimiser ...;
/// in lists only elements that are there, and the next one.
class ConfigPaths {
 public:
  /// Lists are those of `base`.
  explicit ConfigPaths(Document base);

  /// Puts the value there, so that paths may lead into it; or says why the path leads nowhere.
  std::optional<std::string> set(std::string_view path, const Json& value);
  /// The base configuration with what was set.
  const Document& document() const { return document_; }

 private:
  using Schemas = std::vector<const Json*>;
  void add(const Json& schema, Schemas& schemas) const;
  Schemas inside(const Schemas& schemas, const std::string& token) const;
  std::optional<std::string> stray(const std::vector<std::string>& tokens) const;

  Json schema_;
  Document document_;
};

}  // namespace exmy
