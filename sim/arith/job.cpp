#include "sim/arith/job.hpp"

#include <algorithm>

#include "formats/catalog.hpp"
#include "sim/arith/names.hpp"
#include "sim/arith/testfloat.hpp"
#include "sim/base/error.hpp"

namespace exmy::arith {
namespace {

void require(bool holds, const std::string& otherwise) {
  if (!holds) throw UsageError(otherwise);
}

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> parts{""};
  for (const char c : text) {
    if (c == ',')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

/// The formats of x sx y sy when only that of x and y is given: scales are powers of two.
std::vector<Format> with_scales(const Format& format) {
  const Format scale = format_of("e8m0fnu");
  return {format, scale, format, scale};
}

std::vector<Format> operand_formats(const Operation& operation, const std::string& words) {
  std::vector<Format> formats;
  for (const std::string& name : split_at_commas(words)) formats.push_back(format_named(name));
  const auto arity = static_cast<std::size_t>(operation.arity);
  require(formats.size() == 1 || formats.size() == arity,
          "--format has " + std::to_string(formats.size()) + " names, but " + std::string(operation.name) +
              " has " + std::to_string(arity) + (arity == 1 ? " operand" : " operands"));
  if (formats.size() == 1 && operation.group == "scaled") return with_scales(formats[0]);
  if (formats.size() < arity) formats.resize(arity, Format(formats[0]));
  return formats;
}

/// IEEE 754-2019, 5.1: what only looks at an operand, or changes its sign, is quiet.
NanSignal nan_signal_of(const Operation& operation) {
  const bool looks = operation.result == ResultKind::number_class || operation.category == "Classification" ||
                     operation.group == "order";
  return looks || operation.group == "sign" ? NanSignal::never : NanSignal::signalling;
}

void read_operation(const Request& r, Job& job) {
  if (!r.function.empty()) {
    require(
        !r.format && !r.to && !r.operation,
        "a function of TestFloat has its formats and operation in its name: leave --format, --to and --op "
        "out");
    read_testfloat_function(r.function, job);
    return;
  }
  require(r.operation.has_value(), "which operation? Give --op NAME, or a function of TestFloat (f16_add)");
  require(r.format.has_value(),
          "which format? Give --format NAME (or one name for each operand, with commas)");
  job.operation = &operation_named(*r.operation);
  job.operands = operand_formats(*job.operation, *r.format);
  job.nan_signal = nan_signal_of(*job.operation);
  job.to.format = r.to ? format_named(*r.to) : job.operands[0];
}

void read_rounding(const Request& r, Job& job) {
  for (const std::string& option : r.testfloat) read_testfloat_option(option, job);
  const bool twice = r.rounding && std::any_of(r.testfloat.begin(), r.testfloat.end(),
                                               [](const std::string& o) { return o.starts_with("-r"); });
  require(!twice, "--rounding and TestFloat's -r say the same thing: give one of them");
  if (r.rounding) job.to.rounding = rounding_named(*r.rounding);
  if (r.saturation) job.to.saturation = saturation_named(*r.saturation);
}

void read_random(const Request& r, Job& job) {
  if (!is_stochastic(job.to.rounding))
    require(!r.random_bits && !r.random && !r.seed,
            "--random-bits, --random and --seed belong to the stochastic roundings");
  require(
      !r.random_bits || (*r.random_bits >= min_random_bits && *r.random_bits <= max_random_bits),
      "--random-bits must be " + std::to_string(min_random_bits) + " to " + std::to_string(max_random_bits));
  require(!r.random || *r.random == "given",
          "--random can only be \"given\": the last number on each line; otherwise it is drawn");
  require(!r.random || !r.seed, "--seed has no effect with --random given");
  if (r.random_bits) job.to.random_bits = *r.random_bits;
  if (r.seed) job.seed = *r.seed;
  job.random_given = r.random.has_value();
}

}  // namespace

Semantics Job::semantics() const {
  const bool p3109 = std::any_of(operands.begin(), operands.end(),
                                 [](const Format& f) { return f.semantics == Semantics::p3109; });
  return p3109 ? Semantics::p3109 : Semantics::ieee754;
}

int Job::result_bits() const {
  switch (operation->result) {
    case ResultKind::value: return to.format.bits();
    case ResultKind::code: return operands[0].bits();
    case ResultKind::truth:
    case ResultKind::number_class: return 4;
  }
  return 4;
}

Job job_of(const Request& request) {
  Job job;
  read_operation(request, job);
  read_rounding(request, job);
  read_random(request, job);
  if (job.operation->result != ResultKind::value)
    require(!request.to && !request.rounding && !request.saturation,
            "the result of " + std::string(job.operation->name) +
                " is not rounded: --to, --rounding and --saturation have no effect");
  return job;
}

}  // namespace exmy::arith
