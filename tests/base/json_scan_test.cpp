#include "sim/base/json_scan.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include "tests/base/problems.hpp"
#include "tests/support/catch.hpp"

using namespace exmy;

namespace {

using Texts = std::vector<std::string>;

Texts scan_problems(const std::string& text) { return test::brief(scan_json(text, "a.json").problems); }

std::string only_problem(const std::string& text) {
  const Texts all = scan_problems(text);
  return all.size() == 1 ? all[0] : std::to_string(all.size()) + " problems";
}

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']');
}

const std::string valid = R"({
  "name": "t\u00e4st \ud83d\ude00 ä",
  "numbers": [0, -1, 4.7, 1e-3, -0.0, 18446744073709551615, 2E+5],
  "deep": {"a": [{"b": [[], {}, [null, true, false]]}]},
  "empty": ""
})";

}  // namespace

TEST_CASE("a valid text reads as nlohmann reads it", "[base][json_scan]") {
  const ScannedJson scanned = scan_json(valid, "a.json");
  REQUIRE(scanned.problems.empty());
  REQUIRE(scanned.value == Json::parse(valid));
  REQUIRE(scanned.value["numbers"][5].is_number_unsigned());
  REQUIRE(scan_json("-0", "").value.dump() == "-0.0");
  REQUIRE(scan_json(" \t\r\n7 ", "").value == 7);
}

TEST_CASE("every value and key knows its line and column", "[base][json_scan]") {
  const ScannedJson scanned =
      scan_json("{\n  \"a\": [1,\r\n   {\"b\" : 2}],\t\"\xc3\xa4\": \"\xf0\x9f\x98\x80\", \"c\": 3}", "f");
  REQUIRE(scanned.problems.empty());
  const Places& top = scanned.places;
  const auto at = [](const Place& place) {
    return std::to_string(place.line) + ':' + std::to_string(place.column);
  };
  REQUIRE(at(top.value) == "1:1");
  const Places& a = top.children.at("a");
  REQUIRE(at(a.key) == "2:3");
  REQUIRE(at(a.value) == "2:8");
  REQUIRE(at(a.children.at("0").value) == "2:9");
  REQUIRE_FALSE(a.children.at("0").key.file);
  REQUIRE(at(a.children.at("1").value) == "3:4");
  REQUIRE(at(a.children.at("1").children.at("b").key) == "3:5");
  REQUIRE(at(a.children.at("1").children.at("b").value) == "3:11");
  REQUIRE(at(top.children.at("\xc3\xa4").key) == "3:16");  // columns count characters, a tab is one
  REQUIRE(at(top.children.at("\xc3\xa4").value) == "3:21");
  REQUIRE(at(top.children.at("c").key) == "3:26");
  REQUIRE(*top.children.at("c").key.file == "f");
}

TEST_CASE("syntax errors say where, what was expected and what was there", "[base][json_scan]") {
  REQUIRE(only_problem("") == "E104 1:1 : expected a value, got the end of the text");
  REQUIRE(only_problem("{\"a\": }") == "E104 1:7 /a: expected a value, got \"}\"");
  REQUIRE(only_problem("{\"a\" 1}") == "E104 1:6 /a: expected ':' after the key, got \"1\"");
  REQUIRE(only_problem("{a: 1}") == "E104 1:2 : expected a key in double quotes, got \"a\"");
  REQUIRE(only_problem("[1\n 2]") == "E104 2:2 : expected ',' or ']', got \"2\"");
  REQUIRE(only_problem("{\"a\": [1, {\"b\": 2]}") == "E104 1:18 /a/1: expected ',' or '}', got \"]\"");
  REQUIRE(only_problem("[1, 2") == "E104 1:6 : expected ',' or ']', got the end of the text");
  REQUIRE(only_problem("{\"x\": [\xc3\xa4]}") == "E104 1:8 /x/0: expected a value, got \"\xc3\xa4\"");
  REQUIRE(only_problem(std::string("[\0]", 3)) == "E104 1:2 /0: expected a value, got \"?\"");
}

TEST_CASE("common slips are named", "[base][json_scan]") {
  REQUIRE(only_problem("[1,\n]") == "E104 1:3 : a comma after the last element");
  REQUIRE(only_problem("{\"a\":1,}") == "E104 1:7 : a comma after the last element");
  REQUIRE(only_problem("{ // no\n}") ==
          "E104 1:3 : expected a key in double quotes, got \"/\" (JSON has no comments)");
  REQUIRE(only_problem("[True]") ==
          "E104 1:2 /0: a text needs double quotes: True (did you mean \"true\"? known: true, false, null)");
  REQUIRE(only_problem("{} {}") == "E104 1:4 : text after the end of the JSON value");
  REQUIRE(only_problem("1 2") == "E104 1:3 : text after the end of the JSON value");
}

TEST_CASE("strings are closed, on one line and with known escapes", "[base][json_scan]") {
  REQUIRE(only_problem("[\"abc") == "E104 1:2 /0: a string without its closing quote");
  REQUIRE(only_problem("[\"abc\\\"") == "E104 1:2 /0: a string without its closing quote");
  REQUIRE(only_problem("\"abc\\") == "E104 1:1 : a string without its closing quote");
  REQUIRE(only_problem("[\"ab\nc\"]") == "E104 1:5 /0: a line end or control character inside a string");
  for (const char* bad : {"\"\\x\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\u12\""}) {
    REQUIRE(only_problem(bad) == "E104 1:1 : a string with an escape that JSON does not know");
  }
}

TEST_CASE("numbers follow the grammar of JSON", "[base][json_scan]") {
  for (const std::string bad :
       {"01", "-", "+1", "1.", ".5", "1e", "1e+", "0x10", "1_000", "--1", "1.2.3", "-a"}) {
    REQUIRE(only_problem("[" + bad + "]") == "E104 1:2 /0: " + bad + " is not a JSON number");
  }
}

TEST_CASE("numbers that binary64 cannot hold are all reported", "[base][json_scan]") {
  REQUIRE(scan_problems("{\"a\": 1e400,\n\"b\": [-1e309, 1e308]}") ==
          Texts{"E108 1:7 /a: 1e400 is too large for a binary64 number",
                "E108 2:7 /b/0: -1e309 is too large for a binary64 number"});
  REQUIRE(only_problem("1" + std::string(400, '0')).starts_with("E108 1:1 : 1000"));
}

TEST_CASE("NaN and infinities are all reported", "[base][json_scan]") {
  REQUIRE(scan_problems("{\"a\": NaN, \"b\": -Infinity, \"c\": 1}") ==
          Texts{"E107 1:7 /a: NaN is not a JSON number", "E107 1:17 /b: -Infinity is not a JSON number"});
  for (const std::string word : {"nan", "-nan", "inf", "+inf", "Infinity", "-Inf"}) {
    REQUIRE(only_problem(word) == "E107 1:1 : " + word + " is not a JSON number");
  }
}

TEST_CASE("duplicate keys are all reported, and the first value stands", "[base][json_scan]") {
  const std::string text = "{\"a\": 1,\n \"b\": {\"x\": 1, \"\\u0078\": 2},\n \"a\": 3}";
  REQUIRE(scan_problems(text) == Texts{"E105 2:16 /b/x: the key \"x\" appears twice (first in line 2)",
                                       "E105 3:2 /a: the key \"a\" appears twice (first in line 1)"});
  REQUIRE(scan_json(text, "").value["a"] == 1);
  REQUIRE(scan_problems("[{\"a\": 1}, {\"a\": 2}]").empty());
}

TEST_CASE("problems found before a syntax error are kept", "[base][json_scan]") {
  REQUIRE(scan_problems("{\"a\": 1, \"a\": 2, \"b\": NaN, c}") ==
          Texts{"E105 1:10 /a: the key \"a\" appears twice (first in line 1)",
                "E107 1:23 /b: NaN is not a JSON number",
                "E104 1:28 : expected a key in double quotes, got \"c\""});
}

TEST_CASE("64 levels are read and 65 are refused", "[base][json_scan]") {
  REQUIRE(scan_problems(nested(64)).empty());
  REQUIRE(only_problem(nested(65)).starts_with("E106 1:65 "));
  REQUIRE(only_problem(std::string(100000, '[')).starts_with("E106 1:65 "));
  std::string objects;
  for (int i = 0; i < 100000; ++i) objects += "{\"a\":";
  REQUIRE(only_problem(objects).starts_with("E106 1:321 "));
  std::string wide = "[";
  for (int i = 0; i < 100; ++i)
    wide += nested(63) + (i < 99 ? "," : "]");  // depth, not the count of brackets
  REQUIRE(scan_problems(wide).empty());
}

TEST_CASE("a byte order mark and bytes that are not UTF-8 are refused", "[base][json_scan]") {
  REQUIRE(only_problem("\xef\xbb\xbf{}") == "E103 1:1 : a byte order mark before the text");
  REQUIRE(only_problem("{\n\"\xc3\xa4\": \"\xff\"}") == "E103 2:7 : a byte that is not UTF-8");
  REQUIRE(only_problem(std::string("\xff\xfe{\0}\0", 6)) == "E103 1:1 : a byte that is not UTF-8");
  REQUIRE(only_problem("\"\xed\xa0\x80\"") == "E103 1:2 : a byte that is not UTF-8");
}

TEST_CASE("size and number of values are bounded", "[base][json_scan]") {
  const std::size_t limit = 16U << 20;
  REQUIRE(scan_problems("1" + std::string(limit - 1, ' ')).empty());
  REQUIRE(only_problem("1" + std::string(limit, ' ')) == "E102 a.json : larger than 16 MiB");
  std::string zeros = "[0";
  for (int i = 1; i < 999'999; ++i) zeros += ",0";
  REQUIRE(scan_problems(zeros + "]").empty());
  REQUIRE(only_problem(zeros + ",0]").ends_with(": more than 1,000,000 values"));
}

TEST_CASE("reading stops after twenty problems", "[base][json_scan]") {
  std::string text = "{\"a\": 0";
  for (int i = 0; i < 1000; ++i) text += ", \"a\": 0";
  REQUIRE(scan_problems(text + "}").size() == 20);
}

TEST_CASE("one line of megabytes takes linear time", "[base][json_scan]") {
  std::string text = "[";
  for (int i = 0; i < 200'000; ++i) text += "\"0123456789012345678901234567890123456789\",";
  const ScannedJson scanned = scan_json(text + "0]", "");
  REQUIRE(scanned.problems.empty());
  REQUIRE(scanned.places.children.at("200000").value.column == 200'000 * 43 + 2);
}

TEST_CASE("every truncation of a valid text is refused, and none crashes", "[base][json_scan]") {
  for (std::size_t length = 0; length < valid.size(); ++length) {
    INFO(length);
    REQUIRE_FALSE(scan_problems(valid.substr(0, length)).empty());
  }
}

TEST_CASE("flipped bytes never crash, and never pass where nlohmann refuses", "[base][json_scan]") {
  std::uint64_t state = 1;  // a linear congruential generator (Knuth, MMIX)
  const auto random = [&state](std::size_t bound) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::size_t>(state >> 33) % bound;
  };
  int accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text = valid;
    for (std::size_t flips = 1 + random(3); flips > 0; --flips) {
      text[random(text.size())] = static_cast<char>(random(2) == 0 ? random(256) : 32 + random(95));
    }
    const ScannedJson scanned = scan_json(text, "f");
    const Json expected = Json::parse(text, nullptr, false);
    INFO(text);
    if (scanned.problems.empty()) REQUIRE(scanned.value == expected);
    const auto& problems = scanned.problems;
    const bool stricter =
        !problems.empty() && problems[0].code == "E105";  // the one thing nlohmann lets pass
    REQUIRE((problems.empty() || expected.is_discarded() || stricter));
    accepted += problems.empty() ? 1 : 0;
  }
  REQUIRE(accepted > 500);
  REQUIRE(accepted < 19000);
}
