// Which combinations constraints keep.

#include <clocale>
#include <locale>

#include "tests/support/catch.hpp"
#include "tests/sweep/support.hpp"

using namespace exmy;
using namespace exmy::test;

namespace {

/// The key `constraints` with this one.
std::string only(const std::string& expression) {
  std::string text = ", \"constraints\": [";
  text += compact_text(expression);
  text += ']';
  return text;
}

/// What it keeps of steps 1 to 6 and three formats.
Texts kept(const std::string& expression) {
  return runs_of(only(expression) + R"(, "parameters": {"training.steps": {"values": [1, 2, 3, 4, 5, 6]},
                                       "policy.0.format": {"values": ["e4m3fn"]}})");
}

Texts steps(const std::string& numbers) {
  Texts texts;
  for (const char n : numbers) {
    texts.emplace_back("training.steps=N policy.0.format=e4m3fn");
    texts.back()[15] = n;
  }
  return texts;
}

/// Whether an expression without parameters holds, or why not.
std::string truth(const std::string& expression) {
  const Texts found = runs_of(only(expression));
  if (found == Texts{""}) return "true";
  if (found.size() == 1 && found[0].starts_with("E501")) return "false";
  return found.empty() ? "nothing" : found[0].substr(found[0].find(": ") + 2);
}

}  // namespace

TEST_CASE("operators, with the precedence of C", "[sweep]") {
  REQUIRE(kept("training.steps > 2") == steps("3456"));
  REQUIRE(kept("training.steps >= 2 && training.steps != 4") == steps("2356"));
  REQUIRE(kept("training.steps < 2 || training.steps == 5 && 1") == steps("15"));
  REQUIRE(kept("training.steps * 2 + 1 <= 9 - 2") == steps("123"));
  REQUIRE(kept("!(training.steps < 4)") == steps("456"));
  REQUIRE(kept("-training.steps < -4.5") == steps("56"));
  REQUIRE(kept("training.steps / 2 == floor(training.steps / 2)") == steps("246"));
  REQUIRE(kept("abs(training.steps - 3) <= 1") == steps("234"));
  REQUIRE(kept("min(training.steps, 3, 4) == max(1, 2, training.steps - 1)") == steps("24"));
  REQUIRE(truth("8 - 4 - 2 == 2 && 8 / 4 / 2 == 1 && 2 + 3 * 4 == 14") == "true");
  REQUIRE(truth("1 < 2 == 1 && .5 + 1e-1 == 6e-1") == "true");
  REQUIRE(truth("0 / 0") == "false");
  REQUIRE(truth("1 / 0 > 1e300") == "true");
}

TEST_CASE("texts compare, and formats have facts", "[sweep]") {
  const auto kept_formats = [](const std::string& expression) {
    Texts texts;
    for (const std::string& text :
         runs_of(only(expression) +
                 R"(, "parameters": {"policy.0.format": {"values": ["e4m3fn", "six", "fp16"]}})"))
      texts.push_back(text.substr(16));
    return texts;
  };
  REQUIRE(kept_formats(R"(policy.0.format == "six")") == Texts{"six"});
  REQUIRE(kept_formats(R"("six" != policy.0.format)") == Texts{"e4m3fn", "fp16"});
  REQUIRE(kept_formats("bits(policy.0.format) <= 8") == Texts{"e4m3fn", "six"});
  REQUIRE(kept_formats("exponent_bits(policy.0.format) == 5") == Texts{"fp16"});
  REQUIRE(kept_formats("mantissa_bits(policy.0.format) + 1 == precision(policy.0.format) && "
                       "mantissa_bits(policy.0.format) < 3") == Texts{"six"});
  REQUIRE(kept_formats("bias(policy.0.format) == 5") == Texts{"six"});
  REQUIRE(kept_formats("max_finite(policy.0.format) == 448 || max_finite(policy.0.format) == 65504") ==
          Texts{"e4m3fn", "fp16"});
  REQUIRE(kept_formats("min_normal(policy.0.format) == 1 / 64") == Texts{"e4m3fn"});
  REQUIRE(kept_formats("min_positive(policy.0.format) == 1 / 512") == Texts{"e4m3fn"});
  REQUIRE(truth(R"(bits("bf16") == 16)") == "true");
  REQUIRE(truth(R"("a.b c" == "a.b c" && "a" != "b")") == "true");
}

TEST_CASE("values that are objects, null or true", "[sweep]") {
  REQUIRE(
      runs_of(R"(, "parameters": {"policy.0.format": {"values": [{"exponent_bits": 4, "mantissa_bits": 2}]}},
                     "constraints": ["bits(policy.0.format) == 7"])")
          .size() == 1);
  REQUIRE(runs_of(R"(, "parameters": {"stats.counters": {"values": [true, false]}},
                     "constraints": ["stats.counters"])") == Texts{"stats.counters=true"});
  REQUIRE(
      runs_of(R"(, "parameters": {"training.eval_every": {"values": [null, 2]}},
                     "constraints": ["training.eval_every == 2"])") ==
      Texts{"E504 2:38 /constraints/0: a text is compared with a number, where training.eval_every = null"});
}

TEST_CASE("what cannot be understood is said with its place", "[sweep]") {
  REQUIRE(kept("bits(policy.0.frmat) < 8") ==
          Texts{"E504 1:39 /constraints/0: unknown name \"policy.0.frmat\" (did you mean "
                "\"policy.0.format\"? known: "
                "training.steps, policy.0.format, abs, floor, min, max, bits, exponent_bits, mantissa_bits, "
                "precision, "
                "bias, max_finite and 2 more), at character 6"});
  REQUIRE(truth("1 +") == "the expression ends too early, at character 5");
  REQUIRE(truth("(1") == "a parenthesis is not closed, at character 4");
  REQUIRE(truth("1 2") == "unexpected \"2\", at character 3");
  REQUIRE(truth("1 = 2") == "unexpected \"=\", at character 3");
  REQUIRE(truth("\"a") == "a quote is not closed, at character 1");
  REQUIRE(truth("") == "the expression ends too early");
  REQUIRE(truth("1, 2") == "a comma outside of a function");
  REQUIRE(truth("min()") == "too few arguments of \"min\", at character 6");
  REQUIRE(truth("bits(1, 2)") == "too many arguments of \"bits\", at character 10");
  REQUIRE(truth("2 ^ 3").starts_with("unexpected"));
  REQUIRE(truth("sin(1)").starts_with("unknown name \"sin\" (did you mean \"min\""));
  REQUIRE(truth("\"a\"") == "the result is a text, neither true nor false");
}

TEST_CASE("a text is no number, a number no format: said once", "[sweep]") {
  REQUIRE(kept("policy.0.format < 3") == Texts{"E504 1:39 /constraints/0: a text where a number is needed, "
                                               "where training.steps = 1, policy.0.format = "
                                               "\"e4m3fn\""});
  REQUIRE(kept("policy.0.format == 3")[0].find("a text is compared with a number") != std::string::npos);
  REQUIRE(kept("bits(training.steps) < 3")[0].find("a number where a format is needed") != std::string::npos);
  REQUIRE(kept("bits(\"e4m4x\") < 3")[0].find("unknown format \"e4m4x\"") != std::string::npos);
  REQUIRE(kept("max(policy.0.format, 1)").size() == 1);
}

TEST_CASE("every constraint must hold, and all that are wrong are reported", "[sweep]") {
  REQUIRE(runs_of(R"(, "parameters": {"training.steps": {"values": [1, 2, 3]}},
                     "constraints": ["training.steps > 1", "training.steps < 3"])") ==
          Texts{"training.steps=2"});
  REQUIRE(runs_of(R"(, "constraints": ["1 +", "2", "3 +", 4])").size() == 3);
}

TEST_CASE("decimal points are points in any locale", "[sweep]") {
  const std::locale before = std::locale::global(std::locale::classic());
  struct Comma : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
  };
  std::locale::global(std::locale(std::locale::classic(), new Comma));
  const std::string found = truth("1.5 + 1.25 == 2.75 && min(1.5, 2.5) == 1.5");
  std::locale::global(before);
  REQUIRE(found == "true");
}
