#include "sim/arith/evaluator.hpp"

#include "formats/catalog.hpp"
#include "formats/codec.hpp"
#include "sim/arith/job.hpp"
#include "tests/support/catch.hpp"

using namespace exmy;
using namespace exmy::arith;

TEST_CASE("signalling NaNs are those with the top mantissa bit clear, in formats with IEEE's NaNs only") {
  const auto count = [](const char* name) {
    const Format f = format_of(name);
    int found = 0;
    for (std::uint64_t code = 0; code < std::uint64_t{1} << f.bits(); ++code)
      found += is_signalling(f, code) ? 1 : 0;
    return found;
  };
  CHECK(count("fp16") == 2 * 511);  // mantissas 1..511, both signs
  CHECK(count("bf16") == 2 * 63);
  CHECK(count("e5m2") == 2 * 1);
  CHECK(count("e5m1") == 0);
  CHECK(count("e4m3fn") == 0);
  CHECK(count("e5m2fnuz") == 0);
  CHECK(count("Binary8p3se") == 0);
  CHECK(is_signalling(format_of("fp64"), 0x7FF0000000000001));
  CHECK_FALSE(is_signalling(format_of("fp64"), 0x7FF8000000000001));
  CHECK_FALSE(is_signalling(format_of("fp64"), 0xFFF0000000000000));
}

TEST_CASE("kept answers are those of the operation, the first time and the second") {
  Request request;
  request.format = "fp16";
  request.to = "e4m3fn";
  request.operation = "exp";
  request.rounding = "to_odd";
  const Job job = job_of(request);
  Evaluator evaluate(job);
  for (int round = 0; round < 2; ++round) {
    int wrong = 0;
    for (std::uint64_t code = 0; code < 0x10000; code += 11) {
      Operands x;
      x.values[0] = decode(job.operands[0], code);
      const Outcome expected = job.operation->project(*job.operation, job.to, x, 0);
      const Answer answer = evaluate({code}, 0);
      const int invalid = is_signalling(job.operands[0], code) ? flag_invalid : 0;
      wrong += answer.code != encode(job.to.format, expected.value) ||
               answer.flags != (ieee_flags(expected) | invalid);
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("a stochastic rounding sees each of its random numbers") {
  Request request;
  request.format = "fp16";
  request.to = "e4m3fn";
  request.operation = "convert";
  request.rounding = "stochastic_a";
  request.random_bits = 4;
  Evaluator evaluate(job_of(request));
  int up = 0;
  for (std::uint32_t r = 0; r < 16; ++r) up += evaluate({0x3C20}, r).code == 0x39 ? 1 : 0;  // 1 + 1/4 ulp
  CHECK(up == 4);
}
