#include "sim/verify/subjects.hpp"

#include <array>
#include <cstdio>
#include <stdexcept>

#include "formats/catalog.hpp"
#include "sim/base/json_text.hpp"
#include "sim/config/names.hpp"

namespace exmy::verify {
namespace {

template <class... Args>
std::string formatted(const char* format, Args... args) {
  std::array<char, 200> line{};
  std::snprintf(line.data(), line.size(), format, args...);
  return line.data();
}

/// Every admissible combination of the parameters that are not widths, named by its number.
void add_every_kind(std::vector<Subject>& all, int exponent_bits, int mantissa_bits, int bias) {
  for (int choice = 0; choice < 640; ++choice) {
    Format f{.exponent_bits = exponent_bits, .mantissa_bits = mantissa_bits, .bias = bias};
    f.is_signed = choice % 2 != 0;
    f.negative_zero = choice / 2 % 2 != 0;
    f.zero = choice / 4 % 2 != 0;
    f.infinities = choice / 8 % 2 != 0;
    f.semantics = choice / 16 % 2 != 0 ? Semantics::p3109 : Semantics::ieee754;
    f.subnormals = static_cast<Subnormals>(choice / 32 % 4);
    f.nan = static_cast<NanCodes>(choice / 128);
    if (problem_of(f).empty())
      all.emplace_back(formatted("e%dm%db%d/kind%d", exponent_bits, mantissa_bits, bias, choice), f);
  }
}

/// In a build with a mistake a name may be none; that is found as a mismatch of its digest.
void add_if_valid(std::vector<Subject>& all, const std::string& name) {
  try {
    all.emplace_back(name);
  } catch (const std::invalid_argument&) {
    return;
  }
}

std::vector<Subject> make_narrow() {
  std::vector<Subject> all;
  for (const NamedFormat& row : catalog())
    if (row.format.bits() <= 16) all.emplace_back(row.name);
  for (const char* name : {"e6m9", "e3m12", "e7m3", "e10m5"}) all.emplace_back(name);
  for (const std::string& name : p3109_names()) add_if_valid(all, name);
  add_every_kind(all, 3, 2, 3);
  add_every_kind(all, 4, 0, 7);
  add_every_kind(all, 1, 3, 0);
  add_every_kind(all, 2, 2, 1070);
  return all;
}

std::vector<Subject> make_wide() {
  std::vector<Subject> all;
  for (const char* name :
       {"tf32", "fp32", "fp64", "e5m20", "e8m30", "e11m8", "e2m40", "e4m25fn", "e7m18fnuz"})
    all.emplace_back(name);
  for (const Subnormals s : {Subnormals::none, Subnormals::flush, Subnormals::flush_nearest}) {
    Format f = format_of("e9m40");
    f.subnormals = s;
    all.emplace_back("e9m40/" + word_of(subnormals_names, s), f);
  }
  return all;
}

}  // namespace

Subject::Subject(std::string_view n) : Subject(std::string(n), format_of(n)) {}
Subject::Subject(std::string n, const Format& f) : name(std::move(n)), format(f), model(f) {}

std::vector<std::string> p3109_names() {
  std::vector<std::string> names;
  for (int k = 3; k <= 16; ++k)
    for (int p = 1; p <= k; ++p)
      for (const char* kind : {"se", "sf", "ue", "uf"}) {
        const bool is_signed = kind[0] == 's';
        const bool exists = is_signed ? p < k && k - p < 12 : k - p < 11;
        if (exists) names.push_back(formatted("Binary%dp%d%s", k, p, kind));
      }
  return names;
}

const std::vector<Subject>& narrow_subjects() {
  static const std::vector<Subject> all = make_narrow();
  return all;
}

const std::vector<Subject>& wide_subjects() {
  static const std::vector<Subject> all = make_wide();
  return all;
}

Projection mode(const Format& format, int index, Draw& draw) {
  Projection how{format, static_cast<Rounding>(index / 3), static_cast<Saturation>(index % 3), 16};
  if (how.rounding >= Rounding::stochastic_a)
    how.random_bits = draw.one_in(4) ? 32 : 1 + static_cast<int>(draw.below(31));
  return how;
}

std::uint32_t random_of(const Projection& how, Draw& draw) {
  if (how.rounding < Rounding::stochastic_a) return 0;
  const std::uint64_t one = std::uint64_t{1} << how.random_bits;
  const std::uint64_t r = draw.one_in(8) ? 0 : draw.one_in(7) ? one - 1 : draw.below(one);
  return static_cast<std::uint32_t>(r);
}

Exact exact_of(const second::Number& x) {
  using Kind = Exact::Kind;
  if (x.kind == second::Number::Kind::nan) return {Kind::nan};
  if (x.kind == second::Number::Kind::infinite) return {Kind::infinite, x.negative};
  if (x.whole == 0) return {Kind::zero, x.negative};
  const int length = second::length_of(x.whole);
  return {Kind::finite, x.negative, x.more, x.scale + length - 1, x.whole << (128 - length)};
}

std::string text(double x) { return hex_float(x); }

std::string text(const second::Number& x) {
  if (x.kind == second::Number::Kind::nan) return "NaN";
  const std::string sign = x.negative ? "-" : "";
  if (x.kind == second::Number::Kind::infinite) return sign + "Infinity";
  return sign + formatted("0x%llx%016llx%sp%d", static_cast<unsigned long long>(x.whole >> 64),
                          static_cast<unsigned long long>(x.whole), x.more ? " (and more)" : "", x.scale);
}

std::string text(const Subject& subject, const Projection& how, std::uint32_t random) {
  const std::string line = subject.name + " " + word_of(rounding_names, how.rounding) + " " +
                           word_of(saturation_names, how.saturation);
  if (how.rounding < Rounding::stochastic_a) return line;
  return line + formatted(", N %d, R %u", how.random_bits, random);
}

std::string text(double value, std::uint32_t events, std::uint8_t flags) {
  return text(value) + formatted(" events %05x flags %02x", events, unsigned{flags});
}

std::string text(const Outcome& got) { return text(got.value, got.events.bits, ieee_flags(got)); }
std::string text(const second::Result& want) { return text(want.value, want.events, want.flags); }

}  // namespace exmy::verify
