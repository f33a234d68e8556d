// The values of one parameter: ranges, draws, families of formats.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "tests/support/catch.hpp"
#include "tests/sweep/support.hpp"

using namespace exmy;
using namespace exmy::test;

namespace {

std::string range(const std::string& bounds) { return R"({"range": {)" + bounds + "}}"; }
std::string log_range(const std::string& bounds) { return R"({"log_range": {)" + bounds + "}}"; }
Texts formats(const std::string& family) { return values_of(R"({"formats": {)" + family + "}}"); }

Texts quoted(const Texts& names) {
  Texts texts;
  for (const std::string& name : names) texts.push_back('"' + name + '"');
  return texts;
}

}  // namespace

TEST_CASE("ranges: decimal, up and down, with their stop", "[sweep]") {
  REQUIRE(values_of(range(R"("start": 0, "stop": 1, "step": 0.1)")) ==
          Texts{"0.0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1.0"});
  REQUIRE(values_of(range(R"("start": 1, "stop": 7, "step": 2)")) == Texts{"1", "3", "5", "7"});
  REQUIRE(values_of(range(R"("start": 1, "stop": 8, "step": 2)")) == Texts{"1", "3", "5", "7"});
  REQUIRE(values_of(range(R"("start": 3, "stop": -3, "step": -3)")) == Texts{"3", "0", "-3"});
  REQUIRE(values_of(range(R"("start": -1, "stop": -0.7, "step": 0.1)")) ==
          Texts{"-1.0", "-0.9", "-0.8", "-0.7"});
  REQUIRE(values_of(range(R"("start": 0.3, "stop": 0.1, "step": -0.1)")) == Texts{"0.3", "0.2", "0.1"});
  REQUIRE(values_of(range(R"("start": 5, "stop": 5, "step": 1)")) == Texts{"5"});
  REQUIRE(values_of(range(R"("start": 5, "stop": 5, "step": -0.5)")) == Texts{"5.0"});
  REQUIRE(values_of(range(R"("start": 1e-6, "stop": 3e-6, "step": 1e-6)")) ==
          Texts{"1e-06", "2e-06", "3e-06"});
  REQUIRE(values_of(range(R"("start": 1e15, "stop": 1000000000000002, "step": 1.0)")) ==
          Texts{"1e+15", "1.000000000000001e+15", "1.000000000000002e+15"});
  REQUIRE(values_of(range(R"("start": -9223372036854775808, "stop": 9223372036854775807,
                            "step": 9223372036854775807)")) ==
          Texts{"-9223372036854775808", "-1", "9223372036854775806"});
}

TEST_CASE("every value of a range is the double that its decimal reads as", "[sweep]") {
  const Texts values = values_of(range(R"("start": -1, "stop": 1, "step": 0.001)"), R"(, "run_cap": 10000)");
  REQUIRE(values.size() == 2001);
  for (int i = 0; i <= 2000; ++i) {
    const int n = i - 1000;
    const std::string digits = std::to_string(1000 + (n < 0 ? -n : n) % 1000).substr(1);
    const std::string text = (n < 0 ? "-" : "") + std::to_string((n < 0 ? -n : n) / 1000) + '.' + digits;
    REQUIRE(Json::parse(values[static_cast<std::size_t>(i)]).get<double>() == std::stod(text));
  }
}

TEST_CASE("logarithmic ranges: decimal, up and down, with their stop", "[sweep]") {
  REQUIRE(values_of(log_range(R"("start": 1e-4, "stop": 10, "factor": 10)")) ==
          Texts{"0.0001", "0.001", "0.01", "0.1", "1.0", "10.0"});
  REQUIRE(values_of(log_range(R"("start": 0.1, "stop": 0.0001, "factor": 0.1)")) ==
          Texts{"0.1", "0.01", "0.001", "0.0001"});
  REQUIRE(values_of(log_range(R"("start": 1, "stop": 100, "factor": 4)")) == Texts{"1", "4", "16", "64"});
  REQUIRE(values_of(log_range(R"("start": 8, "stop": 1, "factor": 0.5)")) ==
          Texts{"8.0", "4.0", "2.0", "1.0"});
  REQUIRE(values_of(log_range(R"("start": 0.3, "stop": 5, "factor": 3)")) == Texts{"0.3", "0.9", "2.7"});
  REQUIRE(values_of(log_range(R"("start": 7, "stop": 7, "factor": 2)")) == Texts{"7"});
  const Texts powers = values_of(log_range(R"("start": 3, "stop": 1e300, "factor": 2)"));
  REQUIRE(powers.size() == 995);  // 3 * 2^994 < 1e300 < 3 * 2^995
  double power = 3;               // exact
  for (const std::string& text : powers) {
    REQUIRE(Json::parse(text).get<double>() == power);
    power *= 2;
  }
  REQUIRE(power > 1e300);
}

// The numbers were computed by another program from the definition of Philox4x32-10 (NUMERICS.md, section 6).
TEST_CASE("the method random draws the same on every machine", "[sweep]") {
  const std::string random = R"(, "method": "random", "count": 4, "random_seed": 5)";
  REQUIRE(values_of(range(R"("start": -1, "stop": 1)"), random) ==
          Texts{"0.902897", "-0.124054", "-0.438773", "-0.16076"});
  REQUIRE(values_of(range(R"("start": 10, "stop": 90, "step": 10)"), random) ==
          Texts{"90", "40", "30", "10"});
  REQUIRE(values_of(log_range(R"("start": 1e-5, "stop": 0.1)"), random) ==
          Texts{"0.0639432", "0.000564796", "0.000132573", "0.000476958"});
  REQUIRE(values_of(R"({"values": [1, 2, 3, 4]})", random) == Texts{"4", "2", "1", "3"});
}

TEST_CASE("draws are in their range, spread over it, different, and have six digits", "[sweep]") {
  const std::string random = R"(, "method": "random", "count": 1000)";
  std::vector<double> values;
  for (const std::string& text : values_of(log_range(R"("start": 1e-4, "stop": 1)"), random)) {
    values.push_back(std::stod(text));
    std::array<char, 40> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%.6g", values.back());
    REQUIRE(std::stod(buffer.data()) == values.back());
  }
  std::sort(values.begin(), values.end());
  REQUIRE(values.size() == 1000);
  REQUIRE(std::adjacent_find(values.begin(), values.end()) == values.end());
  REQUIRE(values.front() >= 1e-4);
  REQUIRE(values.back() <= 1);
  // A quarter in each decade; four standard deviations of a binomial distribution are 55.
  for (const double decade : {1e-3, 1e-2, 1e-1}) {
    const auto below = std::lower_bound(values.begin(), values.end(), decade) - values.begin();
    const double expected = decade == 1e-3 ? 250 : decade == 1e-2 ? 500 : 750;
    REQUIRE(std::abs(static_cast<double>(below) - expected) < 64);
  }
}

TEST_CASE("all of a finite set are drawn if so many are wanted", "[sweep]") {
  Texts all = values_of(range(R"("start": 1, "stop": 9, "step": 1)"), R"(, "method": "random", "count": 9)");
  std::sort(all.begin(), all.end());
  REQUIRE(all == Texts{"1", "2", "3", "4", "5", "6", "7", "8", "9"});
  REQUIRE(
      values_of(R"({"values": [1, 2]})", R"(, "method": "random", "count": 3)") ==
      Texts{"E206 1:113 /count: only 2 different combinations were found (that satisfy the constraints)"});
}

TEST_CASE("families of formats", "[sweep]") {
  REQUIRE(formats(R"("exponent_bits": [2, 5], "mantissa_bits": [1, 4], "max_bits": 8)") ==
          quoted({"e2m1fn", "e2m2fn", "e2m3fn", "e2m4fn", "e3m1fn", "e3m2fn", "e3m3fn", "e3m4fn", "e4m1fn",
                  "e4m2fn", "e4m3fn", "e5m1fn", "e5m2fn"}));
  REQUIRE(formats(R"("exponent_bits": [4, 5], "mantissa_bits": [2, 3], "min_bits": 8, "max_bits": 8,
                     "specials": "ieee")") == quoted({"e4m3", "e5m2"}));
  REQUIRE(formats(R"("exponent_bits": 5, "mantissa_bits": 10, "specials": "ieee")") == quoted({"fp16"}));
  REQUIRE(formats(R"("exponent_bits": 4, "mantissa_bits": 3, "specials": "fnuz", "bias": [8, 9, 11])") ==
          quoted({"e4m3fnuz", "e4m3b9fnuz", "e4m3b11fnuz"}));
  REQUIRE(formats(R"("exponent_bits": 3, "mantissa_bits": 2, "bias": 5)") == quoted({"e3m2b5fn"}));
  REQUIRE(formats(R"("names": ["bf16", "half", "bf16", "e5m2"], "min_bits": 16)") ==
          quoted({"bf16", "half"}));
  REQUIRE(formats(R"("names": ["e5m2"], "exponent_bits": 5, "mantissa_bits": 2, "specials": "ieee")") ==
          quoted({"e5m2"}));
  REQUIRE(formats(R"("catalog": true, "max_bits": 6)") == quoted({"e2m1fn", "e2m3fn", "e3m2fn"}));
}

TEST_CASE("families of P3109: as many as the standard has", "[sweep]") {
  // Width K: precisions 1 to K - 1 signed, 1 to K unsigned, each extended and finite.
  REQUIRE(formats(R"("p3109": {"bits": 8})").size() == 2 * (7 + 8));
  REQUIRE(formats(R"("p3109": {"bits": 8, "signed": true, "domain": "extended"})") ==
          quoted({"Binary8p1se", "Binary8p2se", "Binary8p3se", "Binary8p4se", "Binary8p5se", "Binary8p6se",
                  "Binary8p7se"}));
  REQUIRE(formats(R"("p3109": {"bits": [3, 4], "signed": false, "domain": "finite"})") ==
          quoted({"Binary3p1uf", "Binary3p2uf", "Binary3p3uf", "Binary4p1uf", "Binary4p2uf", "Binary4p3uf",
                  "Binary4p4uf"}));
  REQUIRE(formats(R"("p3109": {"bits": [3, 16]})").size() == 454);  // README: 454 of 504
}

TEST_CASE("draws come once each", "[sweep]") {
  const Texts two = values_of(R"({"values": [1, 2, 1, 2, 1, 2]})", R"(, "method": "random", "count": 2)");
  REQUIRE(two.size() == 2);
  REQUIRE(two[0] != two[1]);
}
