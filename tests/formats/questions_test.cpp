// Classification, comparison, order and neighbours on every code of formats of every kind, after the text of
// IEEE 754-2019 (5.3.1, 5.7.2, 5.10, 5.11) and of P3109. The oracle decodes; nothing here calls formats/ for it.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "formats/catalog.hpp"
#include "formats/classify.hpp"
#include "formats/operations/operation.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/comparison.hpp"
#include "tests/support/every_kind.hpp"
#include "tests/support/rational_oracle.hpp"

namespace {

using namespace exmy;
using exmy::test::every_kind;
using oracle::Model;
using oracle::Real;
using oracle::text;

struct Coded {
  std::uint64_t code;
  Real exact;
  double value;

  bool is_nan() const { return exact.kind == Real::Kind::nan; }
  bool is_infinite() const { return exact.kind == Real::Kind::infinite; }
};

std::vector<Coded> all_of(const Format& f) {
  const Model model(f);
  std::vector<Coded> result;
  for (std::uint64_t code = 0; code < std::uint64_t{1} << f.bits(); ++code) {
    const Real exact = model.decode(code);
    result.push_back({code, exact, oracle::double_of(exact)});
  }
  return result;
}

bool is_p3109(const Format& f) { return f.semantics == Semantics::p3109; }

std::uint64_t ask(std::string_view name, const Format& f, const std::array<double, 4>& x,
                  Semantics semantics) {
  const Operation& row = *find_operation(name);
  return row.ask(row, f, {x, semantics});
}

// ---- classification ------------------------------------------------------------------------------

std::string class_of(const Format& f, const Real& x) {
  if (x.kind == Real::Kind::nan) return "quiet_nan";
  const bool zero = x.is_zero();
  const bool negative = x.negative && !(zero && is_p3109(f));
  const std::string sign = negative ? "negative_" : "positive_";
  if (x.kind == Real::Kind::infinite) return sign + "infinity";
  if (zero) return sign + "zero";
  const mpq_class limit =
      oracle::power_of_two((f.subnormals == Subnormals::none ? 0 : 1) - f.bias);  // 2^e_min
  return sign + (x.size < limit ? "subnormal" : "normal");
}

struct Differences {
  std::string text;
  std::uint64_t cases = 0;

  void expect(std::uint64_t got, std::uint64_t want, const Format& f, const std::string& what) {
    ++cases;
    if (got != want && text.size() < 2000)
      text += what + " of " + oracle::text(Projection{f}) + ": " + std::to_string(got) + ", not " +
              std::to_string(want) + "\n";
  }
};

void classify_all(Differences& d, const Format& f, const std::vector<Coded>& all) {
  for (const Coded& x : all) {
    const std::string name = class_of(f, x.exact);
    const auto one = [&](std::string_view question, bool want) {
      d.expect(ask(question, f, {x.value}, f.semantics), want ? 1 : 0, f,
               std::string(question) + " " + text(x.value));
    };
    const auto ends = [&](std::string_view tail) { return name.ends_with(tail); };
    const auto want = std::find(number_class_names.begin(), number_class_names.end(), name);
    d.expect(ask("class", f, {x.value}, f.semantics),
             static_cast<std::uint64_t>(want - number_class_names.begin()), f, "class " + text(x.value));
    one("is_zero", ends("zero"));
    one("is_one", x.exact.is_number() && !x.exact.negative && x.exact.size == 1);
    one("is_nan", ends("nan"));
    one("is_sign_minus", name.starts_with("negative"));
    one("is_finite", x.exact.is_number());
    one("is_infinite", ends("infinity"));
    one("is_normal", ends("_normal"));
    one("is_subnormal", ends("subnormal"));
  }
}

// ---- order ---------------------------------------------------------------------------------------

/// Position on the extended real line as a rational; infinities beyond everything.
mpq_class position(const Real& x) {
  const mpq_class size = x.kind == Real::Kind::infinite ? oracle::power_of_two(2000) : x.size;
  return x.negative ? mpq_class(-size) : size;
}

/// IEEE 754-2019 5.10 for one positive NaN; P3109: NaN first, zeros equal.
bool comes_before_or_same(const Coded& x, const Coded& y, bool p3109) {
  if (p3109) return x.is_nan() || (!y.is_nan() && position(x.exact) <= position(y.exact));
  if (y.is_nan()) return true;
  if (x.is_nan()) return false;
  if (x.exact.is_zero() && y.exact.is_zero()) return x.exact.negative || !y.exact.negative;
  return position(x.exact) <= position(y.exact);
}

void compare_all(Differences& d, const Format& f, const std::vector<Coded>& xs, const std::vector<Coded>& ys,
                 Semantics semantics) {
  for (const Coded& x : xs)
    for (const Coded& y : ys) {
      const bool ordered = !x.is_nan() && !y.is_nan();
      const int order = ordered ? cmp(position(x.exact), position(y.exact)) : 0;
      const auto one = [&](std::string_view question, bool want) {
        d.expect(ask(question, f, {x.value, y.value}, semantics), want ? 1 : 0, f,
                 std::string(question) + " " + text(x.value) + " " + text(y.value));
      };
      one("compare_less", ordered && order < 0);
      one("compare_less_equal", ordered && order <= 0);
      one("compare_equal", ordered && order == 0);
      one("compare_greater_equal", ordered && order >= 0);
      one("compare_greater", ordered && order > 0);
      one("total_order", comes_before_or_same(x, y, semantics == Semantics::p3109));
    }
}

// ---- neighbours ----------------------------------------------------------------------------------

/// The code that stands for a value: of several equal ones (codes that read as 0, NaNs) the canonical.
std::uint64_t canonical(const Format& f, const std::vector<Coded>& all, const Coded& x) {
  if (x.is_nan()) {
    const std::uint64_t infinity_field = ((std::uint64_t{1} << f.exponent_bits) - 1) << f.mantissa_bits;
    if (f.nan == NanCodes::ieee) return infinity_field + (std::uint64_t{1} << (f.mantissa_bits - 1));
  }
  for (const Coded& y : all)
    if (y.exact.kind == x.exact.kind && y.exact.size == x.exact.size && y.exact.negative == x.exact.negative)
      return y.code;
  return x.code;
}

/// The least value above x: of zeros that are equal to each other the negative one when coming from below.
std::uint64_t neighbour(const Format& f, const std::vector<Coded>& all, const Coded& x, bool above) {
  if (x.is_nan()) return canonical(f, all, x);
  const Coded* best = nullptr;
  const Coded* nan = nullptr;
  for (const Coded& y : all) {
    if (y.is_nan()) {
      nan = &y;
      continue;
    }
    const int order = cmp(position(y.exact), position(x.exact));
    if (above ? order <= 0 : order >= 0) continue;
    const int closer = best == nullptr ? 1 : cmp(position(best->exact), position(y.exact));
    const bool zero_wins = closer == 0 && y.exact.negative == (above && !is_p3109(f));
    if (best == nullptr || (above ? closer > 0 : closer < 0) || zero_wins) best = &y;
  }
  if (best != nullptr) return canonical(f, all, *best);
  return is_p3109(f) && nan != nullptr ? canonical(f, all, *nan) : canonical(f, all, x);
}

void step_all(Differences& d, const Format& f, const std::vector<Coded>& all) {
  for (const Coded& x : all) {
    if (is_p3109(f) && x.exact.is_zero() && x.exact.negative) continue;  // no value of such a format
    d.expect(ask("next_greater_than", f, {x.value}, f.semantics), neighbour(f, all, x, true), f,
             "above " + text(x.value));
    d.expect(ask("next_less_than", f, {x.value}, f.semantics), neighbour(f, all, x, false), f,
             "below " + text(x.value));
  }
}

std::vector<Format> small_formats() {
  std::vector<Format> result;
  for (const auto& [e, m, bias] : {std::array{2, 2, 1}, {3, 1, 3}, {1, 2, 0}, {4, 0, 7}})
    for (const Format& f : every_kind(e, m, bias)) result.push_back(f);
  for (const NamedFormat& row : catalog())
    if (row.format.bits() <= 8) result.push_back(row.format);
  for (const char* name : {"Binary8p4se", "Binary8p3sf", "Binary8p1ue", "Binary7p7uf", "Binary5p4sf"})
    result.push_back(format_of(name));
  return result;
}

}  // namespace

TEST_CASE("classes, order and neighbours of every code of small formats", "[formats][questions]") {
  Differences d;
  for (const Format& f : small_formats()) {
    const std::vector<Coded> all = all_of(f);
    classify_all(d, f, all);
    step_all(d, f, all);
    if (f.bits() <= 5) compare_all(d, f, all, all, f.semantics);
  }
  CHECK(d.text == "");
  CHECK(d.cases > 1'000'000);
}

TEST_CASE("comparisons of formats of different kinds", "[formats][questions]") {
  Differences d;
  const Format e4m3 = format_of("e4m3"), e5m2 = format_of("e5m2fnuz"), p = format_of("Binary8p4se"),
               fp4 = format_of("e2m1fn");
  compare_all(d, e4m3, all_of(e4m3), all_of(e5m2), Semantics::ieee754);
  compare_all(d, fp4, all_of(fp4), all_of(p), Semantics::p3109);
  CHECK(d.text == "");
}

TEST_CASE("neighbours of fp16 and fp64", "[formats][questions]") {
  const Format fp16 = format_of("fp16");
  const auto up = [](const Format& f, std::uint64_t code) {
    return ask("next_greater_than", f, {oracle::double_of(Model(f, Model::Search::arithmetic).decode(code))},
               f.semantics);
  };
  for (std::uint64_t code = 1; code < 0x7c00; code += 7) CHECK(up(fp16, code) == code + 1);
  for (std::uint64_t code = 0x8001; code <= 0xfc00; code += 7) CHECK(up(fp16, code) == code - 1);
  CHECK(up(fp16, 0x8000) == 1);
  CHECK(up(fp16, 0x7c00) == 0x7c00);
  const Format fp64 = format_of("fp64");
  for (const double x : {1.0, -1.0, 0x1p-1074, 0x1.fffffffffffffp1023, -0x1p-1022, 1.5, -0x1p600}) {
    const double inf = HUGE_VAL;
    const auto code = [](double value) {
      std::uint64_t bits;
      std::memcpy(&bits, &value, sizeof bits);
      return bits;
    };
    CHECK(ask("next_greater_than", fp64, {x}, fp64.semantics) == code(std::nextafter(x, inf)));
    CHECK(ask("next_less_than", fp64, {x}, fp64.semantics) == code(std::nextafter(x, -inf)));
  }
}

TEST_CASE("the table of operations names each row once and says what it gives", "[formats][operations]") {
  for (const Operation& row : operations()) {
    INFO(row.name);
    CHECK(find_operation(row.name) == &row);
    if (!row.p3109.empty()) CHECK(find_operation(row.p3109) == &row);
    CHECK((row.project == nullptr) != (row.ask == nullptr));
    CHECK((row.result == ResultKind::value) == (row.project != nullptr));
    CHECK((row.arity >= 1 && row.arity <= 4));
    CHECK(row.p3109.empty() == row.category.empty());
  }
  CHECK(find_operation("minimum_numbers") == nullptr);
  CHECK(find_operation("") == nullptr);
}
