#pragma once
// Overrides of the command line, in Hydra's spelling:
//     training.optimizer.lr=1e-3   sets, whether or not the key is there; policy.0.format=e5m2 inside an
//     array +formats.w=e5m2              adds, and the key must be new (++ does not mind) ~data.train_limit
//     removes, and the key must be there seed=1,2,3  seed=range(1,10,2)   several values: one run for each
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/document.hpp"

namespace exmy {

enum class OverrideAction { set, add, remove };

/// One override as parsed. `values` holds one value or more; null for `remove`.
struct Override {
  OverrideAction action = OverrideAction::set;
  std::string pointer;  ///< JSON pointer of its dotted key
  std::vector<Json> values;
};

/// One override with one value.
struct Assignment {
  OverrideAction action = OverrideAction::set;
  std::string pointer;
  Json value;
};

/// Whether a word of the command line is an override, not a file: it starts with '~' or '+', or has a '='
/// with no
/// '/' before it.
bool is_override(std::string_view word);

/// Values are JSON where they are JSON, `'...'` is the text between, anything else a string; what starts with
/// {, [ or " must be JSON. Commas split the values, except inside quotes, brackets, braces and parentheses;
/// range(stop), range(start,stop) and range(start,stop,step) are integers, stop exclusive, at most 10,000.
/// ConfigError (E110; E10x for bad JSON).
Override parse_override(std::string_view text);

/// All of them; ConfigError with the problems of all.
std::vector<Override> parse_overrides(const std::vector<std::string>& texts);

/// The product of the values, in order, the last override varying fastest; without overrides one empty list.
/// ConfigError for more than 10,000 combinations.
std::vector<std::vector<Assignment>> expand(const std::vector<Override>& overrides);

/// Applies the assignments in order; what they set has the origin "command line". ConfigError (E111) with all
/// that do not fit, and then the document is unchanged.
void apply_overrides(Document& document, const std::vector<Assignment>& assignments);

}  // namespace exmy
