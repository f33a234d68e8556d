#pragma once
// Text of cases in, text of answers out, in the line format of Berkeley TestFloat.

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/arith/evaluator.hpp"
#include "sim/base/philox.hpp"

namespace exmy::arith {

/// Reads lines `operands...` and writes `operands... result flags`.
///
/// In: hexadecimal numbers of either case, with or without 0x and leading zeros, separated by blanks or tabs;
/// after the operands R (`random_given`) or an expected result and its flags (`expected_given`; read, not
/// used). Lines end in LF or CR LF, the last one in either or in nothing; they have up to 65,536 bytes. Blank
/// lines give no answer, but count as lines.
/// Out: upper case; operands and results have ceil(K/4) digits, truth values and classes one, flags two; R
/// stands between operands and result. One blank between them, LF after them.
///
/// Without `random_given` the R of line i (from 0) is number i of the stream `arith`, step 0
/// (RandomStream::bits).
class CaseStream {
 public:
  static constexpr std::size_t max_line = 65536;

  explicit CaseStream(const Job& job);

  /// Takes the next part of the text, cut anywhere, and appends the answers of all complete lines to `out`.
  /// Throws UsageError with line and token for what it does not understand; the answers of the lines before
  /// are then in `out`.
  void feed(std::string_view block, std::string& out);
  /// The text has ended: answers a last line without line end.
  void finish(std::string& out);

 private:
  struct Line;
  void answer(std::string_view text, std::string& out);
  Line read(std::string_view text) const;
  std::uint64_t number(std::string_view token, std::size_t index) const;
  int bits_of(std::size_t index) const;
  std::string name_of_token(std::size_t index) const;
  std::uint32_t random(const Line& line) const;
  void check_count(const Line& line) const;
  [[noreturn]] void refuse(const std::string& what) const;

  Job job_;
  Evaluator evaluate_;
  RandomStream stream_;
  std::size_t arity_;
  std::size_t shown_;  ///< numbers that are repeated: operands and R
  std::size_t most_;   ///< numbers that a line may have
  int result_digits_;
  std::array<int, 6> bits_{};    ///< of each of them
  std::array<int, 6> digits_{};  ///< of those that are repeated
  std::string rest_;             ///< a line whose end has not come yet
  std::uint64_t line_ = 0;       ///< lines begun so far
};

}  // namespace exmy::arith
