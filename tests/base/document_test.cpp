#include "sim/base/document.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include "tests/base/problems.hpp"
#include "tests/support/catch.hpp"

using namespace exmy;

namespace {

using Texts = std::vector<std::string>;

Texts problems(const std::string& text) {
  return test::problems_of([&] { Document::parse(text, "a.json"); });
}

const Document sample = Document::parse(
    "{\n"
    "  \"seed\": 1,\n"
    "  \"policy\": [{\"format\": \"e4m3\"},\n"
    "             {\"a/b\": null}]\n"
    "}",
    "a.json");

}  // namespace

TEST_CASE("values are found by their pointers", "[base][document]") {
  REQUIRE(*sample.find("/seed") == 1);
  REQUIRE(*sample.find("/policy/0/format") == "e4m3");
  REQUIRE(sample.find("/policy/1/a~1b")->is_null());
  REQUIRE(*sample.find("") == sample.value());
  for (const char* absent :
       {"/steps", "/policy/2", "/policy/00", "/policy/-", "/seed/x", "/policy/0/format/0"}) {
    REQUIRE(sample.find(absent) == nullptr);
  }
}

TEST_CASE("origins of values, of keys, and of what is not there", "[base][document]") {
  REQUIRE(sample.origin("") == Origin{"a.json", 1, 1});
  REQUIRE(sample.origin("/seed") == Origin{"a.json", 2, 11});
  REQUIRE(sample.key_origin("/seed") == Origin{"a.json", 2, 3});
  REQUIRE(sample.origin("/policy/0/format") == Origin{"a.json", 3, 25});
  REQUIRE(sample.key_origin("/policy/0/format") == Origin{"a.json", 3, 15});
  REQUIRE(sample.origin("/policy/1/a~1b") == Origin{"a.json", 4, 22});
  REQUIRE(sample.key_origin("/policy/1") == Origin{"a.json", 4, 14});  // an element has no key
  REQUIRE(sample.origin("/policy/1/absent/deeper") == Origin{"a.json", 4, 14});
  REQUIRE(sample.key_origin("/absent") == Origin{"a.json", 1, 1});
}

TEST_CASE("all problems of a text come in one error", "[base][document]") {
  REQUIRE(problems("{\"a\": NaN,\n \"b\": 1e999,\n \"b\": 0}") ==
          Texts{"E107 1:7 /a: NaN is not a JSON number",
                "E108 2:7 /b: 1e999 is too large for a binary64 number",
                "E105 3:2 /b: the key \"b\" appears twice (first in line 2)"});
  REQUIRE(problems("{").size() == 1);
}

TEST_CASE("$schema is dropped at the top level only, and is a string", "[base][document]") {
  const Document document = Document::parse(R"({"$schema": "x", "a": {"$schema": 1}})", "a.json");
  REQUIRE(document.value() == Json({{"a", {{"$schema", 1}}}}));
  REQUIRE(problems(R"({"$schema": 5})") ==
          Texts{"E202 1:13 /$schema: expected a string, the address of a schema"});
}

TEST_CASE("any JSON value may stand at the top", "[base][document]") {
  REQUIRE(Document::parse("[1, 2]", "").value() == Json({1, 2}));
  REQUIRE(Document::parse("null", "").value().is_null());
  REQUIRE(Document().value() == Json::object());
}

TEST_CASE("the order of keys does not matter", "[base][document]") {
  REQUIRE(Document::parse(R"({"a": 1, "b": {"c": 2, "d": 3}})", "").value().dump() ==
          Document::parse(R"({"b": {"d": 3, "c": 2}, "a": 1})", "").value().dump());
}

TEST_CASE("setting makes the objects on the way and moves the origin", "[base][document]") {
  Document document = sample;
  document.set("/policy/0/format", "bf16", command_line());
  document.set("/training/optimizer/lr", 0.5, command_line());
  document.set("/policy/2", Json{{"x", {1, 2}}}, command_line());
  document.set("/seed", Json{{"now", "an object"}}, command_line());
  REQUIRE(document.value() ==
          Json::parse(R"({"seed": {"now": "an object"}, "training": {"optimizer": {"lr": 0.5}},
                            "policy": [{"format": "bf16"}, {"a/b": null}, {"x": [1, 2]}]})"));
  REQUIRE(document.origin("/policy/0/format") == command_line());
  REQUIRE(document.origin("/training/optimizer") == command_line());
  REQUIRE(document.origin("/policy/2/x/1") == command_line());
  REQUIRE(document.origin("/seed/now") == command_line());
  REQUIRE(document.origin("/policy/1") == Origin{"a.json", 4, 14});
  REQUIRE(document.origin("/policy/0") == Origin{"a.json", 3, 14});
}

TEST_CASE("what cannot be set or erased is a logic error", "[base][document]") {
  Document document = sample;
  REQUIRE_THROWS_AS(document.set("/seed/x", 1, command_line()), std::logic_error);
  REQUIRE_THROWS_AS(document.set("/policy/3", 1, command_line()), std::logic_error);
  REQUIRE_THROWS_AS(document.set("/policy/x", 1, command_line()), std::logic_error);
  REQUIRE_THROWS_AS(document.erase("/absent"), std::logic_error);
  REQUIRE_THROWS_AS(document.erase(""), std::logic_error);
}

TEST_CASE("erasing an element moves the others and their origins up", "[base][document]") {
  Document document = Document::parse("{\"a\": [10,\n20,\n30], \"b\": 1}", "f");
  document.erase("/a/0");
  document.erase("/b");
  REQUIRE(document.value() == Json({{"a", {20, 30}}}));
  REQUIRE(document.origin("/a/0") == Origin{"f", 2, 1});
  REQUIRE(document.origin("/a/1") == Origin{"f", 3, 1});
  REQUIRE(document.origin("/a/2") == Origin{"f", 1, 7});  // no longer there, so the array
  document.erase("/a/1");
  document.erase("/a/0");
  REQUIRE(document.value() == Json({{"a", Json::array()}}));
}

TEST_CASE("merging goes deep into objects and replaces all else", "[base][document]") {
  Document lower =
      Document::parse(R"({"o": {"a": 1, "b": {"x": 1}}, "list": [1, 2, 3], "s": "t", "n": {"k": 1}})", "l");
  lower.merge(Document::parse(
      "{\"o\": {\"b\": {\"y\": 2},\n\"c\": 3}, \"list\": [9], \"s\": {\"q\": 0}, \"n\": null}", "u"));
  REQUIRE(lower.value() ==
          Json::parse(
              R"({"o": {"a": 1, "b": {"x": 1, "y": 2}, "c": 3}, "list": [9], "s": {"q": 0}, "n": null})"));
  REQUIRE(lower.origin("/o/a") == Origin{"l", 1, 13});
  REQUIRE(lower.origin("/o/b/x") == Origin{"l", 1, 27});
  REQUIRE(lower.origin("/o/b/y") == Origin{"u", 1, 19});
  REQUIRE(lower.key_origin("/o/c") == Origin{"u", 2, 1});
  REQUIRE(lower.origin("/o/b").file == "u");
  REQUIRE(lower.origin("/list/0").file == "u");
  REQUIRE(lower.origin("/list/2").file == "u");  // gone, so the list that replaced it
}
