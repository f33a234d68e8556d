#pragma once
// What the program provides of IEEE P3109, as data.

#include <string>
#include <vector>

namespace exmy::arith {

/// A YAML document and the usual name of its file.
struct Document {
  std::string file;
  std::string text;  ///< begins with "---", ends with a line end
};

/// The declaration in the form of the working group's public examples: Profiles, Configurations, Constraints,
/// Kappas, StandardOperations. Made from the grammar of names, the catalogue, `operations()` and the tables
/// of modes; nothing is listed twice.
std::vector<Document> p3109_declaration(const std::string& program_version);

/// Every format name of the standard with K = 3..16, in order of K, P, signedness and domain: 504.
std::vector<std::string> p3109_format_names();

}  // namespace exmy::arith
