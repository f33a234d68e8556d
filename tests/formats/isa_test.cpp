// The instruction-set level that is taken where one is asked for.

#include "formats/isa.hpp"

#include "tests/support/catch.hpp"

using exmy::isa_level_for;
using exmy::IsaLevel;

TEST_CASE("a level that is asked for is taken, but none above the machine's", "[formats]") {
  constexpr IsaLevel all[] = {IsaLevel::baseline, IsaLevel::v2, IsaLevel::v3, IsaLevel::v4};
  for (const IsaLevel best : all) {
    for (const IsaLevel wanted : all)
      CHECK(isa_level_for(exmy::name_of(wanted), best) == (wanted < best ? wanted : best));
    for (const char* other : {"", "auto", "avx512", "X86-64-V2"}) CHECK(isa_level_for(other, best) == best);
  }
}

TEST_CASE("the names of the levels", "[formats]") {
  CHECK(exmy::name_of(IsaLevel::baseline) == "baseline");
  CHECK(exmy::name_of(IsaLevel::v4) == "x86-64-v4");
  CHECK(exmy::isa_level() <= exmy::best_isa_level());
}
