// The frame of the self-check: samples, threads, what is kept of mismatches; and that a certificate is made of
// what happened.

#include <omp.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/verify/certificate.hpp"
#include "sim/verify/check.hpp"
#include "sim/verify/parts.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/threads.hpp"

namespace {

using namespace exmy::verify;

Part part_of(std::uint64_t units, std::uint64_t quick, std::uint64_t batch,
             std::function<void(const Batch&, Tally&)> run) {
  return {"a/b", "this", "that", "numbers", units, quick, batch, std::move(run), {}};
}

/// The units that are run, in order.
std::vector<std::uint64_t> units_of(std::uint64_t units, std::uint64_t batch, const Options& options) {
  std::vector<std::uint64_t> seen;
  const Part part = part_of(units, 4, batch, [&](const Batch& b, Tally& tally) {
#pragma omp critical(exmy_test)
    seen.insert(seen.end(), b.units.begin(), b.units.end());
    tally.equal(b.units.size());
  });
  const PartResult result = run(part, options, {});
  CHECK(result.units_count == seen.size());
  CHECK(result.cases == seen.size());
  std::sort(seen.begin(), seen.end());
  return seen;
}

}  // namespace

TEST_CASE("the full level runs every unit once", "[verify]") {
  for (const std::uint64_t batch : std::initializer_list<std::uint64_t>{1, 7, 100, 1000}) {
    const auto seen = units_of(100, batch, {.full = true});
    REQUIRE(seen.size() == 100);
    for (std::uint64_t i = 0; i < 100; ++i) CHECK(seen[i] == i);
  }
}

TEST_CASE("a sample takes one unit of each stretch, by seed", "[verify]") {
  const auto first = units_of(103, 5, {.full = true, .seed = 1, .sample = 10});
  REQUIRE(first.size() == 11);
  for (std::uint64_t i = 0; i < 11; ++i) {
    CHECK(first[i] >= 10 * i);
    CHECK(first[i] < std::min<std::uint64_t>(10 * i + 10, 103));
  }
  CHECK(units_of(103, 3, {.full = true, .seed = 1, .sample = 10}) == first);
  CHECK(units_of(103, 5, {.full = true, .seed = 2, .sample = 10}) != first);
  CHECK(units_of(103, 5, {.full = false}).size() == 26);              // quick: one of 4
  CHECK(units_of(103, 5, {.full = false, .sample = 3}).size() == 9);  // of 12
  CHECK(units_of(103, 5, {.full = true, .sample = 1000}).size() == 1);
}

TEST_CASE("the first mismatches by unit are kept, whatever the threads", "[verify]") {
  const exmy::test::Threads restore;
  for (const int threads : {1, 3}) {
    omp_set_num_threads(threads);
    const Part part = part_of(1000, 1, 10, [](const Batch& b, Tally& tally) {
      for (const std::uint64_t unit : b.units)
        tally.expect(unit % 100 < 98, [&] {
          return Mismatch{"how", std::to_string(unit), "expected", "got"};
        });
    });
    const PartResult result = run(part, {.full = true}, {});
    CHECK(result.cases == 1000);
    CHECK(result.mismatches == 20);
    REQUIRE(result.first.size() == 4);
    CHECK(result.first[0].operands == "98");
    CHECK(result.first[1].operands == "99");
    CHECK(result.first[2].operands == "198");
    CHECK(result.first[3].operands == "199");
  }
}

TEST_CASE("an error of a part arrives; an impossible part does not run", "[verify]") {
  Part part = part_of(10, 1, 1, [](const Batch&, Tally&) { throw std::runtime_error("no memory"); });
  CHECK_THROWS_AS(run(part, {}, {}), std::runtime_error);
  part.impossible = "no such instruction";
  CHECK(run(part, {}, {}).cases == 0);
}

TEST_CASE("parts are chosen by name or by the word before the slash", "[verify]") {
  const Part part = part_of(1, 1, 1, {});
  CHECK(is_chosen(part, {}));
  CHECK(is_chosen(part, {"a"}));
  CHECK(is_chosen(part, {"c", "a/b"}));
  CHECK_FALSE(is_chosen(part, {"b"}));
  CHECK_FALSE(is_chosen(part, {"a/"}));
}

TEST_CASE("names of parts are unique, and every part says what it compares", "[verify]") {
  std::set<std::string> names;
  std::size_t sweeps = 0;
  for (const Part& part : all_parts()) {
    CHECK(names.insert(part.name).second);
    CHECK(!part.first.empty());
    CHECK(!part.second.empty());
    CHECK(!part.what.empty());
    CHECK(part.units > 0);
    if (part.name.starts_with("sweep/")) {
      ++sweeps;
      CHECK(part.units == std::uint64_t{1} << 32);
    }
  }
  CHECK(sweeps == 12);
}

TEST_CASE("a certificate sums up its parts", "[verify]") {
  const Part part = part_of(3, 1, 1, [](const Batch& b, Tally& tally) {
    tally.expect(b.units[0] != 1, [] { return Mismatch{"h", "o", "e", "g"}; });
  });
  Certificate c{{.full = true, .seed = 9}, "2026-01-01T00:00:00Z", 1.5, {run(part, {.full = true}, {})}};
  const exmy::Json json = json_of(c);
  CHECK(json["result"] == "different");
  CHECK(json["level"] == "full");
  CHECK(json["seed"] == 9);
  CHECK(json["cases_count"] == 3);
  CHECK(json["mismatches_count"] == 1);
  CHECK(json["parts"][0]["mismatches"][0]["operands"] == "o");
  CHECK(summary(c) == "DIFFERENT: 1 of 3 comparisons in 1.5 s\n");
  c.parts[0].mismatches = 0;
  CHECK(json_of(c)["result"] == "equal");
}
