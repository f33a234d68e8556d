// Modes that a foreign library may leave on are found, by computing and by the control register.

#include <cfenv>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "formats/floating_environment.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;

/// The problem in a mode that lasts as long as the question.
std::string problem_with_rounding(int mode) {
  const int before = std::fegetround();
  REQUIRE(std::fesetround(mode) == 0);
  const std::string found = floating_environment_problem();
  std::fesetround(before);
  return found;
}

#if defined(__SSE2__)
std::string problem_with_control(unsigned set, unsigned cleared = 0) {
  const unsigned before = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr((before | set) & ~cleared);
  const std::string found = floating_environment_problem();
  __builtin_ia32_ldmxcsr(before);
  return found;
}
#elif defined(__aarch64__)
std::string problem_with_control(std::uint64_t set) {
  std::uint64_t before = 0;
  asm volatile("mrs %0, fpcr" : "=r"(before));
  asm volatile("msr fpcr, %0" : : "r"(before | set));
  const std::string found = floating_environment_problem();
  asm volatile("msr fpcr, %0" : : "r"(before));
  return found;
}
#endif

const std::string flushes = "results below the normal range become 0 (flush-to-zero)";
const std::string drops = "subnormal operands are read as 0 (denormals-are-zero)";

}  // namespace

TEST_CASE("the usual modes are no problem") {
  CHECK(floating_environment_problem() == "");
  CHECK_NOTHROW(require_floating_environment());
}

TEST_CASE("other roundings are named") {
  CHECK(problem_with_rounding(FE_DOWNWARD) == "rounding is toward negative");
  CHECK(problem_with_rounding(FE_UPWARD) == "rounding is toward positive");
  CHECK(problem_with_rounding(FE_TOWARDZERO) == "rounding is toward zero");
  CHECK(problem_with_rounding(FE_TONEAREST) == "");
}

TEST_CASE("flushed subnormals and traps are named") {
#if defined(__SSE2__)
  CHECK(problem_with_control(0x8000) == flushes);
  CHECK(problem_with_control(0x0040) == drops);
  CHECK(problem_with_control(0x8040) == flushes + "; " + drops);
  CHECK(problem_with_control(0x6040) == drops + "; rounding is toward zero");
  CHECK(problem_with_control(0, 0x1000) == "floating-point exceptions trap");
  CHECK(problem_with_control(0x003f) == "");  // exceptions that have been
#elif defined(__aarch64__)
  CHECK(problem_with_control(std::uint64_t{1} << 24) == flushes + "; " + drops);
  CHECK(problem_with_control(std::uint64_t{3} << 22) == "rounding is toward zero");
  CHECK(problem_with_control(std::uint64_t{1} << 25) == "");  // default NaN: ours are made positive anyway
#endif
}

TEST_CASE("a problem is an exception that says it") {
  std::string said;
  const int before = std::fegetround();
  REQUIRE(std::fesetround(FE_UPWARD) == 0);
  try {
    require_floating_environment();
  } catch (const std::runtime_error& error) {
    said = error.what();
  }
  std::fesetround(before);
  CHECK(said == "floating-point arithmetic is not in its usual modes: rounding is toward positive");
}
