#include "sim/base/error.hpp"
#include <algorithm>

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace exmy;

TEST_CASE("a problem prints as file, line, column, code, pointer and message", "[base][error]") {
  const std::string message = R"(unknown format "e4m4" (did you mean "e4m3"? known: e4m3))";
  const Problem problem{"E203", {"runs/a.json", 14, 22}, "/policy/1/format", message};
  REQUIRE(to_string(problem) == "runs/a.json:14:22: error[E203] /policy/1/format: " + message);
}

TEST_CASE("what has no position and no pointer prints without them", "[base][error]") {
  REQUIRE(to_string(Problem{"E111", command_line(), "/seed", "no"}) == "command line: error[E111] /seed: no");
  REQUIRE(to_string(Problem{"E101", {"a.json", 0, 0}, "", "gone"}) == "a.json: error[E101]: gone");
}

TEST_CASE("names of files and pointers cannot steer the terminal", "[base][error]") {
  const Problem problem{"E201", {"a\x1b[2J", 1, 1}, "/b\n\x07", "m"};
  REQUIRE(to_string(problem) == "a?[2J:1:1: error[E201] /b??: m");
}

TEST_CASE("every error has its exit code and can be caught as Error", "[base][error]") {
  const auto exit_code_of = [](const Error& error) { return error.exit_code(); };
  REQUIRE(exit_code_of(ConfigError({})) == 2);
  REQUIRE(exit_code_of(UsageError("u")) == 2);
  REQUIRE(exit_code_of(IoError("i")) == 3);
  REQUIRE(exit_code_of(CorruptFile("c")) == 4);
  REQUIRE(std::string(CorruptFile("text").what()) == "text");
}

TEST_CASE("a configuration error lists its problems by line and column", "[base][error]") {
  const ConfigError error({{"E204", {"a", 2, 9}, "/c", "three"},
                           {"E202", {"a", 2, 3}, "/b", "two"},
                           {"E201", {"a", 1, 30}, "/a", "one"}});
  REQUIRE(std::string(error.what()) ==
          "a:1:30: error[E201] /a: one\na:2:3: error[E202] /b: two\na:2:9: error[E204] /c: three");
  REQUIRE(error.problems().size() == 3);
  REQUIRE(error.problems()[0].message == "one");
}

TEST_CASE("twenty problems are printed, then how many more there are", "[base][error]") {
  const auto printed = [](int count) {
    std::vector<Problem> problems;
    for (int i = 1; i <= count; ++i) problems.push_back({"E201", {"a", i, 1}, "", "m"});
    return std::string(ConfigError(problems).what());
  };
  REQUIRE(printed(20).substr(printed(20).rfind('\n')) == "\na:20:1: error[E201]: m");
  REQUIRE(printed(23).substr(printed(23).rfind('\n')) == "\n... and 3 more");
  REQUIRE(printed(23).find("a:20:1") != std::string::npos);
  REQUIRE(printed(23).find("a:21:1") == std::string::npos);
}

TEST_CASE("problems of a list are printed, however many there are", "[base][error]") {
  std::vector<Problem> problems;
  for (int i = 1; i <= 22; ++i) problems.push_back({"E201", {"a", i, 1}, "", "m"});
  for (int i = 31; i <= 70; ++i) problems.push_back({"E403", {"a", i, 1}, "", "m", true});
  const std::string text = ConfigError(problems).what();
  REQUIRE(std::count(text.begin(), text.end(), '\n') == 20 + 40);
  REQUIRE(text.find("a:31:1") != std::string::npos);
  REQUIRE(text.substr(text.rfind("a:70:1")) == "a:70:1: error[E403]: m\n... and 2 more");
}

TEST_CASE("throw_if_any throws if there are any", "[base][error]") {
  REQUIRE_NOTHROW(throw_if_any({}));
  REQUIRE_THROWS_AS(throw_if_any({{"E201", {}, "", ""}}), ConfigError);
}

TEST_CASE("error codes are in order, unique and explained", "[base][error]") {
  std::string_view before = "E100";
  for (const ErrorCode& row : error_codes) {
    INFO(row.code);
    REQUIRE(row.code.size() == 4);
    REQUIRE(before < row.code);
    REQUIRE(row.meaning.size() > 10);
    before = row.code;
  }
  REQUIRE(codes::unknown_name.code == "E203");  // printed in the documentation
}
