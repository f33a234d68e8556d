#include "formats/name_grammar.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <stdexcept>

namespace exmy {
namespace {

/// Reads a text from the left.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}
  bool take(std::string_view word) {
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  /// Up to four decimal digits without a leading zero.
  std::optional<int> number() {
    const std::size_t end = std::min(text_.find_first_not_of("0123456789"), text_.size());
    if (end == 0 || end > 4 || (end > 1 && text_.front() == '0')) return std::nullopt;
    int value = 0;
    std::from_chars(text_.data(), text_.data() + end, value);
    text_.remove_prefix(end);
    return value;
  }
  std::string_view rest() const { return text_; }

 private:
  std::string_view text_;
};

[[noreturn]] void refuse(std::string_view name, const std::string& why) {
  throw std::invalid_argument("format \"" + std::string(name) + "\": " + why);
}

bool has_no_nan(int e, int m) { return (e == 2 && (m == 1 || m == 3)) || (e == 3 && m == 2); }

/// Applies fn, fnuz or fnu; false for any other suffix.
bool apply_suffix(Format& f, std::string_view suffix, bool bias_given) {
  if (suffix.empty()) return f.mantissa_bits > 0;
  f.infinities = false;
  if (suffix == "fn") {
    f.nan = has_no_nan(f.exponent_bits, f.mantissa_bits) ? NanCodes::none : NanCodes::all_ones;
  } else if (suffix == "fnuz") {
    f.nan = NanCodes::negative_zero;
    f.negative_zero = false;
    if (!bias_given) ++f.bias;
  } else if (suffix == "fnu" && f.mantissa_bits == 0) {
    f.nan = NanCodes::top_code;
    f.is_signed = f.negative_zero = f.zero = false;
    f.subnormals = Subnormals::none;
  } else {
    return false;
  }
  return true;
}

std::optional<Format> parse_exmy(std::string_view name) {
  Scanner scan(name);
  if (!scan.take("e")) return std::nullopt;
  const auto e = scan.number();
  if (!e || !scan.take("m")) return std::nullopt;
  const auto m = scan.number();
  if (!m) return std::nullopt;
  if (*e < 1 || *e > 11) refuse(name, "exponent_bits is " + std::to_string(*e) + ", must be 1 to 11");
  if (*m > 52) refuse(name, "mantissa_bits is " + std::to_string(*m) + ", must be 0 to 52");
  Format f{*e, *m, (1 << (*e - 1)) - 1};
  const bool bias_given = scan.take("b");
  if (bias_given) {
    const auto bias = scan.number();
    if (!bias) return std::nullopt;
    f.bias = *bias;
  }
  if (!apply_suffix(f, scan.rest(), bias_given)) {
    if (scan.rest().empty()) refuse(name, "a format without suffix needs at least one mantissa bit");
    return std::nullopt;
  }
  return f;
}

Format p3109(int k, int p, bool is_signed, bool extended) {
  Format f;
  f.exponent_bits = k - p + (is_signed ? 0 : 1);
  f.mantissa_bits = p - 1;
  f.bias = 1 << (f.exponent_bits - 1);
  f.is_signed = is_signed;
  f.negative_zero = false;
  f.infinities = extended;
  f.nan = is_signed ? NanCodes::negative_zero : NanCodes::top_code;
  f.semantics = Semantics::p3109;
  return f;
}

std::optional<Format> parse_p3109(std::string_view name) {
  Scanner scan(name);
  if (!scan.take("Binary")) return std::nullopt;
  const auto k = scan.number();
  if (!k || !scan.take("p")) return std::nullopt;
  const auto p = scan.number();
  if (!p) return std::nullopt;
  const bool is_signed = scan.take("s");
  if (!is_signed && !scan.take("u")) return std::nullopt;
  const bool extended = scan.take("e");
  if ((!extended && !scan.take("f")) || !scan.rest().empty()) return std::nullopt;
  if (*k < 3 || *k > 16) refuse(name, "P3109 formats here have K = 3 to 16");
  const int p_max = is_signed ? *k - 1 : *k;
  if (*p < 1 || *p > p_max) refuse(name, "P must be 1 to " + std::to_string(p_max));
  if (*k - *p >= (is_signed ? 12 : 11))
    refuse(name, is_signed ? "its values are not binary64 values (signed, K - P >= 12)"
                           : "its values are not binary64 values (unsigned, K - P >= 11)");
  return p3109(*k, *p, is_signed, extended);
}

}  // namespace

Format parse_format_name(std::string_view name) {
  if (const auto f = parse_exmy(name)) return *f;
  if (const auto f = parse_p3109(name)) return *f;
  throw std::invalid_argument("unknown format \"" + std::string(name) + "\"");
}

std::string spell_format_name(const Format& f) {
  const std::string exmy = "e" + std::to_string(f.exponent_bits) + "m" + std::to_string(f.mantissa_bits);
  const std::string biased = exmy + "b" + std::to_string(f.bias);
  const std::string p3109_name = "Binary" + std::to_string(f.bits()) + "p" + std::to_string(f.precision()) +
                                 (f.is_signed ? "s" : "u") + (f.infinities ? "e" : "f");
  const std::array candidates{exmy,   exmy + "fn",   exmy + "fnuz",   exmy + "fnu",  p3109_name,
                              biased, biased + "fn", biased + "fnuz", biased + "fnu"};
  for (const std::string& name : candidates) {
    try {
      if (parse_format_name(name) == f) return name;
    } catch (const std::invalid_argument&) {
      continue;  // this family has no such member
    }
  }
  return {};
}

}  // namespace exmy
