#include "sim/base/json_text.hpp"

#include <cmath>
#include <cstdlib>
#include <limits>

#include "tests/support/catch.hpp"

using namespace exmy;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("numbers that are not finite become strings, and back", "[base][json_text]") {
  REQUIRE(json_number(nan_value) == "NaN");
  REQUIRE(json_number(-nan_value) == "NaN");
  REQUIRE(json_number(infinity) == "Infinity");
  REQUIRE(json_number(-infinity) == "-Infinity");
  REQUIRE(json_number(1.5).is_number_float());
  REQUIRE(std::isnan(number_of("NaN").value()));
  REQUIRE(number_of("Infinity").value() == infinity);
  REQUIRE(number_of("-Infinity").value() == -infinity);
  REQUIRE(number_of(3).value() == 3.0);
  REQUIRE_FALSE(number_of("nan").has_value());
  REQUIRE_FALSE(number_of(nullptr).has_value());
  REQUIRE_FALSE(number_of(true).has_value());
}

TEST_CASE("hexadecimal floats have one form", "[base][json_text]") {
  REQUIRE(hex_float(3.0) == "0x1.8p+1");
  REQUIRE(hex_float(1.0) == "0x1p+0");
  REQUIRE(hex_float(-0.5) == "-0x1p-1");
  REQUIRE(hex_float(0.0) == "0x0p+0");
  REQUIRE(hex_float(-0.0) == "-0x0p+0");
  REQUIRE(hex_float(0.1) == "0x1.999999999999ap-4");
  REQUIRE(hex_float(448.0) == "0x1.cp+8");
  REQUIRE(hex_float(1.0 + 0x1p-52) == "0x1.0000000000001p+0");
  REQUIRE(hex_float(std::numeric_limits<double>::max()) == "0x1.fffffffffffffp+1023");
  REQUIRE(hex_float(std::numeric_limits<double>::min()) == "0x1p-1022");
}

TEST_CASE("subnormals are normalised", "[base][json_text]") {
  REQUIRE(hex_float(0x1p-1074) == "0x1p-1074");
  REQUIRE(hex_float(-0x1.8p-1073) == "-0x1.8p-1073");
  REQUIRE(hex_float(0x1p-1023) == "0x1p-1023");
  REQUIRE(hex_float(std::numeric_limits<double>::min() - 0x1p-1074) == "0x1.ffffffffffffep-1023");
}

TEST_CASE("what is not finite is named as in JSON", "[base][json_text]") {
  REQUIRE(hex_float(nan_value) == "NaN");
  REQUIRE(hex_float(-infinity) == "-Infinity");
}

TEST_CASE("hexadecimal floats read back to the same bits", "[base][json_text]") {
  double x = 0x1.23456789abcdep-1000;
  for (int i = 0; i < 2000; ++i, x *= -1.7) {
    REQUIRE(std::strtod(hex_float(x).c_str(), nullptr) == x);
  }
}

TEST_CASE("compact text is sorted, short, and strict JSON", "[base][json_text]") {
  const Json value{{"z", 1},
                   {"a", {0.1, nan_value, -infinity, -0.0, 1e22}},
                   {"m", {{"k", nullptr}}},
                   {"e", Json::array()}};
  REQUIRE(compact_text(value) == R"({"a":[0.1,"NaN","-Infinity",-0.0,1e+22],"e":[],"m":{"k":null},"z":1})");
  REQUIRE(compact_text(std::uint64_t{18446744073709551615U}) == "18446744073709551615");
  REQUIRE(compact_text("a\"\n\xff") == "\"a\\\"\\n\xef\xbf\xbd\"");
}

TEST_CASE("pretty text keeps plain arrays on one line", "[base][json_text]") {
  const Json value{
      {"curve", {1, 2.5, "x"}}, {"rules", {{{"a", 1}}, Json::object()}}, {"none", Json::array()}};
  REQUIRE(pretty_text(value) ==
          "{\n"
          "  \"curve\": [1, 2.5, \"x\"],\n"
          "  \"none\": [],\n"
          "  \"rules\": [\n"
          "    {\n"
          "      \"a\": 1\n"
          "    },\n"
          "    {}\n"
          "  ]\n"
          "}\n");
  REQUIRE(pretty_text(infinity) == "\"Infinity\"\n");
}

TEST_CASE("decimal doubles read back to the same bits", "[base][json_text]") {
  double x = 0x1.23456789abcdep-1000;
  for (int i = 0; i < 2000; ++i, x *= -1.7) {
    const std::string text = compact_text(x);
    REQUIRE(std::strtod(text.c_str(), nullptr) == x);
    REQUIRE(text.size() <= 25);  // sign, 17 digits, point, e-1234
  }
  REQUIRE(compact_text(0x1p-1074) == "5e-324");
  REQUIRE(compact_text(0.3) == "0.3");
}
