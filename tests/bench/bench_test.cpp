// What `exmy bench` makes of a row: turns, medians, and that nothing is timed whose bits differ.

#include <string>

#include "formats/catalog.hpp"
#include "sim/bench/bench.hpp"
#include "sim/bench/plain.hpp"
#include "sim/bench/product.hpp"
#include "sim/bench/timing.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;

/// A row whose calls are written down.
bench::Row written_down(std::string& calls, const std::string& difference, bench::Judged judged) {
  return {"some/row", judged, "GMAC/s", 0.5, 0.75, [&calls, difference](const bench::Setting&) {
            return bench::Measurement{
                "a yardstick", [&] { calls += 'y'; }, [&] { calls += 'k'; }, 2, 8, difference, "a kernel"};
          }};
}

}  // namespace

TEST_CASE("yardstick and kernel run in turns, after one call each") {
  std::string calls;
  const bench::Timing timing = bench::time_in_turns([&] { calls += 'y'; }, [&] { calls += 'k'; }, {3, 0});
  CHECK(calls ==
        "yk"
        "ykykyk");
  CHECK(timing.kernel_s > 0);
  CHECK(timing.time_ratio > 0);
}

TEST_CASE("a row whose bits differ is not timed") {
  std::string calls;
  const bench::Row row = written_down(calls, "element 3: 1, not 2", bench::Judged::by_rate);
  const bench::Result result = bench::measure(row, {true});
  CHECK(calls.empty());
  CHECK(bench::table_row(result, {row}, {true}, true) == "some/row  DIFFERENT: element 3: 1, not 2\n");
  CHECK(bench::summary({result}, {true}) == "different: 1 of 1 rows\n");
  const Json json = bench::json_of({result}, {true}, true);
  CHECK(json["rows"][0] == Json{{"name", "some/row"}, {"difference", "element 3: 1, not 2"}});
}

TEST_CASE("a ratio is one of rates, or of times") {
  std::string calls;
  const bench::Row by_rate = written_down(calls, "", bench::Judged::by_rate);
  const bench::Row by_time = written_down(calls, "", bench::Judged::by_time);
  const bench::Result rate{&by_rate, 0.6, 1, "a yardstick", "", ""};
  const bench::Result time{&by_time, 0.6, 1, "a yardstick", "", ""};
  CHECK(bench::table_row(rate, {by_rate}, {}, false).find("floor") != std::string::npos);
  CHECK(bench::table_row(time, {by_time}, {}, false).find("goal") != std::string::npos);
  CHECK(bench::table_row(rate, {by_rate}, {true}, false).find("floor") == std::string::npos);
  CHECK(bench::measure(by_rate, {true}).ratio > 0);
  CHECK(calls == "ykyk");
}

TEST_CASE("rates are of the same work, times of one unit of it") {
  std::string calls;
  const bench::Row by_rate = written_down(calls, "", bench::Judged::by_rate);
  const bench::Row by_time = written_down(calls, "", bench::Judged::by_time);
  const bench::Measurement m = by_rate.prepare({});  // the kernel does 8 where the yardstick does 2
  const bench::Timing timing{2, 1, 0.5};
  CHECK(bench::result_of(by_rate, m, timing).ratio == 8);
  CHECK(bench::result_of(by_rate, m, timing).value == 8 * 1e-9);
  CHECK(bench::result_of(by_time, m, timing).ratio == 0.125);
  CHECK(bench::result_of(by_time, m, timing).value == 125);
}

TEST_CASE("the plain yardstick multiplies matrices") {
  const float a[] = {1, 2, 3, 4, 5, 6}, b[] = {1, 0, 2, 0, 1, 3};  // 3 x 2 and 2 x 3
  float y[9];
  bench::plain().product(3, 3, 2, a, b, y);
  const float want[] = {1, 2, 8, 3, 4, 18, 5, 6, 28};
  for (int i = 0; i < 9; ++i) CHECK(y[i] == want[i]);
}

TEST_CASE("a product that tiles refuse goes the simulator's other ways, and is compared too") {
  const Projection fp32, down{format_of("fp16"), Rounding::toward_negative};
  const Projection many_bits{{}, Rounding::stochastic_a, Saturation::none, 28};
  Reduction wide, directed, drawn;
  wide.product = wide.accumulator = fp32;
  directed.accumulator = down;
  drawn.accumulator = many_bits;
  for (const bool counts : {false, true}) {
    bench::Product panels({wide, format_of("fp32"), 1}, {5, 7, 9}, counts);
    CHECK(panels.difference() == "");
    CHECK(panels.chosen().starts_with("panels in binary64 ("));
    bench::Product toward({directed, format_of("fp16"), 1}, {5, 7, 9}, counts);
    CHECK(toward.difference() == "");
    CHECK(toward.chosen().starts_with("strips ("));
    bench::Product definition({drawn, format_of("fp16"), 1}, {5, 7, 9}, counts);
    CHECK(definition.difference() == "");
    CHECK(definition.chosen().starts_with("definition: tiles: the rounding is not nearest_even; strips: "));
  }
}
