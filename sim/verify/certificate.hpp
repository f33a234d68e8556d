#pragma once
// What a self-check found, as JSON (experiments/schema/certificate.schema.json) and as a table.

#include <string>
#include <vector>

#include "sim/base/json.hpp"
#include "sim/verify/check.hpp"

namespace exmy::verify {

struct Certificate {
  Options options;
  std::string started_at;  ///< ISO 8601, UTC
  double wall_s = 0;
  std::vector<PartResult> parts;

  std::uint64_t cases() const;
  std::uint64_t mismatches() const;
};

Json json_of(const Certificate& certificate);

/// One line of the table, and its head.
std::string table_head();
std::string table_row(const PartResult& result);
/// The first mismatches of a part, a few lines each; empty if there are none.
std::string mismatch_text(const PartResult& result);
/// "equal: 123456 comparisons in 34.5 s", or how many differ.
std::string summary(const Certificate& certificate);

}  // namespace exmy::verify
