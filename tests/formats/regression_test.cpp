// Numbers that other libraries get wrong or choose differently, and the reference points of numerics.

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "formats/arithmetic.hpp"
#include "formats/catalog.hpp"
#include "formats/codec.hpp"
#include "formats/project.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double quiet = std::numeric_limits<double>::quiet_NaN();
constexpr Rounding even = Rounding::nearest_even, away = Rounding::nearest_away,
                   truncated = Rounding::toward_zero, up = Rounding::toward_positive,
                   down = Rounding::toward_negative, odd = Rounding::to_odd;
constexpr Saturation none = Saturation::none, clamped = Saturation::finite, propagate = Saturation::propagate;

Projection to(const std::string& name, Rounding rounding = even, Saturation saturation = none, int n = 16) {
  return {format_of(name), rounding, saturation, n};
}

std::uint64_t bits(double x) {
  std::uint64_t result;
  std::memcpy(&result, &x, sizeof result);
  return result;
}

/// Equal in every bit: signs of zeros and NaN count.
bool same(const Outcome& got, double want) { return bits(got.value) == bits(want); }

double from_bits(std::uint64_t b) {
  double result;
  std::memcpy(&result, &b, sizeof result);
  return result;
}

}  // namespace

TEST_CASE("reference points of numerics section 1", "[formats]") {
  struct Point {
    const char* name;
    double max, min_normal, min_positive;
  };
  for (const Point& p : {Point{"e4m3fn", 448, 0x1p-6, 0x1p-9},
                         {"e5m2", 57344, 0x1p-14, 0x1p-16},
                         {"e4m3fnuz", 240, 0x1p-7, 0x1p-10},
                         {"fp16", 65504, 0x1p-14, 0x1p-24},
                         {"bf16", 0x1.fep127, 0x1p-126, 0x1p-133},
                         {"e4m3", 240, 0x1p-6, 0x1p-9},
                         {"e2m1fn", 6, 1, 0.5},
                         {"Binary8p4se", 224, 0x1p-7, 0x1p-10}}) {
    const Format f = format_of(p.name);
    INFO(p.name);
    CHECK(f.max_finite() == p.max);
    CHECK(f.min_normal() == p.min_normal);
    CHECK(f.min_positive() == p.min_positive);
    CHECK(decode(f, f.max_finite_code()) == p.max);
    CHECK(decode(f, 1) == p.min_positive);
  }
  CHECK(format_of("Binary8p3se").max_finite() == 49152);
  CHECK(format_of("ocp_e4m3") == format_of("e4m3fn"));
}

TEST_CASE("codes named by numerics section 1", "[formats]") {
  const std::vector<double> e2m1fn{0, 0.5, 1, 1.5, 2, 3, 4, 6};
  for (std::uint64_t code = 0; code < 8; ++code) {
    CHECK(bits(decode(format_of("e2m1fn"), code)) == bits(e2m1fn[code]));
    CHECK(bits(decode(format_of("e2m1fn"), code + 8)) == bits(-e2m1fn[code]));
  }
  const Format p4 = format_of("Binary8p4se");
  CHECK(encode(p4, 2.0) == 0x48u);
  CHECK(encode(p4, inf) == 0x7fu);
  CHECK(encode(p4, quiet) == 0x80u);
  CHECK(decode(p4, 0x48) == 2.0);
  CHECK(decode(p4, 0x7f) == inf);
  CHECK(std::isnan(decode(p4, 0x80)));
  CHECK(encode(format_of("fp16"), quiet) == 0x7e00u);
  CHECK(encode(format_of("bf16"), quiet) == 0x7fc0u);
  CHECK(encode(format_of("e5m2"), quiet) == 0x7eu);
}

TEST_CASE("overflow of fp16: 70000, 65520 and their neighbours", "[project]") {
  for (const double x : {70000.0, 65520.0}) {
    CHECK(same(project(to("fp16"), x), inf));
    CHECK(same(project(to("fp16"), -x), -inf));
    CHECK(same(project(to("fp16", away), x), inf));
    CHECK(same(project(to("fp16", truncated), x), 65504));
    CHECK(same(project(to("fp16", down), x), 65504));
    CHECK(same(project(to("fp16", down), -x), -inf));
    CHECK(same(project(to("fp16", odd), x), 65504));
    CHECK(same(project(to("fp16", even, clamped), x), 65504));
    CHECK(same(project(to("fp16", even, propagate), x), 65504));
    CHECK(ieee_flags(project(to("fp16"), x)) == (flag_overflow | flag_inexact));
  }
  CHECK(same(project(to("fp16"), std::nextafter(65520.0, 0.0)), 65504));
  CHECK(ieee_flags(project(to("fp16"), std::nextafter(65520.0, 0.0))) == flag_inexact);
}

TEST_CASE("a NaN loses sign and payload and never becomes an infinity", "[project]") {
  const std::uint64_t payloads[] = {0x7ff0000000000001, 0x7fffffffe0000000, 0xffffffffffffffff,
                                    0xfff0000000000001, 0x7ff0000020000000, 0x7ff8000000000000};
  for (const char* name : {"fp32", "fp16", "bf16", "e5m2", "e4m3fn", "e4m3fnuz", "Binary8p4se", "e8m0fnu"})
    for (const std::uint64_t payload : payloads)
      for (const Saturation saturation : {none, clamped, propagate}) {
        const Outcome got = project(to(name, up, saturation), from_bits(payload));
        CHECK(bits(got.value) == 0x7ff8000000000000u);
        CHECK(encode(format_of(name), got.value) == encode(format_of(name), quiet));
      }
  for (const std::uint64_t payload : payloads) {
    const Outcome lost = project(to("e2m1fn"), from_bits(payload));
    CHECK(same(lost, 0.0));
    CHECK(lost.events.has(Event::nan_lost));
  }
}

TEST_CASE("the double before a power of two", "[project]") {
  for (const char* name : {"fp32", "fp16", "bf16", "e5m2", "e4m3fn", "e3m4"}) {
    const Format f = format_of(name);
    for (int k = f.e_min() + 1; k <= f.e_max(); ++k) {
      const double power = std::ldexp(1.0, k), x = std::nextafter(power, 0.0);
      const double before = power - std::ldexp(1.0, k - f.mantissa_bits - 1);
      INFO(name << " 2^" << k);
      for (const double sign : {1.0, -1.0}) {
        CHECK(same(project(to(name, even), sign * x), sign * power));
        CHECK(same(project(to(name, away), sign * x), sign * power));
        CHECK(same(project(to(name, truncated), sign * x), sign * before));
        CHECK(same(project(to(name, up), sign * x), sign > 0 ? power : -before));
        CHECK(same(project(to(name, down), sign * x), sign > 0 ? before : -power));
        CHECK(same(project(to(name, odd), sign * x), sign * before));
      }
    }
  }
}

TEST_CASE("between half the smallest subnormal and all of it", "[project]") {
  for (const char* name : {"fp32", "fp16", "bf16", "e5m2", "e4m3fn", "e2m1fn", "Binary8p4se"}) {
    const double least = decode(format_of(name), 1), half = least / 2;
    INFO(name);
    CHECK(same(project(to(name), half), 0.0));
    CHECK(same(project(to(name, away), half), least));
    CHECK(same(project(to(name, odd), half), least));
    CHECK(same(project(to(name), std::nextafter(half, 0.0)), 0.0));
    CHECK(same(project(to(name, away), std::nextafter(half, 0.0)), 0.0));
    for (const double x : {std::nextafter(half, 1.0), 0.75 * least, std::nextafter(least, 0.0)}) {
      CHECK(same(project(to(name), x), least));
      CHECK(same(project(to(name, away), x), least));
      CHECK(same(project(to(name, up), x), least));
      CHECK(same(project(to(name, truncated), x), 0.0));
      CHECK(same(project(to(name), -x), -least));
    }
  }
}

TEST_CASE("zeros and tiny negatives rounded up keep their sign where the format has it", "[project]") {
  for (const char* name : {"fp32", "fp16", "bf16", "e5m2", "e4m3fn", "e2m1fn"})
    for (const double x : {-0.0, -0x1p-1074, -0x1p-200}) {
      CHECK(same(project(to(name, up), x), -0.0));
      CHECK(same(project(to(name, truncated), x), -0.0));
    }
  CHECK(same(project(to("fp16", down), -0x1p-200), -0x1p-24));
  for (const char* name : {"e4m3fnuz", "Binary8p4se"})
    for (const double x : {-0.0, -0x1p-1074, -0x1p-200}) CHECK(same(project(to(name, up), x), 0.0));
}

TEST_CASE("a product or sum is rounded once", "[arithmetic]") {
  CHECK(same(fma(to("fp16"), 3, 683, 0x1p-24), 2050));
  CHECK(same(fma(to("bf16"), 7, 37.0 / 256, -0x1p-100), 1.0078125));
  CHECK(same(mul(to("tf32"), 0x1.008p-60, 0x1.7f4p-76), 0x1p-136));
  for (const char* name : {"fp32", "fp16", "bf16"}) {
    const double next = 1 + std::ldexp(1.0, -format_of(name).mantissa_bits);
    CHECK(same(add(to(name, up), 1, 0x1p-40), next));
    CHECK(same(add(to(name, odd), 1, 0x1p-40), next));
    CHECK(same(add(to(name, even), 1, 0x1p-40), 1));
    CHECK(same(add(to(name, down), 1, 0x1p-40), 1));
  }
}

TEST_CASE("the harmonic sum in bf16 rounded upward overflows at n = 16148", "[arithmetic]") {
  double sum = 0;
  int n = 0;
  while (sum != inf && n < 20000) {
    ++n;
    sum = add(to("bf16", up), sum, div(to("bf16", up), 1, n).value).value;
  }
  CHECK(n == 16148);
}

TEST_CASE("464, 465 and 480 into e4m3fn", "[project]") {
  CHECK(same(project(to("e4m3fn"), 464), 448));
  CHECK(same(project(to("e4m3fn"), 465), quiet));
  CHECK(same(project(to("e4m3fn"), 480), quiet));
  CHECK(same(project(to("e4m3fn", away), 464), quiet));
  for (const double x : {464.0, 465.0, 480.0, 1e30, inf}) {
    CHECK(same(project(to("e4m3fn", even, clamped), x), 448));
    CHECK(same(project(to("e4m3fn", even, clamped), -x), -448));
    CHECK(same(project(to("e4m3fn", even, propagate), x), 448));
  }
}

TEST_CASE("infinities: neither `finite` nor `propagate` is the saturation of ml_dtypes", "[project]") {
  CHECK(same(project(to("e5m2", even, none), inf), inf));
  CHECK(same(project(to("e5m2", even, clamped), inf), 57344));
  CHECK(same(project(to("e5m2", even, propagate), inf), inf));
  CHECK(same(project(to("e5m2", even, propagate), 1e9), 57344));
  CHECK(same(project(to("e4m3fn", even, none), inf), quiet));
  CHECK(same(project(to("e4m3fn", truncated, none), -inf), quiet));
  CHECK(same(div(to("e4m3fn"), 1, 0), quiet));
  CHECK(same(div(to("e4m3fn", even, clamped), 1, 0), 448));
  for (const Saturation saturation : {none, clamped, propagate})
    CHECK(same(div(to("e2m1fn", even, saturation), 1, 0), 6));
}

TEST_CASE("formats without mantissa bits: a tie goes to the even code", "[project]") {
  CHECK(same(project(to("e8m0fnu"), 3), 2));
  CHECK(same(project(to("Binary8p1uf"), 3), 4));
  CHECK(same(project(to("e8m0fnu"), 0), quiet));
  CHECK(same(project(to("e8m0fnu", even, clamped), 0), 0x1p-127));
  CHECK(same(project(to("e8m0fnu"), 0x1p-140), 0x1p-127));
}

TEST_CASE("fp16 65512 rounded stochastically overflows with probability 1/4", "[project]") {
  for (const Rounding mode : {Rounding::stochastic_a, Rounding::stochastic_b, Rounding::stochastic_c})
    for (int n = 2; n <= 10; ++n) {
      std::uint32_t overflows = 0, maxima = 0;
      for (std::uint32_t random = 0; random < 1u << n; ++random) {
        const double q = project(to("fp16", mode, none, n), 65512, random).value;
        overflows += q == inf ? 1 : 0;
        maxima += q == 65504 ? 1 : 0;
      }
      CHECK(overflows == 1u << (n - 2));
      CHECK(maxima == 3u << (n - 2));
    }
}
