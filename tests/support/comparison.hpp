#pragma once
// Comparing millions of outcomes with an oracle's: counting, and the first few differences in words.

#include <cstdint>
#include <string>

#include "tests/support/rational_oracle.hpp"
#include "tests/support/words.hpp"

namespace exmy::oracle {

/// Counts comparisons of an outcome with an answer and keeps the first few differences.
class Comparison {
 public:
  /// `describe` is called for a difference only and says what was computed.
  template <class Describe>
  void expect(const Outcome& got, std::uint8_t got_flags, const Answer& want, Describe describe) {
    ++cases_;
    if (!same(got, got_flags, want) && ++differences_ <= 12)
      report_ += describe() + difference(got, got_flags, want);
  }
  std::uint64_t cases() const { return cases_; }
  std::uint64_t differences() const { return differences_; }
  const std::string& report() const { return report_; }

 private:
  static bool same(const Outcome& got, std::uint8_t got_flags, const Answer& want);
  static std::string difference(const Outcome& got, std::uint8_t got_flags, const Answer& want);

  std::uint64_t cases_ = 0, differences_ = 0;
  std::string report_;
};

}  // namespace exmy::oracle
