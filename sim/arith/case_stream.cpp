#include "sim/arith/case_stream.hpp"

#include <array>
#include <cstring>

#include "formats/catalog.hpp"
#include "sim/base/error.hpp"
#include "sim/base/text.hpp"

namespace exmy::arith {
namespace {

constexpr std::uint8_t no_digit = 0xFF;

/// The value of every byte as a hexadecimal digit.
constexpr std::array<std::uint8_t, 256> hex_values = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(no_digit);
  for (std::size_t i = 0; i < 10; ++i) values['0' + i] = static_cast<std::uint8_t>(i);
  for (std::size_t i = 0; i < 6; ++i) values['A' + i] = values['a' + i] = static_cast<std::uint8_t>(10 + i);
  return values;
}();

int digits_of(int bits) { return (bits + 3) / 4; }

bool is_blank(char c) { return c == ' ' || c == '\t'; }

bool fits(std::uint64_t value, int bits) { return bits >= 64 || value >> bits == 0; }

/// Writes `digits` digits and the byte behind them; returns where that ends.
char* write_hex(char* at, std::uint64_t value, int digits, char behind) {
  constexpr std::string_view symbols = "0123456789ABCDEF";
  for (int i = digits - 1; i >= 0; --i, value >>= 4) at[i] = symbols[value & 15];
  at[digits] = behind;
  return at + digits + 1;
}

}  // namespace

/// The numbers of one line.
struct CaseStream::Line {
  std::array<std::uint64_t, 6> numbers{};
  std::size_t count = 0;
};

CaseStream::CaseStream(const Job& job)
    : job_(job),
      evaluate_(job),
      stream_(job.seed, "arith", 0),
      arity_(static_cast<std::size_t>(job.operation->arity)),
      shown_(arity_ + (job.random_given ? 1 : 0)),
      most_(shown_ + (job.expected_given ? 2 : 0)),
      result_digits_(digits_of(job.result_bits())) {
  for (std::size_t i = 0; i < most_; ++i) {
    bits_[i] = bits_of(i);
    digits_[i] = digits_of(bits_[i]);
  }
}

int CaseStream::bits_of(std::size_t index) const {
  if (index < arity_) return job_.operands[index].bits();
  if (index < shown_) return job_.to.random_bits;
  return index == shown_ ? job_.result_bits() : 8;
}

void CaseStream::refuse(const std::string& what) const {
  throw UsageError("standard input:" + std::to_string(line_) + ": " + what);
}

std::string CaseStream::name_of_token(std::size_t index) const {
  const std::string token = "token " + std::to_string(index + 1);
  if (index < arity_) return token + " (operand " + std::to_string(index + 1) + ")";
  if (index < shown_) return token + " (the random number)";
  if (index >= most_) return token;
  return token + (index == shown_ ? " (the expected result)" : " (the expected flags)");
}

std::uint64_t CaseStream::number(std::string_view token, std::size_t index) const {
  std::string_view digits = token;
  if (digits.starts_with("0x") || digits.starts_with("0X")) digits.remove_prefix(2);
  std::uint64_t value = 0;
  std::uint64_t lost = 0;
  bool wrong = digits.empty();
  for (const char c : digits) {
    const std::uint8_t digit = hex_values[static_cast<unsigned char>(c)];
    wrong = wrong || digit == no_digit;
    lost |= value >> 60;
    value = value << 4 | (digit & 15u);
  }
  if (wrong) refuse(name_of_token(index) + ": " + in_quotes(token) + " is not a hexadecimal number");
  if (lost != 0 || !fits(value, bits_[index]))
    refuse(name_of_token(index) + ": " + in_quotes(token) + " does not fit in " +
           std::to_string(bits_[index]) + " bits" +
           (index < arity_ ? " (" + exmy::name_of(job_.operands[index]) + ")" : ""));
  return value;
}

CaseStream::Line CaseStream::read(std::string_view text) const {
  Line line;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    while (at != end && is_blank(*at)) ++at;
    if (at == end) return line;
    const char* const first = at;
    while (at != end && !is_blank(*at)) ++at;
    const std::string_view token(first, static_cast<std::size_t>(at - first));
    if (line.count == most_)
      refuse(name_of_token(line.count) + ": " + in_quotes(token) + " is one too many; " +
             std::string(job_.operation->name) + " has " + std::to_string(arity_) +
             (arity_ == 1 ? " operand" : " operands"));
    line.numbers[line.count] = number(token, line.count);
    ++line.count;
  }
}

void CaseStream::check_count(const Line& line) const {
  const bool complete = line.count == shown_ || line.count == most_;
  if (!complete) refuse(name_of_token(line.count) + " is missing");
}

std::uint32_t CaseStream::random(const Line& line) const {
  if (job_.random_given) return static_cast<std::uint32_t>(line.numbers[arity_]);
  if (!is_stochastic(job_.to.rounding)) return 0;
  return stream_.bits(line_ - 1, job_.to.random_bits);
}

void CaseStream::answer(std::string_view text, std::string& out) {
  ++line_;
  if (text.size() > max_line) refuse("the line is longer than " + std::to_string(max_line) + " bytes");
  if (text.ends_with('\r')) text.remove_suffix(1);
  const Line line = read(text);
  if (line.count == 0) return;
  check_count(line);
  Codes codes{};
  for (std::size_t i = 0; i < arity_; ++i) codes[i] = line.numbers[i];
  const Answer result = evaluate_(codes, random(line));
  std::array<char, 8 * 17> buffer;  // every number has up to 16 digits and a byte behind them
  char* at = buffer.data();
  for (std::size_t i = 0; i < shown_; ++i) at = write_hex(at, line.numbers[i], digits_[i], ' ');
  at = write_hex(at, result.code, result_digits_, ' ');
  at = write_hex(at, result.flags, 2, '\n');
  out.append(buffer.data(), static_cast<std::size_t>(at - buffer.data()));
}

void CaseStream::feed(std::string_view block, std::string& out) {
  while (!block.empty()) {
    const std::size_t end = block.find('\n');
    const std::string_view part = block.substr(0, end);
    if (end == std::string_view::npos || !rest_.empty()) rest_.append(part.substr(0, max_line + 1));
    if (end == std::string_view::npos) break;
    if (rest_.empty()) {
      answer(part, out);
    } else {
      answer(rest_, out);
      rest_.clear();
    }
    block.remove_prefix(end + 1);
  }
  if (rest_.size() > max_line) answer(rest_, out);  // refused: too long, whatever comes
}

void CaseStream::finish(std::string& out) {
  if (!rest_.empty()) answer(rest_, out);
  rest_.clear();
}

}  // namespace exmy::arith
