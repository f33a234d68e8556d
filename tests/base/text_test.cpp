#include "sim/base/text.hpp"

#include <string>

#include "tests/support/catch.hpp"

using namespace exmy;

TEST_CASE("well-formed UTF-8 of every length passes", "[base][text]") {
  // First and last of each row of table 3-7 of Unicode.
  for (const char* text :
       {"\x01", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xe0\xbf\xbf", "\xe1\x80\x80",
        "\xec\xbf\xbf", "\xed\x80\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80",
        "\xf0\xbf\xbf\xbf", "\xf3\x80\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    REQUIRE(utf8_length(text) == std::string(text).size());
    REQUIRE_FALSE(invalid_utf8_at(text).has_value());
  }
  REQUIRE_FALSE(invalid_utf8_at("").has_value());
  REQUIRE_FALSE(invalid_utf8_at(std::string(3, '\0')).has_value());
}

TEST_CASE("ill-formed UTF-8 is found where it is", "[base][text]") {
  // Lone tails, overlong forms, surrogates, beyond U+10FFFF, bytes that never occur, torn sequences.
  for (const char* text :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xed\xa0\x80",
        "\xed\xbf\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
        "\xff", "\xfe", "\xc2", "\xe1\x80", "\xf1\x80\x80", "\xc2\x41", "\xe1\x80\x41"}) {
    REQUIRE(utf8_length(text) == 0);
    REQUIRE(invalid_utf8_at(std::string("a\xc3\xa4") + text) == 3);
  }
}

TEST_CASE("shown text holds no controls and no bad bytes", "[base][text]") {
  REQUIRE(printable("a\tb\x1b\x7f\xc2\x9b\xff\xc3\xa4") == "a?b????\xc3\xa4");
}

TEST_CASE("long text is cut at a character", "[base][text]") {
  REQUIRE(printable("\xc3\xa4\xc3\xb6\xc3\xbc", 2) == "\xc3\xa4\xc3\xb6...");
  REQUIRE(printable("abc", 3) == "abc");
  REQUIRE(in_quotes(std::string(61, 'x')) == '"' + std::string(60, 'x') + "...\"");
}
