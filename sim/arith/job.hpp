#pragma once
// What one run of `exmy arith` computes, and how its words say it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "formats/operations/operation.hpp"

namespace exmy::arith {

/// When operands that are NaN raise `invalid` by themselves.
enum class NanSignal : std::uint8_t {
  never,       ///< classification, sign changes, total order
  signalling,  ///< signalling ones: everything that computes or compares (IEEE 754-2019, 6.2)
  any          ///< quiet ones too: IEEE's signalling comparisons
};

/// An operation with everything that it needs but the operands.
struct Job {
  const Operation* operation = nullptr;
  std::vector<Format> operands;  ///< one for each
  Projection to;                 ///< of a result that is a value
  NanSignal nan_signal = NanSignal::signalling;
  bool random_given = false;    ///< R is the last token of a line; otherwise it comes from the stream
  bool expected_given = false;  ///< lines may end in an expected result and flags, which are not used
  std::uint64_t seed = 1;

  Semantics semantics() const;  ///< of the operands: p3109 when one of the formats has it
  int result_bits() const;      ///< width of the result: K of its format; 4 for truth values and classes
};

/// The words of the command line; what was not given has no value.
struct Request {
  std::string function;                ///< TestFloat's: `f16_mulAdd`; or empty
  std::vector<std::string> testfloat;  ///< TestFloat's options: `-rnear_even`
  std::optional<std::string> format, to, operation, rounding, saturation, random;
  std::optional<int> random_bits;
  std::optional<std::uint64_t> seed;
};

/// Throws UsageError: a word that is unknown (with a suggestion), missing, contradicts another one, or would
/// have no effect.
Job job_of(const Request& request);

}  // namespace exmy::arith
