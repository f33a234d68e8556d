#pragma once
// Test cases of scripts/nightly, with the Catch tag [.nightly] (the dot: a plain run leaves them out). They go
// through everything, or, for other runs, through one case of EXMY_SAMPLE many, drawn with EXMY_SEED; and say how
// many cases they saw.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/support/splitmix64.hpp"

namespace exmy::test {

class NightlySample {
 public:
  NightlySample() : NightlySample(from_environment("EXMY_SAMPLE", 1), from_environment("EXMY_SEED", 1)) {}
  NightlySample(std::uint64_t one_of, std::uint64_t seed) : one_of_(one_of), seed_(seed), random_(seed) {}

  /// Whether the next case is one of the sample.
  bool takes_next() { return one_of_ <= 1 || random_.below(one_of_) == 0; }
  bool is_everything() const { return one_of_ <= 1; }
  /// For cases that are drawn.
  std::uint64_t seed() const { return seed_; }

 private:
  static std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
  }

  std::uint64_t one_of_, seed_;
  SplitMix64 random_;
};

/// The line that scripts/nightly adds up.
inline void report_cases(const std::string& what, std::uint64_t cases, std::uint64_t mismatches) {
  std::printf("nightly: %s: %llu cases, %llu mismatches\n", what.c_str(),
              static_cast<unsigned long long>(cases), static_cast<unsigned long long>(mismatches));
  std::fflush(stdout);
}

}  // namespace exmy::test
