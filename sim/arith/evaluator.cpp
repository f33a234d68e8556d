#include "sim/arith/evaluator.hpp"

#include "formats/binary64.hpp"
#include "formats/codec.hpp"

namespace exmy::arith {
namespace {

constexpr int max_table_bits = 16;

std::size_t codes_of(const Format& f) { return std::size_t{1} << f.bits(); }

std::vector<double> decoded(const Format& f) {
  if (f.bits() > max_table_bits) return {};
  std::vector<double> values(codes_of(f));
  for (std::size_t code = 0; code < values.size(); ++code) values[code] = decode(f, code);
  return values;
}

bool depends_on_code_only(const Job& job) {
  return job.operation->arity == 1 && job.operands[0].bits() <= max_table_bits &&
         !is_stochastic(job.to.rounding);
}

}  // namespace

bool is_signalling(const Format& f, std::uint64_t code) {
  if (f.nan != NanCodes::ieee || !is_nan(decode(f, code))) return false;
  return (code >> (f.mantissa_bits - 1) & 1) == 0;
}

Evaluator::Evaluator(const Job& job)
    : job_(job), arity_(static_cast<std::size_t>(job.operation->arity)), semantics_(job.semantics()) {
  for (std::size_t i = 0; i < arity_; ++i) values_[i] = decoded(job_.operands[i]);
  if (!depends_on_code_only(job_)) return;
  answers_.resize(codes_of(job_.operands[0]));
  known_.resize(answers_.size());
}

Answer Evaluator::operator()(const Codes& codes, std::uint32_t random) {
  if (answers_.empty()) return compute(codes, random);
  const std::size_t code = codes[0];
  if (!known_[code]) {
    answers_[code] = compute(codes, random);
    known_[code] = true;
  }
  return answers_[code];
}

Answer Evaluator::compute(const Codes& codes, std::uint32_t random) const {
  Operands x;
  x.semantics = semantics_;
  for (std::size_t i = 0; i < arity_; ++i) x.values[i] = value_of(i, codes[i]);
  const Operation& operation = *job_.operation;
  Answer answer;
  if (operation.project != nullptr) {
    const Outcome out = operation.project(operation, job_.to, x, random);
    answer = {encode(job_.to.format, out.value).value(), ieee_flags(out)};
  } else {
    answer.code = operation.ask(operation, job_.operands[0], x);
  }
  if (raises_invalid(codes, x)) answer.flags |= flag_invalid;
  return answer;
}

double Evaluator::value_of(std::size_t operand, std::uint64_t code) const {
  const std::vector<double>& values = values_[operand];
  return values.empty() ? decode(job_.operands[operand], code) : values[code];
}

bool Evaluator::raises_invalid(const Codes& codes, const Operands& x) const {
  if (job_.nan_signal == NanSignal::never) return false;
  for (std::size_t i = 0; i < arity_; ++i) {
    if (!is_nan(x.values[i])) continue;
    if (job_.nan_signal == NanSignal::any || is_signalling(job_.operands[i], codes[i])) return true;
  }
  return false;
}

}  // namespace exmy::arith
