#include "sim/verify/kernel_data.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "formats/kernels/kernels.hpp"

namespace exmy::verify {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Subject drawn_subject(int number) {
  Draw draw(20, static_cast<std::uint64_t>(number));  // the same formats whatever the seed
  for (;;) {
    Format f{.exponent_bits = 1 + static_cast<int>(draw.below(10)),
             .mantissa_bits = 1 + static_cast<int>(draw.below(50))};
    f.bias = (1 << (f.exponent_bits - 1)) + draw.around_zero(4);
    f.nan = draw.one_in(2) ? NanCodes::ieee : static_cast<NanCodes>(draw.below(5));
    f.infinities = draw.one_in(2);
    f.negative_zero = f.nan != NanCodes::negative_zero && !draw.one_in(4);
    if (draw.one_in(4)) f.semantics = Semantics::p3109;
    if (problem_of(f).empty() && fast_projection_of({f}))
      return {"drawn" + std::to_string(number) + "/e" + std::to_string(f.exponent_bits) + "m" +
                  std::to_string(f.mantissa_bits) + "b" + std::to_string(f.bias),
              f};
  }
}

std::vector<Subject> make_subjects() {
  std::vector<Subject> all;
  for (const char* name :
       {"fp16", "bf16", "tf32", "fp32", "e5m2", "e4m3fn", "e4m3", "e4m3fnuz", "e5m2fnuz", "e4m3b11fnuz",
        "e2m1fn", "e3m2fn", "e2m3fn", "e3m4", "e6m9", "Binary8p4se", "Binary8p3sf", "Binary16p11se", "e7m5"})
    all.emplace_back(std::string_view(name));
  for (int i = 0; i < 45; ++i) all.push_back(drawn_subject(i));
  return all;
}

/// A grid point and a part of the way to the next; half of the time a double beside it.
double near_code(const Format& f, std::uint64_t code, Draw& draw) {
  const bool last = code >= f.max_finite_code();
  const double v = f.finite_value(last ? f.max_finite_code() : code);
  const double gap = last ? v - f.finite_value(f.max_finite_code() - 1) : f.finite_value(code + 1) - v;
  const double x = v + 0.25 * static_cast<double>(draw.below(5)) * gap;
  const int side = draw.around_zero(1);
  return side == 0 ? x : std::nextafter(x, side < 0 ? 0.0 : infinity);
}

double special(const Format& f, Draw& draw) {
  const double all[] = {0.0,
                        0x1p-1074,
                        0x1p-149,
                        0x1p900,
                        infinity,
                        std::numeric_limits<double>::quiet_NaN(),
                        f.min_positive() / 4,
                        f.min_positive() * 0.375,
                        f.max_finite() * 2,
                        0x1.fffffcp-127};
  return all[draw.below(std::size(all))];
}

double hard_value(const Format& f, Draw& draw) {
  const std::uint64_t normal = std::uint64_t{1} << f.mantissa_bits, top = f.max_finite_code();
  switch (draw.below(6)) {
    case 0: return near_code(f, draw.below(3), draw);
    case 1: return near_code(f, normal - 2 + draw.below(4), draw);
    case 2: return near_code(f, top - draw.below(2), draw);
    case 3: return special(f, draw);
    default: return near_code(f, draw.below(top + 1), draw);
  }
}

}  // namespace

const std::vector<Subject>& kernel_subjects() {
  static const std::vector<Subject> all = make_subjects();
  return all;
}

Projection fast_mode(const Format& format, Draw& draw) {
  const int index =
      draw.one_in(2) ? static_cast<int>(draw.below(3)) : static_cast<int>(draw.below(modes_count));
  Projection how = mode(format, index, draw);
  how.random_bits = std::min(how.random_bits, 50 - format.mantissa_bits);
  const bool exists = !is_stochastic(how.rounding) || how.random_bits > 0;
  return exists ? how : Projection{format, Rounding::nearest_even, how.saturation};
}

std::vector<std::uint32_t> randoms_of(const Projection& how, std::size_t n, Draw& draw) {
  std::vector<std::uint32_t> r(n);
  for (std::uint32_t& x : r) x = random_of(how, draw);
  return r;
}

std::vector<double> hard_values(const Format& f, std::size_t n, Draw& draw) {
  std::vector<double> all(n);
  for (double& x : all) x = draw.one_in(2) ? hard_value(f, draw) : -hard_value(f, draw);
  return all;
}

double any_float(Draw& draw, bool specials) {
  const auto bits = static_cast<std::uint32_t>(draw.bits());
  const auto near_one = (bits & 0x807fffffu) | static_cast<std::uint32_t>(118 + draw.below(18)) << 23;
  const std::uint64_t kind = draw.below(8);
  const std::uint32_t wild = kind == 0 ? bits & 0x807fffffu : kind == 1 ? bits & 0xfff80000u : bits;
  if (kind == 2) return static_cast<double>(std::bit_cast<float>(bits & 0x80000000u));
  const bool finite = (wild & 0x7f800000u) != 0x7f800000u;
  const float x = std::bit_cast<float>(kind <= 3 && (finite || specials) ? wild : near_one);
  return static_cast<double>(x);
}

}  // namespace exmy::verify
