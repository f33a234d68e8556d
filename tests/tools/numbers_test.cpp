// Numbers as they are written: nothing is lost between the words and the projection.

#include "sim/tools/numbers.hpp"
#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "formats/project.hpp"
#include "sim/base/error.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;

double rounded(const char* format, const std::string& word, Rounding rounding = Rounding::nearest_even) {
  return project({format_of(format), rounding}, number_named(word).exact).value;
}

TEST_CASE("numbers: a decimal next to a tie is no tie") {
  CHECK(rounded("fp16", "1.00048828125") == 1);
  CHECK(rounded("fp16", "1.0004882812500000000000000000000000001") == 0x1.004p0);
  CHECK(rounded("fp16", "-1.0004882812500000000000000000000000001") == -0x1.004p0);
  CHECK(rounded("fp16", "1.00146484374999999999999999999999999") == 0x1.004p0);  // the tie would go up
  CHECK(rounded("fp64", "1.00000000000000011102230246251565404236316680908203125") == 1);
  CHECK(rounded("fp64", "1.00000000000000011102230246251565404236316680908203126") == 1 + 0x1p-52);
  CHECK(rounded("fp16", "65519.99999999999999999999999999999999") == 65504);
  CHECK(is_infinite(rounded("fp16", "65520")));
}

TEST_CASE("numbers: directed modes see what binary64 does not") {
  CHECK(rounded("fp64", "0.1", Rounding::toward_negative) == 0x1.9999999999999p-4);
  CHECK(rounded("fp64", "0.1", Rounding::toward_positive) == 0x1.999999999999ap-4);
  CHECK(rounded("e4m3fn", "1.0000000000000000000000000001", Rounding::toward_positive) == 1.125);
  CHECK(rounded("e4m3fn", "-1.0000000000000000000000000001", Rounding::toward_positive) == -1);
  CHECK(rounded("e4m3fn", "1e-9999", Rounding::toward_positive) == 0x1p-9);
  CHECK(rounded("e4m3fn", "-1e-9999", Rounding::toward_negative) == -0x1p-9);
  CHECK(rounded("fp64", "1e9999", Rounding::toward_zero) == format_of("fp64").max_finite());
  CHECK(rounded("fp64", "1e99999999", Rounding::toward_zero) == format_of("fp64").max_finite());
  CHECK(is_infinite(rounded("fp64", "1e99999999")));
}

TEST_CASE("numbers: words") {
  CHECK(number_named("0x1.8p-3").nearest == 0.1875);
  CHECK(number_named("+.5").nearest == 0.5);
  CHECK(number_named("1E3").nearest == 1000);
  CHECK(is_negative(rounded("fp16", "-0")));
  CHECK(!is_negative(rounded("fp16", "0")));
  CHECK(is_nan(rounded("fp16", "NaN")));
  CHECK(rounded("fp16", "-Infinity") == -infinity64);
  CHECK(rounded("fp16", "inf") == infinity64);
  for (const char* word :
       {"", "-", "+-1", " 1", "1 ", "1,5", "0x", "1e", "nan(1)", "infinite", "1f", "0b1", "--1"})
    CHECK_THROWS_AS(number_named(word), UsageError);
}

TEST_CASE("numbers: shortest decimals") {
  for (const auto& [x, text] : {std::pair<double, const char*>{0.1, "0.1"},
                                {61440, "61440"},
                                {1e22, "1e+22"},
                                {-0.0, "-0"},
                                {5e-324, "5e-324"},
                                {infinity64, "Infinity"},
                                {nan64, "NaN"}})
    CHECK(value_text(x) == text);
}

}  // namespace
