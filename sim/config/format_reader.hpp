#pragma once
// Formats in configurations: a name, or an object with the parameters of numerics section 1.

#include <map>
#include <string>

#include "formats/format.hpp"
#include "sim/base/reader.hpp"

namespace exmy {

/// The formats that a configuration names itself (top-level key `formats`), beside the catalogue.
class FormatNames {
 public:
  /// Reads the formats of the top-level key `formats`: free names, each a format of the catalogue or an object.
  /// E203 for a name that has a meaning already, or for one own format named by another.
  void define(ObjectReader own);
  /// The format of a name or object; fp32 after a problem, which is reported with its place.
  Format read(const Value& value) const;
  /// The name of a format in reports: the configuration's own, the catalogue's, or `custom`.
  std::string name(const Format& format) const;

 private:
  Format by_name(const Value& value, const std::string& name) const;
  std::map<std::string, Format> own_;
};

/// Every parameter of a format, under the names of the configuration.
Json format_parameters(const Format& format);

}  // namespace exmy
