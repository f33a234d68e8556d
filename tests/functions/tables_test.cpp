// Tables of functions on narrow formats: every code, against the scalar exact value and the definition.

#include "formats/arithmetic.hpp"
#include "formats/catalog.hpp"
#include "formats/codec.hpp"
#include "formats/functions/function_table.hpp"
#include "tests/functions/first_stage_support.hpp"

namespace {

using namespace exmy;
using functions::Function;
using functions::FunctionTable;
using test::Differences;
using Random = exmy::test::SplitMix64;

std::vector<double> all_values(const Format& f) {
  std::vector<double> x;
  for (std::uint64_t code = 0; code >> f.bits() == 0; ++code) x.push_back(decode(f, code));
  return x;
}

std::vector<double> looked_up(Function f, const Format& operand, const std::vector<double>& x) {
  const FunctionTable table(f, operand);
  std::vector<double> odd(x.size());
  table.look_up(x.data(), odd.data(), x.size());
  return odd;
}

void compare_entries(Differences& d, Function f, const char* name) {
  const Format operand = format_of(name);
  const std::vector<double> x = all_values(operand), odd = looked_up(f, operand, x);
  for (std::size_t code = 0; code < x.size(); ++code)
    d.value(odd[code], functions::rounded_to_odd(functions::exact_value(f, x[code], 53), 53), [&] {
      return std::string(name) + " code " + std::to_string(code) + ", function " +
             std::to_string(static_cast<int>(f));
    });
}

/// One table, a projection of any kind for each code.
void compare_projections(Differences& d, Random& random, Function f, const char* name) {
  const Format operand = format_of(name);
  const std::vector<double> x = all_values(operand), odd = looked_up(f, operand, x);
  for (const char* to : {"fp16", "bf16", "e4m3fn", "e5m2", "e8m0fnu", "Binary8p3se", "e8m18"})
    for (int mode = 0; mode < 9; ++mode) {
      const Projection how{format_of(to), static_cast<Rounding>(mode), test::saturations[random.below(3)],
                           32};
      for (std::size_t code = random.below(7); code < x.size(); code += 7) {
        const auto r = static_cast<std::uint32_t>(random.bits());
        const Outcome want = functions::apply(f, how, x[code], r, operand.semantics);
        const Outcome got = project_function(how, Exact::of(odd[code]), x[code], r, operand.semantics);
        const bool stands_in = functions::is_huge(odd[code]) || functions::is_tiny(odd[code]);
        const auto where = [&] {
          return std::string(name) + " code " + std::to_string(code) + " into " + oracle::text(how);
        };
        d.value(got.value, want.value, where);
        d.expect(stands_in || got.events.bits == want.events.bits, [&] { return where() + " events"; });
      }
    }
}

/// Results that are looked up: P(f(x)).
void compare_results(Differences& d, Random& random, Function f, const char* name) {
  const Format operand = format_of(name);
  const FunctionTable table(f, operand);
  const std::vector<double> x = all_values(operand);
  const std::vector<float> narrow(x.begin(), x.end());
  for (const char* to : {"fp16", "bf16", "e2m1fn", "fp32"})
    for (int mode = 0; mode < 6; ++mode) {
      const Projection how{format_of(to), static_cast<Rounding>(mode), test::saturations[random.below(3)]};
      const functions::FloatResults results = table.results(how, operand.semantics);
      std::vector<float> q(x.size());
      table.look_up(results, narrow.data(), q.data(), x.size());
      for (std::size_t code = random.below(7); code < x.size(); code += 7)
        d.value(
            static_cast<double>(q[code]), functions::apply(f, how, x[code], 0, operand.semantics).value, [&] {
              return std::string(name) + " code " + std::to_string(code) + " results " + oracle::text(how);
            });
    }
}

float quiet_nan(Random& random) {
  const auto payload = static_cast<std::uint32_t>(random.below(0x400000));
  return std::bit_cast<float>((random.below(2) == 0 ? 0x7fc00000u : 0xffc00000u) | payload);
}

/// The same at every level, in spans long enough for small tables to be kept in registers, and in place.
void compare_long_spans(Differences& d, Random& random, Function f, const char* name, const char* to) {
  const Format operand = format_of(name);
  const FunctionTable table(f, operand);
  const Projection how{format_of(to), static_cast<Rounding>(random.below(6))};
  const functions::FloatResults results = table.results(how, operand.semantics);
  const std::vector<double> values = all_values(operand);
  std::vector<float> x(4'000 + random.below(64));
  for (float& v : x) {
    v = static_cast<float>(values[random.below(values.size())]);
    if (v != v) v = quiet_nan(random);
  }
  for (const functions::LookUp* level : functions::available_look_ups()) {
    std::vector<float> q = x;
    table.look_up(results, q.data(), q.data(), q.size(), *level);
    for (std::size_t i = 0; i < x.size(); ++i)
      d.value(static_cast<double>(q[i]),
              functions::apply(f, how, static_cast<double>(x[i]), 0, operand.semantics).value, [&] {
                return std::string(name) + " " + oracle::text(static_cast<double>(x[i])) + " at " +
                       level->isa + ", " + oracle::text(how);
              });
  }
}

/// The floats of a table: what decides a projection of up to 22 bits, and what it counts.
void compare_floats(Differences& d, Random& random, Function f, const char* name) {
  const Format operand = format_of(name);
  const FunctionTable table(f, operand);
  const std::vector<double> x = all_values(operand);
  const std::vector<float> narrow(x.begin(), x.end());
  for (const functions::LookUp* level : functions::available_look_ups()) {
    std::vector<float> odd(x.size());
    table.look_up(narrow.data(), odd.data(), x.size(), *level);
    for (const char* to : {"fp16", "bf16", "e4m3fn", "e5m21", "tf32"})
      for (int mode = 0; mode < 9; ++mode) {
        const Projection how{format_of(to), static_cast<Rounding>(mode), test::saturations[random.below(3)],
                             std::max(1, 21 - format_of(to).mantissa_bits)};
        const bool serves = mode < 6 || how.random_bits + how.format.mantissa_bits <= 21;
        for (std::size_t code = random.below(31); serves && code < x.size(); code += 31) {
          const auto value = static_cast<double>(odd[code]);
          if (is_finite(value) && magnitude(value) >= 0x1p127) continue;
          const auto r = static_cast<std::uint32_t>(random.below(std::uint64_t{1} << how.random_bits));
          const Outcome want = functions::apply(f, how, x[code], r, operand.semantics);
          const Outcome got = project_function(how, Exact::of(value), x[code], r, operand.semantics);
          const auto where = [&] {
            return std::string(name) + " code " + std::to_string(code) + " into " + oracle::text(how);
          };
          d.value(got.value, want.value, where);
          d.expect(got.events.bits == want.events.bits, [&] { return where() + " events, float"; });
        }
      }
  }
}

}  // namespace

TEST_CASE("a table's floats stand for the exact values", "[functions]") {
  Differences d;
  Random random(82);
  for (const char* name : {"fp16", "bf16", "e4m3fn", "e5m2", "Binary8p4se", "e3m2fn"})
    for (const Function f :
         {Function::exp, Function::log, Function::tanh, Function::gelu, Function::silu_grad})
      compare_floats(d, random, f, name), compare_results(d, random, f, name);
  d.check_once(1'000'000);
}

TEST_CASE("tables hold the exact value of every code, rounded to odd", "[functions]") {
  Differences d;
  for (const char* name : {"fp16", "bf16", "e6m9", "Binary16p8se"})
    for (const functions::NamedFunction& named : functions::named_functions())
      if (!test::is_slow(named.function)) compare_entries(d, named.function, name);
  d.check_once(5'000'000);
}

TEST_CASE("tables of narrow, unsigned and strange formats", "[functions]") {
  Differences d;
  for (const char* name : {"e4m3fn", "e5m2", "e4m3fnuz", "e2m1fn", "e3m2fn", "e8m0fnu", "Binary8p1uf",
                           "Binary8p4ue", "Binary3p1se", "dlfloat16", "e1m6", "e10m4"})
    for (const functions::NamedFunction& named : functions::named_functions())
      if (!test::is_slow(named.function) || format_of(name).bits() <= 8)
        compare_entries(d, named.function, name);
  d.check_once(200'000);
}

TEST_CASE("tables of formats whose subnormal numbers read as zero or are normal", "[functions]") {
  Differences d;
  Format f = format_of("e5m4");
  for (const Subnormals kind : {Subnormals::flush, Subnormals::flush_nearest, Subnormals::none}) {
    f.subnormals = kind;
    const std::vector<double> x = all_values(f), odd = looked_up(Function::gelu, f, x);
    for (std::size_t code = 0; code < x.size(); ++code)
      d.value(odd[code], functions::rounded_to_odd(functions::exact_value(Function::gelu, x[code], 53), 53),
              [&] { return "code " + std::to_string(code); });
  }
  d.check_once(3'000);
}

TEST_CASE("one table serves every mode, 32 random bits up to P = 19", "[functions]") {
  Differences d;
  Random random(81);
  for (const char* name : {"fp16", "bf16", "Binary8p4se", "e8m0fnu"})
    for (const Function f : {Function::exp, Function::log, Function::tanh, Function::sigmoid, Function::gelu,
                             Function::sin, Function::silu_grad})
      compare_projections(d, random, f, name);
  d.check_once(5'000'000);
}

TEST_CASE("what a table weighs, and which formats have one", "[functions]") {
  CHECK(FunctionTable(Function::exp, format_of("fp16")).bytes() <=
        0x10000 * (sizeof(double) + sizeof(float)) + 64);
  CHECK(FunctionTable(Function::exp, format_of("e2m1fn")).bytes() <=
        32 * (sizeof(double) + sizeof(float)) + 64);
  CHECK(FunctionTable::exists_for(format_of("bf16")));
  CHECK_FALSE(FunctionTable::exists_for(format_of("tf32")));
}

TEST_CASE("long spans of narrow formats are looked up like short ones", "[functions]") {
  Differences d;
  Random random(91);
  for (const char* name : {"e4m3fn", "e5m2", "e4m3", "e2m1fn", "Binary8p4se", "Binary8p3sf", "Binary8p5se",
                           "fp16", "bf16", "e6m9"})
    for (const char* to :
         {"e4m3fn", "e5m2", "bf16", "fp16", "e2m1fn", "fp32"})  // of fp16, lower halves are not 0
      for (const Function f : {Function::exp, Function::gelu, Function::log})
        compare_long_spans(d, random, f, name, to);
  d.check_once(400'000);
}
