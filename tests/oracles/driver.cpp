// Answers the Python cross-checks (driver.py). A request is a line of words, then its numbers in binary
// (the machine's byte order):
//   decode FORMAT                                           -> the values of all codes (K <= 16)
//   encode FORMAT COUNT, doubles                            -> codes (uint64; all ones: no such value)
//   OPERATION FORMAT ROUNDING SATURATION RANDOM_BITS COUNT, -> doubles, event bits (uint32)
//     COUNT doubles per operand, COUNT random integers (uint32)
// The answer is a line "ok BYTES" with that many bytes, or "error TEXT".

#include <array>
#include <cstdint>
#include <iostream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "formats/arithmetic.hpp"
#include "formats/catalog.hpp"
#include "formats/codec.hpp"

namespace {

using exmy::Outcome;
using exmy::Projection;
using exmy::Rounding;
using exmy::Saturation;

template <typename T>
struct Named {
  std::string_view name;
  T value;
};

constexpr std::array roundings{Named<Rounding>{"nearest_even", Rounding::nearest_even},
                               Named<Rounding>{"nearest_away", Rounding::nearest_away},
                               Named<Rounding>{"toward_zero", Rounding::toward_zero},
                               Named<Rounding>{"toward_positive", Rounding::toward_positive},
                               Named<Rounding>{"toward_negative", Rounding::toward_negative},
                               Named<Rounding>{"to_odd", Rounding::to_odd},
                               Named<Rounding>{"stochastic_a", Rounding::stochastic_a},
                               Named<Rounding>{"stochastic_b", Rounding::stochastic_b},
                               Named<Rounding>{"stochastic_c", Rounding::stochastic_c}};
constexpr std::array saturations{Named<Saturation>{"none", Saturation::none},
                                 Named<Saturation>{"finite", Saturation::finite},
                                 Named<Saturation>{"propagate", Saturation::propagate}};

/// One element: its operands (those that the operation does not have are 0) and R.
struct Element {
  double x;
  double y;
  double z;
  std::uint32_t random;
};

struct Operation {
  std::size_t operands;
  Outcome (*apply)(const Projection& how, const Element& e);
};

Outcome apply_project(const Projection& how, const Element& e) { return exmy::project(how, e.x, e.random); }
Outcome apply_add(const Projection& how, const Element& e) { return exmy::add(how, e.x, e.y, e.random); }
Outcome apply_sub(const Projection& how, const Element& e) { return exmy::sub(how, e.x, e.y, e.random); }
Outcome apply_mul(const Projection& how, const Element& e) { return exmy::mul(how, e.x, e.y, e.random); }
Outcome apply_div(const Projection& how, const Element& e) { return exmy::div(how, e.x, e.y, e.random); }
Outcome apply_fma(const Projection& how, const Element& e) { return exmy::fma(how, e.x, e.y, e.z, e.random); }
Outcome apply_sqrt(const Projection& how, const Element& e) { return exmy::sqrt(how, e.x, e.random); }

constexpr std::array operations{
    Named<Operation>{"project", {1, apply_project}}, Named<Operation>{"add", {2, apply_add}},
    Named<Operation>{"sub", {2, apply_sub}},         Named<Operation>{"mul", {2, apply_mul}},
    Named<Operation>{"div", {2, apply_div}},         Named<Operation>{"fma", {3, apply_fma}},
    Named<Operation>{"sqrt", {1, apply_sqrt}}};

template <typename Table>
auto find(const Table& table, std::string_view name) {
  for (const auto& row : table)
    if (row.name == name) return row.value;
  throw std::invalid_argument("unknown word \"" + std::string(name) + "\"");
}

template <typename T>
std::vector<T> read(std::size_t count) {
  std::vector<T> numbers(count);
  const auto size = static_cast<std::streamsize>(count * sizeof(T));
  if (!std::cin.read(reinterpret_cast<char*>(numbers.data()), size))
    throw std::runtime_error("the numbers of a request are cut off");
  return numbers;
}

template <typename T>
void append(std::string& answer, const T& number) {
  answer.append(reinterpret_cast<const char*>(&number), sizeof number);
}

std::string decode_all(const std::string& name) {
  const exmy::Format format = exmy::format_of(name);
  if (format.bits() > 16) throw std::invalid_argument("too many codes");
  std::string answer;
  for (std::uint64_t code = 0; code < std::uint64_t{1} << format.bits(); ++code)
    append(answer, exmy::decode(format, code));
  return answer;
}

std::string encode_all(const std::string& name, const std::vector<double>& values) {
  const exmy::Format format = exmy::format_of(name);
  std::string answer;
  for (const double value : values) append(answer, exmy::encode(format, value).value_or(~std::uint64_t{0}));
  return answer;
}

std::string operate(const std::string& name, std::istream& words) {
  const Operation operation = find(operations, name);
  std::string format, rounding, saturation;
  int random_bits = 0;
  std::size_t count = 0;
  words >> format >> rounding >> saturation >> random_bits >> count;
  const std::vector<double> operands = read<double>(count * operation.operands);
  const std::vector<std::uint32_t> random = read<std::uint32_t>(count);
  const Projection how{exmy::format_of(format), find(roundings, rounding), find(saturations, saturation),
                       random_bits};
  const auto operand = [&](std::size_t k, std::size_t i) {
    return k < operation.operands ? operands[k * count + i] : 0.0;
  };
  std::string answer, events;
  for (std::size_t i = 0; i < count; ++i) {
    const Outcome out = operation.apply(how, {operand(0, i), operand(1, i), operand(2, i), random[i]});
    append(answer, out.value);
    append(events, out.events.bits);
  }
  return answer + events;
}

std::string answer_to(const std::string& request) {
  std::istringstream words(request);
  std::string verb;
  words >> verb;
  if (verb != "decode" && verb != "encode") return operate(verb, words);
  std::string format;
  words >> format;
  if (verb == "decode") return decode_all(format);
  std::size_t count = 0;
  words >> count;
  return encode_all(format, read<double>(count));
}

}  // namespace

int main() {
  for (std::string request; std::getline(std::cin, request);) {
    try {
      const std::string answer = answer_to(request);
      std::cout << "ok " << answer.size() << '\n' << answer << std::flush;
    } catch (const std::exception& error) {
      std::cout << "error " << error.what() << std::endl;
    }
  }
}
