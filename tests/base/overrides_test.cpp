#include "sim/base/overrides.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "tests/base/problems.hpp"
#include "tests/support/catch.hpp"

using namespace exmy;

namespace {

using Texts = std::vector<std::string>;

Json values(const std::string& text) { return Json(parse_override("k=" + text).values); }

Texts override_problems(const std::string& text) {
  return test::problems_of([&] { parse_override(text); });
}

Document overridden() {
  return Document::parse(R"({"seed": 1, "training": {"optimizer": {"lr": 0.1}}, "data": {"train_limit": 10},
                               "policy": [{"format": "fp32"}, {"format": "bf16"}]})",
                         "a.json");
}

// Applies all combinations' first one.
Document applied(const Texts& texts) {
  Document document = overridden();
  apply_overrides(document, expand(parse_overrides(texts)).front());
  return document;
}

Texts misfits(const Texts& texts) {
  return test::problems_of([&] { applied(texts); });
}

}  // namespace

TEST_CASE("actions and keys", "[base][overrides]") {
  const Override set = parse_override("training.optimizer.lr=1e-3");
  REQUIRE(set.action == OverrideAction::set);
  REQUIRE(set.pointer == "/training/optimizer/lr");
  REQUIRE(set.values == std::vector<Json>{0.001});
  const Override add = parse_override("+formats.w=e5m2");
  REQUIRE(add.action == OverrideAction::add);
  REQUIRE(add.pointer == "/formats/w");
  REQUIRE(add.values == std::vector<Json>{"e5m2"});
  REQUIRE(parse_override("++a=1").action == OverrideAction::set);
  const Override remove = parse_override("~data.train_limit");
  REQUIRE(remove.action == OverrideAction::remove);
  REQUIRE(remove.pointer == "/data/train_limit");
  REQUIRE(parse_override("policy.0.format=e5m2").pointer == "/policy/0/format");
  REQUIRE(parse_override("a/b=1").pointer == "/a~1b");
}

TEST_CASE("values are JSON where they are JSON, else strings", "[base][overrides]") {
  REQUIRE(values("5") == Json({5}));
  REQUIRE(values("5")[0].is_number_integer());
  REQUIRE(values("1e3")[0].is_number_float());
  REQUIRE(values("true") == Json({true}));
  REQUIRE(values("null") == Json::array({nullptr}));
  REQUIRE(values("\"5\"") == Json({"5"}));
  REQUIRE(values("{\"a\": [1, 2], \"b\": {\"c\": \"x,y\"}}") ==
          Json::array({{{"a", {1, 2}}, {"b", {{"c", "x,y"}}}}}));
  REQUIRE(values("[1,2]") == Json::array({{1, 2}}));
  for (const char* word :
       {"e4m3fn", "True", "NaN", "1x", "01", "a=b", "/data/x.csv", "layer.*", "a b", "it's", "-"}) {
    REQUIRE(values(word) == Json({word}));
  }
  REQUIRE(values("") == Json({""}));
  REQUIRE(values("'1,2'") == Json({"1,2"}));
  REQUIRE(values("'true'") == Json({"true"}));
}

TEST_CASE("commas split outside quotes and brackets only", "[base][overrides]") {
  REQUIRE(values("1,2,3") == Json({1, 2, 3}));
  REQUIRE(values("1, 2 ,x") == Json({1, 2, "x"}));
  REQUIRE(values("[1,2],[3]") == Json::array({{1, 2}, Json::array({3})}));
  REQUIRE(values("{\"a\":1,\"b\":2},5") == Json::array({{{"a", 1}, {"b", 2}}, 5}));
  REQUIRE(values("\"a,b\",c") == Json({"a,b", "c"}));
  REQUIRE(values("\"a\\\",b\",c") == Json({"a\",b", "c"}));
  REQUIRE(values("[\"]\",\"a,\"],2") == Json::array({{"]", "a,"}, 2}));
  REQUIRE(values("f(1,2),3") == Json({"f(1,2)", 3}));
  REQUIRE(values("it's,that's") == Json({"it's", "that's"}));
}

TEST_CASE("range excludes its stop", "[base][overrides]") {
  REQUIRE(values("range(1,10,2)") == Json({1, 3, 5, 7, 9}));
  REQUIRE(values("range(1,9,2)") == Json({1, 3, 5, 7}));
  REQUIRE(values("range(2, 5)") == Json({2, 3, 4}));
  REQUIRE(values("range(3)") == Json({0, 1, 2}));
  REQUIRE(values("range(3,-3,-2)") == Json({3, 1, -1}));
  REQUIRE(values("7,range(2),x") == Json({7, 0, 1, "x"}));
  const std::int64_t low = std::numeric_limits<std::int64_t>::min();
  REQUIRE(values("range(-9223372036854775808,9223372036854775807,5000000000000000000)") ==
          Json({low, -4223372036854775808, 776627963145224192, 5776627963145224192}));
  REQUIRE(values("range(9223372036854775807,-9223372036854775808,-9223372036854775808)") ==
          Json({std::numeric_limits<std::int64_t>::max(), -1}));
  REQUIRE(values("range(10000)").size() == 10000);
}

TEST_CASE("ranges that make no sense", "[base][overrides]") {
  REQUIRE(override_problems("a=range(1,5,0)") == Texts{"E110 command line /a: the step of a range is 0"});
  REQUIRE(override_problems("a=range(5,5)") ==
          Texts{"E110 command line /a: the range is empty (its stop does not belong to it)"});
  REQUIRE(override_problems("a=range(1,5,-1)").size() == 1);
  REQUIRE(override_problems("a=range(0.5,2)") ==
          Texts{"E110 command line /a: range takes integers, got \"0.5\""});
  REQUIRE(override_problems("a=range()").size() == 1);
  REQUIRE(override_problems("a=range(1,2,3,4)").size() == 1);
  REQUIRE(override_problems("a=range(10001)") ==
          Texts{"E110 command line /a: a range of more than 10,000 values"});
  REQUIRE(override_problems("a=range(99999999999999999999)").size() == 1);
}

TEST_CASE("words that are no override", "[base][overrides]") {
  REQUIRE(override_problems("seed") == Texts{"E110 command line /seed: \"seed\" has no value (key=value)"});
  REQUIRE(override_problems("=1") == Texts{"E110 command line : \"=1\" has an empty part in its key"});
  for (const char* bad : {"a..b=1", ".a=1", "a.=1", "+=1", "~", "~a.", ""})
    REQUIRE(override_problems(bad).size() == 1);
  REQUIRE(override_problems("~a=1") == Texts{"E110 command line /a: ~ removes a key and takes no value"});
  REQUIRE(override_problems("a=1,,2") ==
          Texts{"E110 command line /a: nothing between two commas, or at an end"});
  REQUIRE(override_problems("a=1,").size() == 1);
  REQUIRE(override_problems("a=[1,2") ==
          Texts{"E110 command line /a: a quote or bracket of the value is not closed"});
  REQUIRE(override_problems("a=\"x").size() == 1);
  REQUIRE(override_problems("a=x\xff") == Texts{"E103 command line : \"a=x?\" is not UTF-8"});
}

TEST_CASE("what begins like JSON must be JSON, as strict as in a file", "[base][overrides]") {
  REQUIRE(override_problems("a={b}") ==
          Texts{"E104 command line /a: expected a key in double quotes, got \"b\" (column 2 of the value)"});
  REQUIRE(override_problems("a=[x]").size() == 1);
  REQUIRE(override_problems("a={\"b\":1,\"b\":2}")[0].starts_with("E105 command line /a: "));
  REQUIRE(override_problems("a=1e999")[0].starts_with("E108 command line /a: "));
  REQUIRE(override_problems("a=[NaN]")[0].starts_with("E107 command line /a: "));
  const std::string deep = std::string(65, '[') + std::string(65, ']');
  REQUIRE(override_problems("a=" + deep)[0].starts_with("E106 command line /a: "));
  std::string key = "a";
  for (int i = 1; i < 64; ++i) key += ".a";
  REQUIRE(override_problems(key + "=1").empty());
  REQUIRE(override_problems(key + ".a=1")[0].starts_with("E106 command line"));
}

TEST_CASE("problems of all overrides come in one error", "[base][overrides]") {
  REQUIRE(test::problems_of([] { parse_overrides({"a", "b=1", "c=range(x)"}); }).size() == 2);
  REQUIRE(parse_overrides({"a=1", "b=2"}).size() == 2);
}

TEST_CASE("the product runs through the last override fastest", "[base][overrides]") {
  const auto combinations = expand(parse_overrides({"seed=1,2", "f=a", "lr=0.1,0.2,0.3", "~x"}));
  Texts seen;
  for (const auto& combination : combinations) {
    REQUIRE(combination.size() == 4);
    REQUIRE(combination[1].pointer == "/f");
    REQUIRE(combination[3].action == OverrideAction::remove);
    seen.push_back(combination[0].value.dump() + ' ' + combination[2].value.dump());
  }
  REQUIRE(seen == Texts{"1 0.1", "1 0.2", "1 0.3", "2 0.1", "2 0.2", "2 0.3"});
}

TEST_CASE("the product of nothing is one run, and that of too much none", "[base][overrides]") {
  REQUIRE(expand({}).size() == 1);
  REQUIRE(expand({}).front().empty());
  REQUIRE(expand(parse_overrides({"a=range(100)", "b=range(100)"})).size() == 10000);
  REQUIRE(test::problems_of([] {
            expand(parse_overrides({"a=range(100)", "b=range(101)"}));
          }) == Texts{"E110 command line /b: the overrides make more than 10,000 combinations"});
}

TEST_CASE("setting, adding and removing", "[base][overrides]") {
  const Document document = applied({"training.optimizer.lr=1e-3", "+formats.w=e5m2", "~data.train_limit",
                                     "policy.0.format=e5m2", "unknown=1", "policy.2={\"x\":1}"});
  REQUIRE(document.value() == Json::parse(R"({"seed": 1, "training": {"optimizer": {"lr": 0.001}},
        "data": {}, "formats": {"w": "e5m2"}, "unknown": 1,
        "policy": [{"format": "e5m2"}, {"format": "bf16"}, {"x": 1}]})"));
  REQUIRE(document.origin("/training/optimizer/lr") == command_line());
  REQUIRE(document.key_origin("/unknown") == command_line());
  REQUIRE(document.origin("/seed") == Origin{"a.json", 1, 10});
}

TEST_CASE("later overrides see earlier ones", "[base][overrides]") {
  REQUIRE(*applied({"seed=2", "seed=3"}).find("/seed") == 3);
  REQUIRE(applied({"~seed", "+seed=4"}).find("/seed")->get<int>() == 4);
  REQUIRE(applied({"~policy.0", "policy.0.format=x"}).find("/policy")->dump() == R"([{"format":"x"}])");
}

TEST_CASE("overrides that do not fit, with a suggestion", "[base][overrides]") {
  REQUIRE(misfits({"+seed=1"}) == Texts{"E111 command line /seed: \"seed\" is already there (did you mean "
                                        "\"seed=...\", without the +?)"});
  REQUIRE(misfits({"~data.trian_limit"}) ==
          Texts{"E111 command line /data/trian_limit: there is no \"data.trian_limit\" to remove "
                "(did you mean \"train_limit\"? known: train_limit)"});
  REQUIRE(misfits({"~dta.x"}) ==
          Texts{"E111 command line /dta/x: there is no \"dta.x\" to remove (did you mean "
                "\"data\"? known: data, policy, seed, training)"});
  REQUIRE(misfits({"seed.x=1"}) ==
          Texts{"E111 command line /seed/x: seed is no object and has no member \"x\""});
  REQUIRE(misfits({"policy.3.format=x"}) ==
          Texts{"E111 command line /policy/3/format: policy is an array of 2 and has no element \"3\""});
  REQUIRE(misfits({"policy.first=x"}).size() == 1);
  REQUIRE(misfits({"~policy.2"}).size() == 1);
}

TEST_CASE("all misfits are reported, and then nothing is changed", "[base][overrides]") {
  Document document = overridden();
  const auto assignments = expand(parse_overrides({"seed=9", "+seed=1", "~nothing"})).front();
  REQUIRE(test::problems_of([&] { apply_overrides(document, assignments); }).size() == 2);
  REQUIRE(document.value() == overridden().value());
}

TEST_CASE("a word is an override or a file", "[base][overrides]") {
  for (const char* yes : {"a=1", "a.b=c/d", "~a", "+a=1", "=", "path=/x", "~a/b=1"})
    REQUIRE(is_override(yes));
  for (const char* no : {"a.json", "runs/a=1.json", "./a=b", "/x=1", "", "a/b"})
    REQUIRE_FALSE(is_override(no));
}

TEST_CASE("words of any bytes never crash", "[base][overrides]") {
  const std::string valid = R"(+a.b.0={"x":[1,"y\"z"],"w":"q"},range(1,9,2),"s,t",'u',e4m3)";
  std::uint64_t drawn = 7;  // a linear congruential generator (Knuth, MMIX)
  const auto random = [&drawn](std::size_t bound) {
    drawn = drawn * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::size_t>(drawn >> 33) % bound;
  };
  const std::string alphabet = "=~+.,()[]{}\"'\\ 019-eaxrange";
  int refused = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text = valid.substr(0, round % 2 == 0 ? valid.size() : random(valid.size() + 1));
    for (std::size_t flips = random(4); flips > 0 && !text.empty(); --flips) {
      text[random(text.size())] = alphabet[random(alphabet.size())];
    }
    refused += override_problems(text).empty() ? 0 : 1;
  }
  REQUIRE(refused > 1000);
  REQUIRE(refused < 19000);
}
