// Formats x operations x modes x saturations: every code of formats of 16 bits for operations with one operand,
// drawn codes for more operands. For scripts/nightly; scripts/test runs a sample. What is compared: a direct
// result with the exact one's 53 bits to odd, rounded; MPFR judges those 53 bits in rounded_functions_test, and
// exact rationals judge arithmetic in the oracle tests.

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "formats/arithmetic.hpp"
#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "formats/codec.hpp"
#include "formats/operations/operation.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/comparison.hpp"
#include "tests/support/nightly.hpp"

namespace {

using namespace exmy;

constexpr const char* inputs[] = {"fp16",         "bf16",          "e6m9",        "dlfloat16",
                                  "Binary16p8se", "Binary16p11sf", "Binary16p9ue"};
constexpr const char* outputs[] = {"fp16", "bf16",   "e6m9",    "Binary16p8se", "Binary16p9ue", "e4m3fn",
                                   "e5m2", "e2m1fn", "e8m0fnu", "e4m3fnuz",     "tf32",         "fp32"};
constexpr int drawn = 1 << 20;  // tuples of codes for operations of more than one operand

struct Result {
  std::uint64_t cases = 0, mismatches = 0;
  std::string first;
};

bool is_same(Rounding mode, double got, double want) {
  if (got == 0 && want == 0 && mode == Rounding::toward_negative)
    return true;  // x - x is -0 in this mode only
  return bits_of(got) == bits_of(want);
}

void compare(Result& result, const Operation& operation, const Projection& how, const Operands& x, double odd,
             std::uint32_t random) {
  const double got = operation.project(operation, how, x, random).value;
  const double want = convert(how, odd, random, x.semantics).value;
  ++result.cases;
  if (is_same(how.rounding, got, want) || ++result.mismatches > 10) return;
  result.first += std::string(operation.name) + " " + oracle::text(how) + " R " + std::to_string(random);
  for (int i = 0; i < operation.arity; ++i)
    result.first += " " + oracle::text(x.values[static_cast<std::size_t>(i)]);
  result.first += ": " + oracle::text(got) + ", not " + oracle::text(want) + "\n";
}

/// One tuple of operands in every mode, into the format whose turn it is.
void compare(Result& result, const Operation& operation, const Operands& x, const Format& format,
             test::SplitMix64& random) {
  Operands operands = x;
  if (format.semantics == Semantics::p3109) operands.semantics = Semantics::p3109;
  const double odd = operation.project(operation, {format_of("fp64"), Rounding::to_odd}, operands, 0).value;
  const auto saturation = static_cast<Saturation>(random.below(3));
  for (int mode = 0; mode <= static_cast<int>(Rounding::stochastic_c); ++mode) {
    const Projection how{format, static_cast<Rounding>(mode), saturation, 16};
    compare(result, operation, how, operands, odd, static_cast<std::uint32_t>(random.below(1 << 16)));
  }
}

Operands draw(const Operation& operation, test::SplitMix64& random) {
  Operands x;
  for (int i = 0; i < operation.arity; ++i) {
    const Format from = format_of(inputs[random.below(std::size(inputs))]);
    x.values[static_cast<std::size_t>(i)] = decode(from, random.below(std::uint64_t{1} << from.bits()));
    if (from.semantics == Semantics::p3109) x.semantics = Semantics::p3109;
  }
  return x;
}

std::vector<Format> formats_of(const auto& names) {
  std::vector<Format> formats;
  for (const char* name : names) formats.push_back(format_of(name));
  return formats;
}

void all_codes(Result& result, const Operation& operation, test::NightlySample& sample,
               test::SplitMix64& random) {
  const std::vector<Format> from = formats_of(inputs), to = formats_of(outputs);
  for (const Format& f : from)
    for (std::uint64_t code = 0; code < std::uint64_t{1} << f.bits(); ++code)
      if (sample.takes_next()) {
        const Operands x{{decode(f, code)}, f.semantics};
        compare(result, operation, x, f, random);
        compare(result, operation, x, to[result.cases % to.size()], random);
      }
}

void drawn_codes(Result& result, const Operation& operation, test::NightlySample& sample,
                 test::SplitMix64& random) {
  const std::vector<Format> to = formats_of(outputs);
  for (int i = 0; i < drawn; ++i)
    if (sample.takes_next())
      compare(result, operation, draw(operation, random), to[random.below(to.size())], random);
}

}  // namespace

TEST_CASE("cross product of formats, operations and modes", "[.nightly][operations]") {
  test::NightlySample sample;
  for (const Operation& operation : operations()) {
    if (operation.project == nullptr) continue;
    test::SplitMix64 random(2026);
    Result result;
    if (operation.arity == 1)
      all_codes(result, operation, sample, random);
    else
      drawn_codes(result, operation, sample, random);
    test::report_cases(std::string(operation.name), result.cases, result.mismatches);
    CHECK(result.first == "");
    CHECK(result.mismatches == 0);
    CHECK((result.cases > 0 || !sample.is_everything()));
  }
}
