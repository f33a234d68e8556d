#include "sim/base/pointer.hpp"

#include "tests/support/catch.hpp"

using namespace exmy;

using Tokens = std::vector<std::string>;

TEST_CASE("tokens and pointers turn into each other", "[base][pointer]") {
  // RFC 6901, section 5.
  REQUIRE(pointer_to("", "foo") == "/foo");
  REQUIRE(pointer_to("/foo", "a/b") == "/foo/a~1b");
  REQUIRE(pointer_to("", "m~n") == "/m~0n");
  REQUIRE(pointer_to("", "") == "/");
  REQUIRE(pointer_to("", "~1") == "/~01");
  REQUIRE(pointer_to({"a", "0", ""}) == "/a/0/");
  REQUIRE(pointer_tokens("").empty());
  REQUIRE(pointer_tokens("/") == Tokens{""});
  REQUIRE(pointer_tokens("/foo/a~1b/m~0n/~01/") == Tokens{"foo", "a/b", "m~n", "~1", ""});
}

TEST_CASE("an index is a plain decimal number", "[base][pointer]") {
  REQUIRE(array_index("0") == 0);
  REQUIRE(array_index("17") == 17);
  for (const char* bad : {"", "-1", "+1", "01", "1 ", "1.0", "a", "4294967296"}) {
    REQUIRE_FALSE(array_index(bad).has_value());
  }
}
