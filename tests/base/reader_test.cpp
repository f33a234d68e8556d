#include "sim/base/reader.hpp"

#include <array>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/base/json_text.hpp"
#include "tests/base/problems.hpp"
#include "tests/support/catch.hpp"

using namespace exmy;

namespace {

using Texts = std::vector<std::string>;

// A document, its problems and the reader of its top.
struct Fixture {
  explicit Fixture(const std::string& text) : document(Document::parse(text, "a.json")) {}

  Texts found() const { return test::brief(problems); }
  std::string only() const {
    return problems.size() == 1 ? found()[0] : std::to_string(problems.size()) + " problems";
  }

  Document document;
  std::vector<Problem> problems;
  ObjectReader top{document, "", problems};
};

// The one problem of reading the value of the key "x".
template <class Read>
std::string complaint(const std::string& value, Read read) {
  Fixture fixture("{\"x\": " + value + '}');
  read(fixture.top);
  return fixture.only();
}

enum class Mode { slow, fast };
constexpr std::array modes{Named<Mode>{"slow", Mode::slow}, Named<Mode>{"fast", Mode::fast}};

struct Maker {
  std::string name;
  int (*make)(ObjectReader& reader);
};
const std::vector<Maker> makers{{"sgd", [](ObjectReader& r) { return r.integer<int>("momentum", required); }},
                                {"adam", [](ObjectReader& r) { return r.integer<int>("beta", 5); }}};

}  // namespace

TEST_CASE("given values are read with their types", "[base][reader]") {
  Fixture f(R"({"n": 0.5, "i": 7, "b": true, "t": "x", "m": "fast", "list": [1, 2], "o": {"k": 3}})");
  REQUIRE(f.top.number("n", 0.1) == 0.5);
  REQUIRE(f.top.integer("i", required) == 7);
  REQUIRE(f.top.boolean("b", false));
  REQUIRE(f.top.text("t", "y") == "x");
  REQUIRE(f.top.one_of("m", Mode::slow, modes) == Mode::fast);
  REQUIRE(f.top.integers<int>("list", required) == std::vector<int>{1, 2});
  REQUIRE(f.top.object("o").integer("k", 0) == 3);
  f.top.finish();
  REQUIRE(f.problems.empty());
}

TEST_CASE("absent values take their defaults", "[base][reader]") {
  Fixture f("{}");
  REQUIRE(f.top.number("n", 0.1, Range::above(0)) == 0.1);
  REQUIRE(f.top.integer<int>("i", -4) == -4);
  REQUIRE(f.top.unsigned64("u", 18446744073709551615U) == 18446744073709551615U);
  REQUIRE(f.top.boolean("b", true));
  REQUIRE(f.top.text("t", "y") == "y");
  REQUIRE(f.top.one_of("m", Mode::fast, modes) == Mode::fast);
  REQUIRE(f.top.row("kind", "adam", makers).name == "adam");
  REQUIRE(f.top.texts("ts", Texts{"a", "b"}) == Texts{"a", "b"});
  REQUIRE(f.top.numbers("ns", std::vector<double>{1.5}) == std::vector<double>{1.5});
  REQUIRE(f.top.integers<std::uint64_t>("is", std::vector<std::uint64_t>{128, 64}).size() == 2);
  REQUIRE(f.top.array("a").empty());
  REQUIRE(f.top.one_or_more("om").empty());
  REQUIRE(f.top.object("o").object("p").number("q", 2.0) == 2.0);
  f.top.finish();
  REQUIRE(f.problems.empty());
}

TEST_CASE("values that are there only if given", "[base][reader]") {
  Fixture f(R"({"n": 1, "i": 2, "t": "x", "m": "slow", "o": {}, "gone": null})");
  REQUIRE(f.top.number("n", if_given).value() == 1.0);
  REQUIRE(f.top.integer<int>("i", if_given).value() == 2);
  REQUIRE(f.top.text("t", if_given).value() == "x");
  REQUIRE(f.top.one_of("m", if_given, modes).value() == Mode::slow);
  REQUIRE(f.top.object("o", if_given).has_value());
  REQUIRE_FALSE(f.top.number("n2", if_given).has_value());
  REQUIRE_FALSE(f.top.integer("i2", if_given).has_value());
  REQUIRE_FALSE(f.top.text("t2", if_given).has_value());
  REQUIRE_FALSE(f.top.one_of("m2", if_given, modes).has_value());
  REQUIRE_FALSE(f.top.object("o2", if_given).has_value());
  REQUIRE_FALSE(f.top.number("gone", if_given).has_value());
  f.top.finish();
  REQUIRE(f.problems.empty());
}

TEST_CASE("a wrong type says what is wanted and what is there", "[base][reader]") {
  const auto number = [](ObjectReader& r) { r.number("x", 0.1, Range::above(0)); };
  REQUIRE(complaint("\"a\"", number) == "E202 1:7 /x: expected a number > 0, got the string \"a\"");
  REQUIRE(complaint("true", number) == "E202 1:7 /x: expected a number > 0, got true");
  REQUIRE(complaint("null", number) == "E202 1:7 /x: expected a number > 0, got null");
  REQUIRE(complaint("[1]", number) == "E202 1:7 /x: expected a number > 0, got an array");
  REQUIRE(complaint("{}", number) == "E202 1:7 /x: expected a number > 0, got an object");
  REQUIRE(complaint("1", [](ObjectReader& r) { r.boolean("x", false); }) ==
          "E202 1:7 /x: expected true or false, got 1");
  REQUIRE(complaint("1.5", [](ObjectReader& r) { r.text("x", ""); }) ==
          "E202 1:7 /x: expected a string, got 1.5");
  REQUIRE(complaint("1", [](ObjectReader& r) { r.one_of("x", Mode::fast, modes); }) ==
          "E202 1:7 /x: expected a string, got 1");
  REQUIRE(complaint("1", [](ObjectReader& r) { r.object("x"); }) == "E202 1:7 /x: expected an object, got 1");
  REQUIRE(complaint("{}", [](ObjectReader& r) { r.array("x"); }) ==
          "E202 1:7 /x: expected an array, got an object");
  REQUIRE(complaint("[1, \"b\"]", [](ObjectReader& r) { r.numbers("x", required); }) ==
          "E202 1:11 /x/1: expected a number, got the string \"b\"");
}

TEST_CASE("numbers out of range name the range with its ends", "[base][reader]") {
  const auto in = [](Range range) { return [range](ObjectReader& r) { r.number("x", 0.5, range); }; };
  REQUIRE(complaint("1", in(Range::closed_open(0, 1))) == "E204 1:7 /x: expected a number in [0, 1), got 1");
  REQUIRE(complaint("0.0", in(Range::above(0))) == "E204 1:7 /x: expected a number > 0, got 0.0");
  REQUIRE(complaint("-0.5", in(Range::at_least(0))) == "E204 1:7 /x: expected a number >= 0, got -0.5");
  REQUIRE(complaint("1e300", in(Range::open_closed(-1, 1e6))) ==
          "E204 1:7 /x: expected a number in (-1, 1000000], got 1e+300");
  REQUIRE(complaint("1", in(Range::closed(0, 1))) == "0 problems");
}

TEST_CASE("integers may be floats with integral values, and nothing else", "[base][reader]") {
  const auto read = [](const std::string& value) {
    Fixture f("{\"x\": " + value + '}');
    const std::int64_t x = f.top.integer("x", required);
    REQUIRE(f.problems.empty());
    return x;
  };
  REQUIRE(read("4.0") == 4);
  REQUIRE(read("1e3") == 1000);
  REQUIRE(read("-0") == 0);
  REQUIRE(read("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
  REQUIRE(read("9223372036854775807") == std::numeric_limits<std::int64_t>::max());
  REQUIRE(read("9007199254740992.0") == 9007199254740992);
  const auto steps = [](ObjectReader& r) { r.integer("x", 1); };
  REQUIRE(complaint("4.7", steps) == "E202 1:7 /x: expected an integer, got 4.7");
  REQUIRE(complaint("\"4\"", steps) == "E202 1:7 /x: expected an integer, got the string \"4\"");
  REQUIRE(complaint("9223372036854775808", steps) ==
          "E204 1:7 /x: expected an integer in [-9223372036854775808, 9223372036854775807], got "
          "9223372036854775808");
  REQUIRE(complaint("1e17", steps) ==
          "E204 1:7 /x: expected an integer in [-9223372036854775808, "
          "9223372036854775807], beyond 2^53 with all its digits, got 1e+17");
}

TEST_CASE("integers keep to their range and type", "[base][reader]") {
  const auto bits = [](ObjectReader& r) { r.integer<int>("x", 8, Range::closed(1, 32)); };
  REQUIRE(complaint("0", bits) == "E204 1:7 /x: expected an integer in [1, 32], got 0");
  REQUIRE(complaint("33", bits) == "E204 1:7 /x: expected an integer in [1, 32], got 33");
  REQUIRE(complaint("32", bits) == "0 problems");
  REQUIRE(complaint("4294967304", bits) ==  // 8 in 32 bits
          "E204 1:7 /x: expected an integer in [1, 32], got 4294967304");
  REQUIRE(complaint("4294967304", [](ObjectReader& r) { r.integer<int>("x", 1, Range::at_least(1)); }) ==
          "E204 1:7 /x: expected an integer in [1, 2147483647], got 4294967304");
  REQUIRE(complaint("-1", [](ObjectReader& r) { r.integer<std::uint32_t>("x", 1); }) ==
          "E204 1:7 /x: expected an integer in [0, 4294967295], got -1");
}

TEST_CASE("64-bit seeds use all their bits", "[base][reader]") {
  Fixture f(R"({"a": 18446744073709551615, "b": 9223372036854775809})");
  REQUIRE(f.top.unsigned64("a", required) == 18446744073709551615U);
  REQUIRE(f.top.unsigned64("b", 0) == 9223372036854775809U);
  REQUIRE(f.problems.empty());
  REQUIRE(f.top.resolved().dump() == R"({"a":18446744073709551615,"b":9223372036854775809})");
  const auto unsigned_x = [](ObjectReader& r) { r.unsigned64("x", 0); };
  const std::string wanted = "E204 1:7 /x: expected an integer in [0, 18446744073709551615], got ";
  REQUIRE(complaint("-1", unsigned_x) == wanted + "-1");
  REQUIRE(complaint("-1.0", unsigned_x) == wanted + "-1.0");
  REQUIRE(complaint("20000000000000000000", unsigned_x) == wanted + "2e+19");
}

TEST_CASE("what was refused is replaced by something of the right type and range", "[base][reader]") {
  Fixture f(R"({"n": 9, "i": "x", "m": "medium", "t": 1, "b": 1, "l": {}})");
  REQUIRE(f.top.number("n", 2.5, Range::closed(2, 3)) == 2);
  REQUIRE(f.top.integer("i", required, Range::above(0)) == 1);
  REQUIRE(f.top.one_of("m", required, modes) == Mode::slow);
  REQUIRE(f.top.text("t", required).empty());
  REQUIRE_FALSE(f.top.boolean("b", required));
  REQUIRE(f.top.integers("l", required).empty());
  REQUIRE(f.problems.size() == 6);
  REQUIRE(f.top.number("absent", required, Range::at_least(4)) == 4);
  REQUIRE(f.problems.size() == 7);
}

TEST_CASE("missing keys are reported once, at the object around them", "[base][reader]") {
  Fixture f("{\n \"training\": {}}");
  ObjectReader training = f.top.object("training");
  training.integer("steps", required, Range::at_least(1));
  training.object("optimizer", required).text("kind", required);  // not a second time below what is missing
  f.top.array("policy", required);
  f.top.one_of("mode", required, modes);
  f.top.texts("names", required);
  f.top.finish();
  REQUIRE(f.found() == Texts{"E205 2:14 /training/steps: the key \"steps\" is missing",
                             "E205 2:14 /training/optimizer: the key \"optimizer\" is missing",
                             "E205 1:1 /policy: the key \"policy\" is missing",
                             "E205 1:1 /mode: the key \"mode\" is missing",
                             "E205 1:1 /names: the key \"names\" is missing"});
}

TEST_CASE("a required key below an absent object is missing all the same", "[base][reader]") {
  Fixture f("{}");
  f.top.object("model").integer("layers", required);
  REQUIRE(f.only() == "E205 1:1 /model/layers: the key \"layers\" is missing");
}

TEST_CASE("unknown names come with a suggestion, called by their key", "[base][reader]") {
  Fixture f(R"({"format": "e4m4", "role": ["wieght", "loss"], "mode": "quick"})");
  const Texts formats{"e4m3", "e5m2"};
  REQUIRE(f.top.one_of("format", "e5m2", formats) == "e4m3");
  for (const Value& role : f.top.one_or_more("role")) role.one_of(Texts{"weight", "loss"});
  f.top.one_of("mode", Mode::slow, modes);
  REQUIRE(f.found() ==
          Texts{R"(E203 1:12 /format: unknown format "e4m4" (did you mean "e4m3"? known: e4m3, e5m2))",
                R"(E203 1:29 /role/0: unknown role "wieght" (did you mean "weight"? known: weight, loss))",
                R"(E203 1:56 /mode: unknown mode "quick" (known: slow, fast))"});
}

TEST_CASE("names may come as a list, a table, a map or an array", "[base][reader]") {
  Fixture f(R"({"a": "two", "b": "two", "c": "fast", "d": "two"})");
  const std::map<std::string, int> map{{"one", 1}, {"two", 2}};
  const char* const array[] = {"one", "two"};
  REQUIRE(f.top.one_of("a", "one", Texts{"one", "two"}) == "two");
  REQUIRE(f.top.one_of("b", 1, map) == 2);
  REQUIRE(f.top.one_of("c", required, modes) == Mode::fast);
  REQUIRE(f.top.one_of("d", required, array) == "two");
  REQUIRE(f.problems.empty());
  REQUIRE_THROWS_AS(f.top.one_of("b", 3, map), std::logic_error);
  REQUIRE_THROWS_AS(f.top.row("e", "rmsprop", makers), std::logic_error);
}

TEST_CASE("a kind chooses the row that reads the rest of its object", "[base][reader]") {
  const auto read = [](Fixture& f) {
    ObjectReader optimizer = f.top.object("optimizer");
    return optimizer.row("kind", "adam", makers).make(optimizer);
  };
  Fixture sgd(R"({"optimizer": {"kind": "sgd", "momentum": 9}})");
  REQUIRE(read(sgd) == 9);
  Fixture adam("{}");
  REQUIRE(read(adam) == 5);
  REQUIRE(adam.top.resolved().dump() == R"({"optimizer":{"beta":5,"kind":"adam"}})");
  Fixture wrong(R"({"optimizer": {"kind": "adam", "momentum": 9}})");
  read(wrong);
  wrong.top.finish();
  REQUIRE(wrong.only() == R"(E201 1:32 /optimizer/momentum: unknown key "momentum" (known: kind, beta))");
}

TEST_CASE("after an unknown kind nothing more is said about its object", "[base][reader]") {
  Fixture f(R"({"optimizer": {"kind": "adma", "beta": "x", "deep": {"y": 1}}, "x": 1})");
  ObjectReader optimizer = f.top.object("optimizer");
  optimizer.row("kind", "sgd", makers).make(optimizer);
  optimizer.object("deep").text("y", "");
  f.top.finish();
  REQUIRE(f.found() ==
          Texts{R"(E203 1:24 /optimizer/kind: unknown kind "adma" (did you mean "adam"? known: sgd, adam))",
                R"(E201 1:64 /x: unknown key "x" (known: optimizer))"});
}

TEST_CASE("unknown keys are reported at the key, everywhere below", "[base][reader]") {
  Fixture f(
      "{\"seed\": 1,\n \"training\": {\"stpes\": 5},\n \"rules\": [{\"a\": 1}, {\"b\": 2}], \"c/d\": 0}");
  f.top.unsigned64("seed", 0);
  ObjectReader training = f.top.object("training");
  training.integer("steps", 1);
  training.integer("epochs", if_given);
  for (const Value& rule : f.top.array("rules")) rule.object().integer("a", 0);
  f.top.finish();
  f.top.finish();  // says nothing twice
  REQUIRE(
      test::brief(ConfigError(f.problems).problems()) ==
      Texts{R"(E201 2:15 /training/stpes: unknown key "stpes" (did you mean "steps"? known: steps, epochs))",
            R"(E201 3:23 /rules/1/b: unknown key "b" (known: a))",
            R"(E201 3:33 /c~1d: unknown key "c/d" (known: seed, training, rules))"});
}

TEST_CASE("finishing one object leaves the others to the end", "[base][reader]") {
  Fixture f(R"({"a": {"x": 1}, "ab": {"y": 1}})");
  ObjectReader a = f.top.object("a");
  f.top.object("ab");
  a.finish();
  REQUIRE(f.only() == "E201 1:8 /a/x: unknown key \"x\"");
  f.top.finish();
  REQUIRE(f.problems.size() == 2);
}

TEST_CASE("an object with a thousand unknown keys is not a thousand problems", "[base][reader]") {
  std::string text = "{\"k0\": 0";
  for (int i = 1; i < 1000; ++i) text += ", \"k" + std::to_string(i) + "\": 0";
  Fixture f(text + "}");
  f.top.finish();
  REQUIRE(f.problems.size() == 21);
  REQUIRE(f.found().back() == "E201 1:1 : 980 more unknown keys");
}

TEST_CASE("an object read in two places knows the keys of both", "[base][reader]") {
  Fixture f(R"({"o": {"a": 1, "b": 2}})");
  f.top.object("o").integer("a", 0);
  f.top.object("o").integer("b", 0);
  f.top.finish();
  REQUIRE(f.problems.empty());
  REQUIRE(f.top.resolved().dump() == R"({"o":{"a":1,"b":2}})");
}

TEST_CASE("an object of the wrong type says so once", "[base][reader]") {
  Fixture f(R"({"model": "mlp", "list": [1]})");
  ObjectReader model = f.top.object("model");
  REQUIRE(model.integer("depth", required) == 0);
  REQUIRE(model.object("inner").number("x", 0.5) == 0.5);
  for (const Value& element : f.top.array("list")) element.object().text("kind", required);
  f.top.finish();
  REQUIRE(f.found() == Texts{"E202 1:11 /model: expected an object, got the string \"mlp\"",
                             "E202 1:27 /list/0: expected an object, got 1"});
  Fixture top("[1]");
  REQUIRE(top.only() == "E202 1:1 : expected an object, got an array");
}

TEST_CASE("a single value may stand for an array of one", "[base][reader]") {
  Fixture f(R"({"a": "x", "b": ["x", "y"], "c": [], "d": ["x", 1], "e": {"k": 1}})");
  REQUIRE(f.top.texts("a", required) == Texts{"x"});
  REQUIRE(f.top.texts("b", required) == Texts{"x", "y"});
  REQUIRE(f.top.texts("c", required).empty());
  REQUIRE(f.top.one_or_more("e").at(0).object().integer("k", 0) == 1);
  REQUIRE(f.problems.empty());
  REQUIRE(f.top.resolved().dump() == R"({"a":["x"],"b":["x","y"],"c":[],"e":[{"k":1}]})");
  f.top.texts("d", required);
  REQUIRE(f.only() == "E202 1:49 /d/1: expected a string, got 1");
}

TEST_CASE("the length of an array may be bounded", "[base][reader]") {
  Fixture f(R"({"a": [], "b": [1, 2]})");
  REQUIRE(f.top.array("a", Range::at_least(1)).empty());
  REQUIRE(f.top.array("b", required, Range::closed(1, 2)).size() == 2);
  REQUIRE(f.only() == "E204 1:7 /a: expected an array with a number of elements >= 1, got 0");
}

TEST_CASE("objects with free keys", "[base][reader]") {
  Fixture f(R"({"formats": {"w": "e5m2", "a/b": {"bits": 8, "x": 0}}})");
  Texts seen;
  for (const Value& format : f.top.object("formats").members()) {
    seen.push_back(format.key() + '=' + (format.json().is_string() ? format.text() : "object"));
    if (format.json().is_object()) REQUIRE(format.object().integer("bits", 0) == 8);
  }
  f.top.finish();
  REQUIRE(seen == Texts{"a/b=object", "w=e5m2"});
  REQUIRE(f.only() == R"(E201 1:46 /formats/a~1b/x: unknown key "x" (known: bits))");
}

TEST_CASE("asking makes a key known, and raw values are resolved as they stand", "[base][reader]") {
  Fixture f(R"({"a": null, "b": {"x": [1, 2]}, "c": 5})");
  REQUIRE(f.top.has("a"));
  REQUIRE_FALSE(f.top.has("z"));
  REQUIRE(f.top.raw("b") == Json({{"x", {1, 2}}}));
  REQUIRE(f.top.raw("y").is_null());
  REQUIRE(f.top.value("c").integer<int>() == 5);
  REQUIRE_FALSE(f.top.value("d").exists());
  f.top.finish();
  REQUIRE(f.problems.empty());
  REQUIRE(f.top.resolved()["b"] == Json({{"x", {1, 2}}}));
}

TEST_CASE("callers add their own problems, at the right places", "[base][reader]") {
  Fixture f("{\"a\": 1,\n\"b\": [2, 3]}");
  f.top.problem(codes::contradiction, "a", "a contradicts b");
  f.top.problem(codes::unsupported, "all of it");
  f.top.array("b").at(1).problem(codes::contradiction, "three");
  f.top.problem(codes::contradiction, "absent", "needed with a");
  f.top.finish();
  REQUIRE(f.found() == Texts{"E206 1:7 /a: a contradicts b", "E207 1:1 : all of it", "E206 2:10 /b/1: three",
                             "E206 1:1 /absent: needed with a"});
}

TEST_CASE("the resolved configuration holds every value that was used", "[base][reader]") {
  Fixture f(
      R"({"seed": 1e3, "training":
                     {"lr": 1, "steps": 4.0}, "policy": [{"role": "weight"}, {}], "2": {"0": 1}})");
  f.top.unsigned64("seed", 0);
  ObjectReader training = f.top.object("training");
  training.number("lr", 0.1);
  training.integer<int>("steps", 10);
  training.number("clip", if_given);
  training.one_of("mode", Mode::fast, modes);
  f.top.object("stats").boolean("on", true);
  for (const Value& rule : f.top.array("policy")) {
    ObjectReader r = rule.object();
    r.texts("role", Texts{"*"});
    r.text("format", "fp32");
  }
  f.top.object("2").number("0", 0.0);  // keys that look like indices stay keys
  f.top.finish();
  REQUIRE(f.problems.empty());
  REQUIRE(compact_text(f.top.resolved()) ==
          R"({"2":{"0":1.0},"policy":[{"format":"fp32","role":["weight"]},{"format":"fp32","role":["*"]}],)"
          R"("seed":1000,"stats":{"on":true},)"
          R"("training":{"clip":null,"lr":1.0,"mode":"fast","steps":4}})");
  REQUIRE(training.resolved() == f.top.resolved()["training"]);
}

TEST_CASE("the resolved configuration resolves to itself", "[base][reader]") {
  const auto read = [](const std::string& text) {
    Fixture f(text);
    f.top.number("lr", 0.1);
    f.top.integer("limit", if_given);
    f.top.texts("role", Texts{"a"});
    f.top.object("schedule", if_given);
    f.top.row("kind", "adam", makers);
    f.top.finish();
    REQUIRE(f.problems.empty());
    return compact_text(f.top.resolved());
  };
  const std::string once = read(R"({"lr": 3, "role": "b"})");
  REQUIRE(once == R"({"kind":"adam","limit":null,"lr":3.0,"role":["b"],"schedule":null})");
  REQUIRE(read(once) == once);
}

TEST_CASE("readers may outlive the one that made them", "[base][reader]") {
  const Document document = Document::parse(R"({"o": {"p": {"x": 1}}})", "a.json");
  std::vector<Problem> problems;
  ObjectReader inner = ObjectReader(document, "", problems).object("o").object("p");
  REQUIRE(inner.integer("x", 0) == 1);
  REQUIRE(inner.resolved().dump() == R"({"x":1})");
  REQUIRE(ObjectReader(document, "/o/p", problems).number("x", 0.0) == 1.0);
  REQUIRE(ObjectReader(document, "/absent", problems).number("x", 0.5) == 0.5);
  REQUIRE(problems.empty());
}

TEST_CASE("every problem of a configuration comes in one error", "[base][reader]") {
  Fixture f("{\"steps\": -1,\n \"lr\": \"big\",\n \"sead\": 3}");
  f.top.integer("steps", required, Range::at_least(1));
  f.top.number("lr", 0.1);
  f.top.unsigned64("seed", 0);
  f.top.finish();
  const auto throwing = [&] { throw_if_any(f.problems); };
  REQUIRE(test::problems_of(throwing) ==
          Texts{"E204 1:11 /steps: expected an integer >= 1, got -1",
                "E202 2:8 /lr: expected a number, got the string \"big\"",
                R"(E201 3:2 /sead: unknown key "sead" (did you mean "seed"? known: steps, lr, seed))"});
}
