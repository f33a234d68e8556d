#include <algorithm>
#include <cstdio>
#include <iostream>

#include "formats/binary64.hpp"
#include "formats/codec.hpp"
#include "sim/base/error.hpp"
#include "sim/base/files.hpp"
#include "sim/base/json_text.hpp"
#include "sim/base/text.hpp"
#include "sim/cli/commands.hpp"
#include "sim/config/names.hpp"
#include "sim/tools/format_comparison.hpp"
#include "sim/tools/names.hpp"
#include "sim/tools/npy.hpp"
#include "sim/tools/numbers.hpp"
#include "sim/tools/quantization.hpp"

namespace exmy {
namespace {

void check(const QuantizeArguments& a) {
  if (a.in.empty() == a.values.empty())
    throw UsageError("quantize takes either values or --in FILE.npy" +
                     std::string(a.in.empty() ? "" : ", not both"));
  if (a.in.empty() && !a.out.empty()) throw UsageError("--out needs --in: values go to the standard output");
  if (!a.in.empty() && a.out.empty() && !a.counters && !a.json)
    throw UsageError("--in needs --out FILE.npy, --counters or --json");
  if (a.random_bits < 1 || a.random_bits > 32)
    throw UsageError("--random-bits is " + std::to_string(a.random_bits) + ", must be 1 to 32");
}

double scale_of(const QuantizeArguments& a) {
  const double scale = number_named(a.scale).nearest;
  if (!(scale > 0) || !is_finite(scale))
    throw UsageError("--scale is " + in_quotes(a.scale) + ", must be positive and finite");
  return scale;
}

StreamQuantizer quantizer_of(const QuantizeArguments& a) {
  return {{format_named(a.format), rounding_named(a.rounding), saturation_named(a.saturation), a.random_bits},
          scale_of(a),
          a.seed};
}

/// Codes of values of the format.
std::vector<std::uint64_t> codes_of(const Format& format, const std::vector<double>& values) {
  std::vector<std::uint64_t> codes;
  codes.reserve(values.size());
  for (const double x : values) codes.push_back(encode(format, x).value());
  return codes;
}

Json settings_json(const QuantizeArguments& a, const StreamQuantizer& quantizer) {
  Json out{{"format", a.format}, {"rounding", a.rounding}, {"saturation", a.saturation}};
  if (quantizer.scale() != 1) out["scale"] = quantizer.scale();
  if (is_stochastic(quantizer.projection().rounding)) {
    out["random_bits"] = a.random_bits;
    out["seed"] = a.seed;
  }
  return out;
}

void print_statistics(const Json& statistics) {
  for (const auto& [key, value] : statistics["counters"].items()) {
    if (!key.ends_with("_count")) continue;
    const std::string name = key.substr(0, key.size() - 6);
    const Json share = statistics["counters"].value(name + "_fraction", Json(1.0));
    std::printf("%-18s %12s  %s\n", name.c_str(), value.dump().c_str(), brief(share.get<double>()).c_str());
  }
  for (const auto& [key, value] : statistics["error"].items())
    std::printf("%-18s %12s\n", key.c_str(),
                value.is_number_float() ? brief(value).c_str()
                : value.is_string()     ? value.get<std::string>().c_str()
                                        : value.dump().c_str());
}

int quantize_words(const QuantizeArguments& a) {
  StreamQuantizer quantizer = quantizer_of(a);
  const Format& format = quantizer.projection().format;
  std::vector<Number> numbers;
  for (const std::string& word : a.values) numbers.push_back(number_named(word));
  std::vector<double> x, q;
  Json out = settings_json(a, quantizer);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    x.push_back(numbers[i].nearest);
    q.push_back(quantizer.scale() == 1 ? quantizer(numbers[i].exact, i) : quantizer(x.back(), i));
    const std::string code = code_text(format, encode(format, q.back()).value());
    out["values"].push_back(json_number(q.back()));
    out["values_hex"].push_back(hex_float(q.back()));
    out["codes"].push_back(code);
    if (!a.json) std::puts(a.codes ? code.c_str() : value_text(q.back()).c_str());
  }
  const Json statistics = statistics_json(quantizer.counters(), error_of(x, q, quantizer.scale()));
  if (a.counters) out.update(statistics);
  if (a.json) std::cout << pretty_text(out);
  if (a.counters && !a.json) {
    std::puts("");
    print_statistics(statistics);
  }
  return 0;
}

std::string type_of_codes(const Format& f) {
  return f.bits() <= 8 ? "|u1" : f.bits() <= 16 ? "<u2" : f.bits() <= 32 ? "<u4" : "<u8";
}

/// The input's type where it has every value of the format, else binary64.
std::string type_of_values(const Format& f, const std::string& type) {
  const bool fits = common_values(f, format_of_type(type)) == common_values(f, f);
  return fits ? "<" + type.substr(1) : "<f8";
}

int quantize_array(const QuantizeArguments& a) {
  StreamQuantizer quantizer = quantizer_of(a);
  const Format& format = quantizer.projection().format;
  const FloatArray array = read_npy(a.in);
  std::vector<double> q;
  q.reserve(array.values.size());
  for (std::size_t i = 0; i < array.values.size(); ++i)
    q.push_back(quantizer(array.values[i], array.layout.row_major(i)));
  ArrayLayout layout = array.layout;
  layout.type = a.codes ? type_of_codes(format) : type_of_values(format, array.layout.type);
  if (!a.out.empty())
    write_atomically(a.out, a.codes ? npy_of_codes(layout, codes_of(format, q)) : npy_of_values(layout, q));
  Json out = settings_json(a, quantizer);
  out["in"] = {{"path", a.in.string()}, {"type", array.layout.type}, {"shape", array.layout.shape}};
  if (!a.out.empty()) out["out"] = {{"path", a.out.string()}, {"type", layout.type}};
  const Json statistics = statistics_json(quantizer.counters(), error_of(array.values, q, quantizer.scale()));
  if (a.counters) out.update(statistics);
  if (a.json) std::cout << pretty_text(out);
  if (!a.json && !a.out.empty()) std::puts(a.out.c_str());
  if (!a.json && a.counters) print_statistics(statistics);
  return 0;
}

}  // namespace

int quantize_command(const QuantizeArguments& arguments) {
  check(arguments);
  return arguments.in.empty() ? quantize_words(arguments) : quantize_array(arguments);
}

}  // namespace exmy
