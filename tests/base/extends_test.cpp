#include "sim/base/document.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include "tests/base/problems.hpp"
#include "tests/base/scratch.hpp"
#include "tests/support/catch.hpp"

using namespace exmy;

namespace {

using Texts = std::vector<std::string>;

Texts extends_problems(const std::string& path) {
  return test::problems_of([&] { Document::load(path); });
}

}  // namespace

TEST_CASE("a file without extends is loaded as it stands", "[base][extends]") {
  const test::Scratch scratch;
  const std::string path = scratch.write("a.json", "{\"$schema\": \"s\",\n \"seed\": 7}");
  const Document document = Document::load(path);
  REQUIRE(document.value() == Json({{"seed", 7}}));
  REQUIRE(document.origin("/seed") == Origin{path, 2, 10});
}

TEST_CASE("a file is merged over the file that it extends", "[base][extends]") {
  const test::Scratch scratch;
  scratch.write("base/common.json",
                R"({"model": {"kind": "mlp", "depth": 2}, "policy": [1, 2], "$schema": "x"})");
  const std::string path = scratch.write(
      "run.json", "{\"extends\": \"base/common.json\",\n \"model\": {\"depth\": 3}, \"policy\": []}");
  const Document document = Document::load(path);
  REQUIRE(document.value() == Json::parse(R"({"model": {"kind": "mlp", "depth": 3}, "policy": []})"));
  REQUIRE(document.origin("/model/depth") == Origin{path, 2, 21});
  REQUIRE(document.origin("/model/kind").file == (scratch.path() / "base/common.json").string());
  REQUIRE(document.origin("/model/kind").column == 20);
}

TEST_CASE("of several files later ones win, and names are relative to the file that holds them",
          "[base][extends]") {
  const test::Scratch scratch;
  scratch.write("lib/root.json", R"({"a": 0, "b": 0, "c": 0, "d": 0})");
  scratch.write("lib/one.json", R"({"extends": "root.json", "a": 1, "b": 1})");
  scratch.write("two.json", R"({"b": 2, "c": 2})");
  const std::string path =
      scratch.write("sub/run.json", R"({"extends": ["../lib/one.json", "../two.json"], "c": 3})");
  REQUIRE(Document::load(path).value() == Json::parse(R"({"a": 1, "b": 2, "c": 3, "d": 0})"));
  REQUIRE(Document::load(path).origin("/b").file == (scratch.path() / "two.json").string());
}

TEST_CASE("the same file may be extended on two ways, and an empty list extends nothing", "[base][extends]") {
  const test::Scratch scratch;
  scratch.write("root.json", R"({"a": 0, "extends": []})");
  scratch.write("l.json", R"({"extends": "root.json", "l": 1})");
  scratch.write("r.json", R"({"extends": "root.json", "r": 1})");
  const std::string path = scratch.write("run.json", R"({"extends": ["l.json", "r.json"]})");
  REQUIRE(Document::load(path).value() == Json::parse(R"({"a": 0, "l": 1, "r": 1})"));
}

TEST_CASE("extends below the top level is a key like any other", "[base][extends]") {
  const test::Scratch scratch;
  const std::string path = scratch.write("run.json", R"({"model": {"extends": "nothing.json"}})");
  REQUIRE(*Document::load(path).find("/model/extends") == "nothing.json");
}

TEST_CASE("a cycle is an error at the name that closes it", "[base][extends]") {
  const test::Scratch scratch;
  const std::string self = scratch.write("self.json", "{\n\"extends\": \"./self.json\"}");
  REQUIRE(extends_problems(self) ==
          Texts{"E109 2:12 /extends: \"" + self + "\" extends itself, directly or through others"});
  const std::string a = scratch.write("a.json", R"({"extends": "b.json"})");
  scratch.write("b.json", R"({"extends": ["c.json"]})");
  scratch.write("c.json", "{\"extends\":\n [\"a.json\"]}");
  const Texts found = extends_problems(a);
  REQUIRE(found.size() == 1);
  REQUIRE(found[0].starts_with("E109 2:3 /extends/0: "));
  std::filesystem::create_symlink("link.json", scratch.path() / "link.json");
  REQUIRE(extends_problems((scratch.path() / "link.json").string()).size() == 1);
}

TEST_CASE("problems of all files are reported together, at their places", "[base][extends]") {
  const test::Scratch scratch;
  const std::string bad = scratch.write("bad.json", "{\"x\": NaN}");
  const std::string path = scratch.write("run.json", R"({"extends": ["absent.json", "bad.json", 5, ""]})");
  const std::string absent = (scratch.path() / "absent.json").string();
  REQUIRE(extends_problems(path) ==
          Texts{"E107 1:7 /x: NaN is not a JSON number",
                "E109 1:14 /extends/0: cannot read " + absent + ": No such file or directory",
                "E109 1:41 /extends/2: expected the name of a file, or a list of names",
                "E109 1:44 /extends/3: expected the name of a file, or a list of names"});
  const std::string number = scratch.write("number.json", R"({"extends": {"a": 1}})");
  REQUIRE(extends_problems(number) ==
          Texts{"E109 1:13 /extends: expected the name of a file, or a list of names"});
}

TEST_CASE("what is extended holds an object", "[base][extends]") {
  const test::Scratch scratch;
  const std::string list = scratch.write("list.json", "[1]");
  const std::string path = scratch.write("run.json", R"({"extends": "list.json"})");
  REQUIRE(extends_problems(path) == Texts{"E109 1:13 /extends: \"" + list + "\" holds no JSON object"});
  REQUIRE(Document::load(list).value() == Json({1}));
}

TEST_CASE("a file that cannot be read is a configuration error without a position", "[base][extends]") {
  const test::Scratch scratch;
  const std::string absent = (scratch.path() / "absent.json").string();
  REQUIRE(extends_problems(absent) ==
          Texts{"E101 " + absent + " : cannot read " + absent + ": No such file or directory"});
  const std::string directory = scratch.path().string();
  REQUIRE(extends_problems(directory) ==
          Texts{"E101 " + directory + " : cannot read " + directory + ": Is a directory"});
  const std::string large = scratch.write("large.json", std::string((16U << 20) + 1, ' '));
  REQUIRE(extends_problems(large) == Texts{"E102 " + large + " : larger than 16 MiB"});
}

TEST_CASE("files that extend each other twice do not multiply without end", "[base][extends]") {
  const test::Scratch scratch;
  for (int i = 0; i < 40; ++i) {
    const std::string next = "\"" + std::to_string(i + 1) + ".json\"";
    scratch.write(std::to_string(i) + ".json", "{\"extends\": [" + next + ", " + next + "]}");
  }
  scratch.write("40.json", "{}");
  const Texts found = extends_problems((scratch.path() / "0.json").string());
  REQUIRE(found.size() == 1);
  REQUIRE(found[0].ends_with("more than 100 files extend each other"));
}
