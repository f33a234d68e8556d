// Parts of reports equal those of a whole parse, and what is cut off is noticed.
#include "sim/compare/report_members.hpp"

#include "sim/base/error.hpp"
#include "tests/support/catch.hpp"

using namespace exmy;

namespace {

const std::string text =
    " {\"a\" : [1, {\"b\": \"}]\\\"\\\\\"}],\n\"skip\": {\"x\": [[\"\\\\\", \"{\"], -1.5e3]}, \"c\":-0.5 , "
    "\"d\": \"q\\\"\", \"e\": null} \n";

}  // namespace

TEST_CASE("members are those of a whole parse") {
  const Json whole = Json::parse(text);
  for (const auto& [name, value] : whole.items()) {
    const Json found = members_of(text, {name}, "file");
    CHECK(found.size() == 1);
    CHECK(found.at(name) == value);
  }
  CHECK(members_of(text, {"a", "skip", "c", "d", "e"}, "file") == whole);
  CHECK(members_of(text, {"other"}, "file") == Json::object());
  CHECK(members_of("{}", {"a"}, "file") == Json::object());
}

TEST_CASE("every text that was cut off is noticed") {
  for (std::size_t n = 0; n < text.find_last_of('}'); ++n)
    CHECK_THROWS_AS(members_of(text.substr(0, n), {"a"}, "file"), CorruptFile);
}

TEST_CASE("what is no object, or more than one, is noticed") {
  for (const char* bad : {"", "[]", "1", "{} {}", "{}x", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{1:1}",
                          "{\"a\":1 2}", "{\"a\":[}}", "{\"a\":nul}", "\"a\""})
    CHECK_THROWS_AS(members_of(bad, {"a"}, "file"), CorruptFile);
  const std::string deep = "{\"x\":" + std::string(100000, '[') + std::string(100000, ']') + "}";
  CHECK_THROWS_AS(members_of(deep, {"a"}, "file"), CorruptFile);
}
