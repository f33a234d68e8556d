#include "sim/base/range.hpp"

#include <limits>

#include "tests/support/catch.hpp"

using namespace exmy;

TEST_CASE("open ends exclude and closed ends include", "[base][range]") {
  REQUIRE(Range::closed(0, 1).contains(0));
  REQUIRE(Range::closed(0, 1).contains(1));
  REQUIRE_FALSE(Range::open(0, 1).contains(0));
  REQUIRE_FALSE(Range::open(0, 1).contains(1));
  REQUIRE(Range::closed_open(0, 1).contains(0));
  REQUIRE_FALSE(Range::closed_open(0, 1).contains(1));
  REQUIRE_FALSE(Range::open_closed(0, 1).contains(0));
  REQUIRE(Range::open_closed(0, 1).contains(1));
  REQUIRE_FALSE(Range::above(0).contains(0));
  REQUIRE(Range::at_least(0).contains(0));
  REQUIRE_FALSE(Range::below(0).contains(0));
  REQUIRE(Range::at_most(0).contains(0));
  REQUIRE(Range{}.contains(-1e308));
}

TEST_CASE("NaN lies in no range", "[base][range]") {
  REQUIRE_FALSE(Range{}.contains(std::numeric_limits<double>::quiet_NaN()));
}

TEST_CASE("a range is written as in mathematics", "[base][range]") {
  REQUIRE(Range{}.text().empty());
  REQUIRE(Range::closed(1, 32).text() == " in [1, 32]");
  REQUIRE(Range::closed_open(0, 0.5).text() == " in [0, 0.5)");
  REQUIRE(Range::open_closed(-1, 1).text() == " in (-1, 1]");
  REQUIRE(Range::above(0).text() == " > 0");
  REQUIRE(Range::at_least(1).text() == " >= 1");
  REQUIRE(Range::below(1e300).text() == " < 1e+300");
  REQUIRE(Range::at_most(8).text() == " <= 8");
}

TEST_CASE("the stand-in lies in the range", "[base][range]") {
  for (const Range range : {Range{}, Range::above(0), Range::above(7), Range::at_least(3), Range::below(-2),
                            Range::at_most(-3), Range::open(2, 3), Range::closed(5, 6), Range::open(0, 1)}) {
    INFO(range.text());
    REQUIRE(range.contains(range.member()));
  }
}
