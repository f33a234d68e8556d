#include "sim/sweep/expression.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

#include "sim/base/json_text.hpp"
#include "sim/base/philox.hpp"
#include "sim/base/text.hpp"

namespace exmy {
namespace {

constexpr std::uint64_t text_tag = 0x1fff;  // the sign, the exponent and two more bits of such a NaN
constexpr int hash_bits = 50;
constexpr const char* letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
constexpr const char* name_letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.";

[[noreturn]] void fail(const std::string& message) { throw ValueMisfit(message); }

double number(double x) {
  if (is_text(x)) fail("a text where a number is needed");
  return x;
}

/// A decimal number or a text in double quotes at the beginning of `text`, in any locale.
int take_value(const char* text, int* position, double* value) {
  const char* const end = text + std::strlen(text);
  if (*text == '"') {
    const char* const close = std::find(text + 1, end, '"');
    if (close == end) return 0;
    *value = boxed({text + 1, close});
    *position += static_cast<int>(close + 1 - text);
    return 1;
  }
  if (*text != '.' && (*text < '0' || *text > '9')) return 0;
  const auto [rest, error] = std::from_chars(text, end, *value);
  if (error != std::errc{}) return 0;
  *position += static_cast<int>(rest - text);
  return 1;
}

bool same(double a, double b) {
  if (is_text(a) != is_text(b)) fail("a text is compared with a number");
  return is_text(a) ? std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) : a == b;
}

double truth(bool x) { return x ? 1 : 0; }

double smallest(const double* x, int n) {
  return *std::min_element(x, x + n, [](double a, double b) { return number(a) < number(b); });
}
double largest(const double* x, int n) {
  return *std::max_element(x, x + n, [](double a, double b) { return number(a) < number(b); });
}

struct Operator {
  const char* name;
  mu::fun_type2 apply;
  unsigned precedence;
};
constexpr std::array operators{
    Operator{"||", [](double a, double b) { return truth(number(a) != 0 || number(b) != 0); }, mu::prLOR},
    Operator{"&&", [](double a, double b) { return truth(number(a) != 0 && number(b) != 0); }, mu::prLAND},
    Operator{"==", [](double a, double b) { return truth(same(a, b)); }, mu::prCMP},
    Operator{"!=", [](double a, double b) { return truth(!same(a, b)); }, mu::prCMP},
    Operator{"<", [](double a, double b) { return truth(number(a) < number(b)); }, mu::prCMP},
    Operator{"<=", [](double a, double b) { return truth(number(a) <= number(b)); }, mu::prCMP},
    Operator{">", [](double a, double b) { return truth(number(a) > number(b)); }, mu::prCMP},
    Operator{">=", [](double a, double b) { return truth(number(a) >= number(b)); }, mu::prCMP},
    Operator{"+", [](double a, double b) { return number(a) + number(b); }, mu::prADD_SUB},
    Operator{"-", [](double a, double b) { return number(a) - number(b); }, mu::prADD_SUB},
    Operator{"*", [](double a, double b) { return number(a) * number(b); }, mu::prMUL_DIV},
    Operator{"/", [](double a, double b) { return number(a) / number(b); }, mu::prMUL_DIV}};

template <auto fact>
double fact_of(void* texts, double format) {
  return static_cast<double>(fact(static_cast<ConstraintTexts*>(texts)->format(format)));
}

struct Fact {
  const char* name;
  mu::fun_userdata_type1 ask;
};
constexpr std::array facts{Fact{"bits", fact_of<[](const Format& f) { return f.bits(); }>},
                           Fact{"exponent_bits", fact_of<[](const Format& f) { return f.exponent_bits; }>},
                           Fact{"mantissa_bits", fact_of<[](const Format& f) { return f.mantissa_bits; }>},
                           Fact{"precision", fact_of<[](const Format& f) { return f.precision(); }>},
                           Fact{"bias", fact_of<[](const Format& f) { return f.bias; }>},
                           Fact{"max_finite", fact_of<[](const Format& f) { return f.max_finite(); }>},
                           Fact{"min_normal", fact_of<[](const Format& f) { return f.min_normal(); }>},
                           Fact{"min_positive", fact_of<[](const Format& f) { return f.min_positive(); }>}};

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : compact_text(value);
}

std::uint64_t hash_of(double text) {
  return std::bit_cast<std::uint64_t>(text) & ((std::uint64_t{1} << hash_bits) - 1);
}

}  // namespace

double boxed(std::string_view text) {
  return std::bit_cast<double>(text_tag << hash_bits | fnv1a64(text) >> (64 - hash_bits));
}

bool is_text(double value) { return std::bit_cast<std::uint64_t>(value) >> hash_bits == text_tag; }

double ConstraintTexts::box(const Json& value) {
  const double text = boxed(text_of(value));
  const auto [place, is_new] = values_.emplace(hash_of(text), value);
  if (!is_new && text_of(place->second) != text_of(value))
    fail("two texts have the same hash: choose other values");
  return text;
}

const Format& ConstraintTexts::format(double value) {
  if (!is_text(value)) fail("a number where a format is needed");
  if (const auto known = formats_.find(hash_of(value)); known != formats_.end()) return known->second;
  Document document;
  document.set("/format", values_.at(hash_of(value)), {});
  std::vector<Problem> problems;
  ObjectReader reader(document, "", problems);
  const Format format = names_.read(reader.value("format"));
  if (!problems.empty()) fail(problems.front().message);
  return formats_.emplace(hash_of(value), format).first->second;
}

ConstraintParser::ConstraintParser(ConstraintTexts& texts) : texts_(&texts) {
  EnableBuiltInOprt(false);
  InitCharSets();
  InitFun();
  InitOprt();
  AddValIdent(take_value);
}

void ConstraintParser::InitCharSets() {
  DefineNameChars(name_letters);
  DefineOprtChars("|&=!<>+-*/");
  DefineInfixOprtChars("-!");
}

void ConstraintParser::InitFun() {
  DefineFun(
      "abs", +[](double x) { return std::fabs(number(x)); }, false);
  DefineFun(
      "floor", +[](double x) { return std::floor(number(x)); }, false);
  DefineFun("min", +smallest, false);
  DefineFun("max", +largest, false);
  for (const Fact& fact : facts) DefineFunUserData(fact.name, fact.ask, texts_, false);
}

void ConstraintParser::InitOprt() {
  for (const Operator& row : operators) DefineOprt(row.name, row.apply, row.precedence);
  DefineInfixOprt(
      "-", +[](double x) { return -number(x); }, mu::prINFIX, false);
  DefineInfixOprt(
      "!", +[](double x) { return truth(number(x) == 0); }, mu::prINFIX, false);
}

std::vector<std::string> ConstraintParser::function_names() {
  std::vector<std::string> names{"abs", "floor", "min", "max"};
  for (const Fact& fact : facts) names.emplace_back(fact.name);
  return names;
}

bool ConstraintParser::is_variable_name(std::string_view name) {
  return !name.empty() && name.size() < 100 &&
         name.find_first_not_of(name_letters) == std::string_view::npos &&
         std::strchr(letters, name.front()) != nullptr;
}

}  // namespace exmy
