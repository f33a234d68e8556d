#include "sim/base/suggest.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace exmy;

using Names = std::vector<std::string>;

TEST_CASE("the edit distance counts each kind of slip once", "[base][suggest]") {
  REQUIRE(edit_distance("", "") == 0);
  REQUIRE(edit_distance("steps", "steps") == 0);
  REQUIRE(edit_distance("", "abc") == 3);
  REQUIRE(edit_distance("abc", "") == 3);
  REQUIRE(edit_distance("steps", "step") == 1);   // deletion
  REQUIRE(edit_distance("step", "steps") == 1);   // insertion
  REQUIRE(edit_distance("e4m4", "e4m3") == 1);    // substitution
  REQUIRE(edit_distance("stpes", "steps") == 1);  // swap
  REQUIRE(edit_distance("kitten", "sitting") == 3);
  REQUIRE(edit_distance("ca", "abc") == 3);  // no edit inside a swapped pair
}

TEST_CASE("the nearest names, in their order", "[base][suggest]") {
  const Names known{"epochs", "steps", "eval_every", "optimizer"};
  REQUIRE(nearest("stpes", known) == Names{"steps"});
  REQUIRE(nearest("optimiser", known) == Names{"optimizer"});
  REQUIRE(nearest("momentum", known).empty());
  REQUIRE(nearest("e4m4", {"e4m2", "e5m2", "e4m3"}) == Names{"e4m2", "e4m3"});
  REQUIRE(nearest("aab", {"aaa", "aac", "aad", "aae"}) == Names{"aaa", "aac", "aad"});
}

TEST_CASE("case does not count, and one letter is near to nothing", "[base][suggest]") {
  REQUIRE(nearest("FP32", {"bf16", "fp32"}) == Names{"fp32"});
  REQUIRE(nearest("x", {"w", "y"}).empty());
  REQUIRE(nearest("", {"a", "b"}).empty());
  REQUIRE(nearest("lr", {"wr"}) == Names{"wr"});
}

TEST_CASE("a name of megabytes costs nothing", "[base][suggest]") {
  const Names known(1000, "steps");
  REQUIRE(nearest(std::string(8 << 20, 's'), known).empty());
}

TEST_CASE("the hint names the nearest and the known", "[base][suggest]") {
  REQUIRE(did_you_mean("e4m4", {"e4m3", "e5m2"}) == R"((did you mean "e4m3"? known: e4m3, e5m2))");
  REQUIRE(did_you_mean("bax", {"bay", "baz", "foo"}) ==
          R"((did you mean "bay" or "baz"? known: bay, baz, foo))");
  REQUIRE(did_you_mean("quantum", {"a", "b"}) == "(known: a, b)");
  REQUIRE(did_you_mean("x", {}).empty());
}

TEST_CASE("a long list is shortened", "[base][suggest]") {
  Names known;
  for (char c = 'a'; c <= 'z'; ++c) known.emplace_back(3, c);
  REQUIRE(did_you_mean("zzy", known) ==
          "(did you mean \"zzz\"? known: aaa, bbb, ccc, ddd, eee, fff, ggg, "
          "hhh, iii, jjj, kkk, lll and 14 more)");
  known.resize(12);
  REQUIRE(did_you_mean("12345", known) ==
          "(known: aaa, bbb, ccc, ddd, eee, fff, ggg, hhh, iii, jjj, kkk, lll)");
}
