// Every operation of the table in every mode, against its own 53 bits rounded to odd (53 >= P + 2): one exact
// value decides all modes and formats, whatever way a result takes. Needs no other implementation, so it holds
// for every new row too; that the 53 bits are right, the oracle tests say.

#include <bit>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "formats/catalog.hpp"
#include "formats/operations/operation.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/comparison.hpp"

namespace {

using namespace exmy;

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

constexpr Rounding modes[] = {Rounding::nearest_even,    Rounding::nearest_away,    Rounding::toward_zero,
                              Rounding::toward_positive, Rounding::toward_negative, Rounding::to_odd,
                              Rounding::stochastic_a,    Rounding::stochastic_b,    Rounding::stochastic_c};

/// Operands that every format with a sign has, near enough.
std::vector<double> operands(int arity) {
  std::vector<double> values{0.0, -0.0, 1, -1, inf, -inf, nan, 0.5, -3, 6};
  if (arity == 3) return {0.0, 1, -1, inf, nan, 0x1.8p-9, 6};
  if (arity == 4) return {-0.0, 1, -1, inf, 0x1.8p-9};
  for (const double x : {2.0, 4.0, 0x1.8p-9, 0x1p-24, -0x1p-24, 57344.0, 0x1.fep127}) values.push_back(x);
  if (arity == 2) return values;
  for (int e = -30; e <= 16; e += 2)
    for (const double x : {0x1.24p0, 0x1.b8p0, -0x1.4cp0}) values.push_back(std::ldexp(x, e));
  for (const double x : {0.25, -0.5, 3.0, 10.0, 16.0, 100.0, 0x1p-60, 0x1p-133}) values.push_back(x);
  return values;
}

/// Every tuple of the operands.
std::vector<Operands> tuples(int arity, Semantics semantics) {
  std::vector<Operands> result{Operands{{}, semantics}};
  const std::vector<double> values = operands(arity);
  for (std::size_t place = 0; place < static_cast<std::size_t>(arity); ++place) {
    std::vector<Operands> longer;
    for (Operands x : result)
      for (const double value : values) {
        x.values[place] = value;
        longer.push_back(x);
      }
    result = std::move(longer);
  }
  return result;
}

bool is_same(Rounding mode, double got, double want) {
  if (got == 0 && want == 0 && mode == Rounding::toward_negative)
    return true;  // x - x is -0 in this mode only
  return std::bit_cast<std::uint64_t>(got) == std::bit_cast<std::uint64_t>(want);
}

/// Inexact, underflow and overflow; the others belong to the operation.
int rounding_flags(const Outcome& outcome) {
  return ieee_flags(outcome) & (flag_inexact | flag_underflow | flag_overflow);
}

struct Checked {
  std::size_t cases = 0;
  std::string wrong;
};

void check(Checked& checked, const Operation& operation, const Projection& how, const Operands& x,
           const Outcome& odd, std::uint32_t random) {
  const Outcome got = operation.project(operation, how, x, random);
  const Outcome want = project(how, odd.value, random);
  const bool number = std::isfinite(odd.value);
  ++checked.cases;
  if (is_same(how.rounding, got.value, want.value) &&
      (!number || rounding_flags(got) == rounding_flags(want)))
    return;
  if (checked.wrong.size() < 2000)
    checked.wrong += std::string(operation.name) + " " + oracle::text(how) + " R " + std::to_string(random) +
                     " of " + oracle::text(x.values[0]) + " " + oracle::text(x.values[1]) + ": " +
                     oracle::text(got.value) + ", not " + oracle::text(want.value) + "\n";
}

void check(Checked& checked, const Operation& operation, const Format& format) {
  const Projection wide{format_of("fp64"), Rounding::to_odd};
  for (const Operands& x : tuples(operation.arity, format.semantics)) {
    const Outcome odd = operation.project(operation, wide, x, 0);
    for (const Rounding mode : modes)
      for (const std::uint32_t random : {0u, 77u, 255u}) {
        if (random > 0 && mode < Rounding::stochastic_a) break;
        const auto saturation = static_cast<Saturation>(checked.cases % 3);
        check(checked, operation, {format, mode, saturation, 8}, x, odd, random);
      }
  }
}

}  // namespace

TEST_CASE("one exact value decides an operation in every mode and format", "[operations]") {
  for (const Operation& operation : operations()) {
    if (operation.project == nullptr) continue;
    Checked checked;
    for (const char* name : {"fp16", "bf16", "e4m3fn", "e2m1fn", "e8m0fnu", "Binary8p4se", "Binary8p3uf"})
      check(checked, operation, format_of(name));
    INFO(operation.name);
    CHECK(checked.wrong == "");
    CHECK(checked.cases > 1000);
  }
}

TEST_CASE("rows of the table of operations have names of their own", "[operations]") {
  std::set<std::string_view> names;
  for (const Operation& operation : operations()) {
    INFO(operation.name);
    CHECK(names.insert(operation.name).second);
    if (operation.p3109 != operation.name && !operation.p3109.empty())
      CHECK(names.insert(operation.p3109).second);
    CHECK_FALSE(operation.group.empty());
    CHECK((operation.arity >= 1 && operation.arity <= 4));
    CHECK((operation.project == nullptr) != (operation.ask == nullptr));
    CHECK(find_operation(operation.name) == &operation);
    if (!operation.p3109.empty()) CHECK(find_operation(operation.p3109) == &operation);
  }
  CHECK(find_operation("") == nullptr);
  CHECK(find_operation("ad") == nullptr);
}
