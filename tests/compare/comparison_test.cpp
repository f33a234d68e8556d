// Rows, columns, baselines and orders of made-up runs.
#include "sim/compare/comparison.hpp"

#include "sim/base/error.hpp"
#include "tests/support/catch.hpp"

using namespace exmy;

namespace {

RunRecord run(const std::string& name, const std::string& format, int seed, std::optional<double> loss,
              bool diverged = false) {
  RunRecord r;
  r.name = name;
  r.run_id = r.sha256 = name + "-" + format + "-" + std::to_string(seed);
  r.place.directory = "/nowhere/" + r.run_id;
  r.seed = seed;
  r.diverged = diverged;
  r.keys = {{"policy.0.format", format}, {"model.kind", "mlp"}};
  r.values = {loss};
  return r;
}

CompareOptions by_loss() {
  CompareOptions options;
  options.metrics = {metric_named("train_loss")};
  return options;
}

std::vector<std::string> formats_of(const Comparison& c) {
  std::vector<std::string> formats;
  for (const ComparedRow& row : c.rows) formats.push_back(value_word(row.values.at(0)));
  return formats;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("runs that differ in their seed are one row, by seed") {
  const Comparison c =
      compare({run("a", "e5m2", 10, 1), run("a", "fp16", 1, 5), run("a", "e5m2", 2, 3)}, by_loss());
  REQUIRE(c.rows.size() == 2);
  CHECK(c.columns == Words{"policy.0.format"});
  CHECK(formats_of(c) == Words{"e5m2", "fp16"});
  CHECK(c.rows[0].runs[0].seed == 2);
  CHECK(c.rows[0].summaries[0].mean == 2);
  CHECK(c.rows[0].baseline);
  CHECK_FALSE(c.rows[0].differences[0]);
  CHECK(c.rows[1].differences[0]->delta == 3);
  CHECK_FALSE(c.shows_names());
}

TEST_CASE("names make no rows, but are shown where they differ") {
  const Comparison c =
      compare({run("a", "e5m2", 1, 1), run("b", "e5m2", 2, 3), run("c", "fp16", 1, 1)}, by_loss());
  REQUIRE(c.rows.size() == 2);
  CHECK(c.rows[0].name == "a, b");
  CHECK(c.shows_names());
  CHECK(compare({run("a", "e5m2", 1, 1)}, by_loss()).shows_names());
}

TEST_CASE("diverged runs are counted, not averaged") {
  const Comparison c = compare({run("a", "e5m2", 1, 1), run("a", "e5m2", 2, 1e9, true),
                                run("a", "e5m2", 3, 3), run("a", "fp16", 1, 1e9, true)},
                               by_loss());
  CHECK(c.any_diverged());
  CHECK(c.rows[0].diverged_count == 1);
  CHECK(c.rows[0].runs.size() == 3);
  CHECK(c.rows[0].summaries[0].count == 2);
  CHECK(c.rows[0].summaries[0].mean == 2);
  CHECK(c.rows[1].summaries[0].count == 0);
  CHECK_FALSE(c.rows[1].differences[0]);
}

TEST_CASE("the baseline: the first, the sweep's, or a named one") {
  std::vector<RunRecord> runs{run("a", "e5m2", 1, 1), run("b", "fp16", 1, 2), run("b", "fp32", 1, 4)};
  CHECK(compare(runs, by_loss()).rows[0].baseline);
  CompareOptions options = by_loss();
  options.baseline = "b-fp32-1";
  CHECK(compare(runs, options).rows[2].baseline);
  CHECK(compare(runs, options).rows[0].differences[0]->delta == -3);
  options.baseline = "a";
  CHECK(compare(runs, options).rows[0].baseline);
  options.baseline = "b";  // two rows
  CHECK_THROWS_AS(compare(runs, options), UsageError);
  options.baseline = "c";
  CHECK_THROWS_AS(compare(runs, options), UsageError);
  runs[1].place.baseline = true;
  CHECK(compare(runs, by_loss()).rows[1].baseline);
}

TEST_CASE("parameters of one sweep are the columns, if they tell the rows apart") {
  std::vector<RunRecord> runs{run("s", "e5m2", 1, 1), run("s", "e4m3fn", 2, 2)};
  runs[0].place.sweep = runs[1].place.sweep = "/nowhere";
  runs[0].place.parameters = {{"width", 8}, {"case", "two"}, {"seed", 1}};
  runs[1].place.parameters = {{"width", 8}, {"case", "three"}, {"seed", 2}};
  CHECK(compare(runs, by_loss()).columns == Words{"case"});
  runs[1].place.parameters[1].second = "two";
  CHECK(compare(runs, by_loss()).columns == Words{"policy.0.format"});
  runs[1].place.parameters[1].second = "three";
  runs[1].place.sweep = "/elsewhere";
  CHECK(compare(runs, by_loss()).columns == Words{"policy.0.format"});
}

TEST_CASE("order and top") {
  const std::vector<RunRecord> runs{run("a", "x", 1, 3), run("b", "y", 1, std::nullopt), run("c", "z", 1, 2),
                                    run("d", "w", 1, 1)};
  CompareOptions options = by_loss();
  CHECK(formats_of(compare(runs, options)) == Words{"x", "y", "z", "w"});
  options.sort = metric_named("train_loss");
  CHECK(formats_of(compare(runs, options)) == Words{"w", "z", "x", "y"});
  options.top = 1;  // and the baseline
  CHECK(formats_of(compare(runs, options)) == Words{"w", "x"});
  options.metrics = {metric_named("train_accuracy")};
  options.sort.reset();
  options.top.reset();
  options.metrics[0].larger_is_better = true;
  options.sort = options.metrics[0];
  CHECK(formats_of(compare(runs, options)) == Words{"x", "z", "w", "y"});
}

TEST_CASE("metrics that nobody asked for may be missing, others not") {
  RunRecord r = run("a", "x", 1, 3);
  r.values = {1.0, std::nullopt, std::nullopt};
  CHECK(compare({r}, {}).metrics.size() == 1);
  CompareOptions options = by_loss();
  r.values = {std::nullopt};
  CHECK_THROWS_AS(compare({r}, options), UsageError);
}
