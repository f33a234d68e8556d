// Acceptance items 1, 2, 3 and 6: sums that stall, and the ranges of formats. Exact.

#include <cmath>

#include "formats/arithmetic.hpp"
#include "formats/catalog.hpp"
#include "formats/functions/elementary.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;

struct Stall {
  double sum;
  std::uint64_t n;
};

/// s = P(s + P(1/n)), n = 1, 2 ..., until a term leaves s as it is: that n, and s.
Stall harmonic(const Projection& how) {
  double s = 0;
  for (std::uint64_t n = 1;; ++n) {
    const double term = div(how, 1, static_cast<double>(n)).value;
    const double next = add(how, s, term).value;
    if (next == s) return {s, n};
    s = next;
  }
}

// Item 1 (Higham and Pranesh 2019): the harmonic series converges in low precision.
TEST_CASE("acceptance 1: the harmonic series, nearest-even") {
  struct Row {
    const char* format;
    double sum;
    std::uint64_t n;
  };
  for (const Row& row : {Row{"bf16", 5.0625, 65}, Row{"fp16", 7.0859375, 513}, Row{"e4m3", 3.0, 9},
                         Row{"e4m3fn", 3.0, 9}, Row{"e5m2", 2.0, 5}}) {
    INFO(row.format);
    const Stall end = harmonic({format_of(row.format)});
    CHECK(end.sum == row.sum);
    CHECK(end.n == row.n);
  }
}

TEST_CASE("acceptance 1: the harmonic series in fp32") {
  const Stall end = harmonic({format_of("fp32")});
  CHECK(end.n == 2097152);
  CHECK(std::round(end.sum * 1e6) == 15403683);  // the table has eight digits: 15.403683
}

// Item 2: a plain double carrier would stall at 2^41, or overflow elsewhere.
TEST_CASE("acceptance 2: the harmonic series, toward_positive, overflows bf16 at n = 16148") {
  const Projection how{format_of("bf16"), Rounding::toward_positive};
  double s = 0;
  std::uint64_t n = 0;
  while (std::isfinite(s) && n < 20000) {
    ++n;
    s = add(how, s, div(how, 1, static_cast<double>(n)).value).value;
  }
  CHECK(n == 16148);
  CHECK(s == HUGE_VAL);
}

// Item 3: a sum of ones stalls at 2^P.
TEST_CASE("acceptance 3: a sum of ones stalls at 2^P") {
  struct Row {
    const char* format;
    double end;
  };
  for (const Row& row : {Row{"fp16", 2048}, Row{"bf16", 256}, Row{"tf32", 2048}, Row{"e6m9", 1024},
                         Row{"e4m3fn", 16}, Row{"e5m2", 8}}) {
    INFO(row.format);
    const Projection how{format_of(row.format)};
    double s = 0;
    int steps = 0;
    for (double next = 1; next != s; next = add(how, s, 1).value) {
      s = next;
      ++steps;
    }
    CHECK(s == row.end);
    CHECK(steps == static_cast<int>(row.end));
    CHECK(s == std::ldexp(1.0, how.format.precision()));
  }
}

// Item 6: log2(maximum / smallest subnormal).
TEST_CASE("acceptance 6: ranges in binades") {
  struct Row {
    const char* format;
    int hundredths;
  };
  for (const Row& row :
       {Row{"fp32", 27700}, Row{"tf32", 26400}, Row{"bf16", 26099}, Row{"fp16", 4000}, Row{"e6m9", 7100},
        Row{"e5m2", 3181}, Row{"e4m3fn", 1781}, Row{"e4m3", 1691}, Row{"e3m2fn", 881}, Row{"e2m3fn", 591},
        Row{"e2m1fn", 358}, Row{"Binary8p4se", 1781}, Row{"Binary8p3se", 3258}}) {
    INFO(row.format);
    const Format f = format_of(row.format);
    const functions::Approximation log2 = functions::log2(f.max_finite() / f.min_positive());
    const double binades = std::ldexp(log2.value.hi, log2.exponent);
    CHECK(std::round(100 * binades) == row.hundredths);  // the table has two decimals
  }
}

}  // namespace
