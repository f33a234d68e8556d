#pragma once
// A configuration as written: a JSON value, and for each part of it the file, line and column that it came
// from.
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/json_scan.hpp"

namespace exmy {

/// A value with origins. All pointers are JSON pointers (RFC 6901). Starts as an empty object.
class Document {
 public:
  Document();

  /// The file, merged over the files that its top-level key `extends` names (a name or a list of names,
  /// relative to the file that names them; at most 100 files). Later files win: objects are merged member
  /// by member, anything else, arrays too, is replaced. `extends` and `$schema` disappear. ConfigError with
  /// all problems.
  static Document load(const std::filesystem::path& path);

  /// The text as it stands, without following `extends`; the top-level key `$schema` (a string) is dropped.
  /// `file` is the name in the origins. ConfigError with all problems.
  static Document parse(std::string_view text, const std::string& file);

  const Json& value() const { return value_; }

  /// The files that were read, in order of reading: the one that was asked for, then what it extends.
  const std::vector<std::string>& files() const { return files_; }

  /// The value at `pointer`, or null where there is none; valid until the document changes.
  const Json* find(std::string_view pointer) const;

  /// Where the value at `pointer` was written; for what is not there, the innermost value around it.
  Origin origin(std::string_view pointer) const;

  /// Where its key was written; for what has no key, origin().
  Origin key_origin(std::string_view pointer) const;

  /// Merges `upper` over this document, by the rule of load().
  void merge(Document upper);

  /// Puts `value` at `pointer`, which is not empty, and makes the objects on the way; an array takes an
  /// index up to and including its size. std::logic_error where the way leads through anything else.
  void set(std::string_view pointer, Json value, const Origin& origin);

  /// Takes the value at `pointer`, which is not empty, out of its object or array; std::logic_error if
  /// missing.
  void erase(std::string_view pointer);

 private:
  Json value_;
  Places places_;
  std::vector<std::string> files_;
};

}  // namespace exmy
