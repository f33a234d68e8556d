#pragma once
// One case: codes in, code and flags out.

#include <array>
#include <cstdint>
#include <vector>

#include "sim/arith/job.hpp"

namespace exmy::arith {

using Codes = std::array<std::uint64_t, 4>;  ///< of the operands; those beyond the operation's are not read

struct Answer {
  std::uint64_t code = 0;  ///< of the result, a truth value, or a class
  std::uint8_t flags = 0;  ///< `Flag`s; of questions only `invalid`
};

/// The code is a NaN whose top mantissa bit is 0, in a format with IEEE 754's NaNs (6.2.1); other formats
/// have no signalling NaN.
bool is_signalling(const Format& format, std::uint64_t code);

/// Computes a job's cases. Codes of up to 16 bits are decoded once; answers to all codes of a format of up to
/// 16 bits are kept where they depend on nothing else.
class Evaluator {
 public:
  explicit Evaluator(const Job& job);

  /// `random`: R in [0, 2^N), for stochastic roundings.
  Answer operator()(const Codes& codes, std::uint32_t random);

 private:
  Answer compute(const Codes& codes, std::uint32_t random) const;
  double value_of(std::size_t operand, std::uint64_t code) const;
  bool raises_invalid(const Codes& codes, const Operands& values) const;

  Job job_;
  std::size_t arity_;
  Semantics semantics_;
  std::array<std::vector<double>, 4> values_;  ///< of every code; empty for formats of more than 16 bits
  std::vector<Answer> answers_;                ///< by code; empty where none are kept
  std::vector<bool> known_;                    ///< which of them are there
};

}  // namespace exmy::arith
