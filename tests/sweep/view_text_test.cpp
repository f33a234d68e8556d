// What a view says, in windows of any width.

#include "sim/sweep/view_text.hpp"

#include <cmath>

#include "sim/sweep/text_fit.hpp"
#include "tests/support/catch.hpp"

using namespace exmy;

namespace {

ViewedRun run_of(RunPhase phase, std::vector<std::pair<std::string, Json>> parameters) {
  ViewedRun run;
  run.sweep = "sweep";
  run.parameters = std::move(parameters);
  run.view.run_id = "sweep-0123456789ab";
  run.view.phase = phase;
  return run;
}

ViewedRun running() {
  ViewedRun run = run_of(RunPhase::running, {{"training.optimizer.lr", 0.1}, {"seed", 1}});
  run.view.step = 450;
  run.view.steps_count = 900;
  run.view.train_loss = 1.25;
  run.view.validation_loss = 2.5;
  run.view.validation_accuracy_fraction = 0.75;
  run.view.seconds_left = 30;
  run.view.wall_s = 30;
  run.view.owner = "host, process 17";
  return run;
}

ViewedRun ended(RunPhase phase, int seed, std::optional<double> loss, const std::string& message,
                const std::string& time) {
  ViewedRun run = run_of(phase, {{"training.optimizer.lr", 0.1}, {"seed", seed}});
  run.view.step = run.view.steps_count = 900;
  run.view.train_loss = loss;
  run.view.message = message;
  run.view.finished_at = time;
  return run;
}

std::vector<ViewedRun> example() {
  return {running(),
          ended(RunPhase::completed, 2, 0.125, "", "2026-01-01T00:00:00Z"),
          ended(RunPhase::completed, 3, 0.0625, "", "2026-01-01T00:00:02Z"),
          ended(RunPhase::diverged, 4, NAN, "step 3, fc1/dot: not finite", "2026-01-01T00:00:03Z"),
          ended(RunPhase::crashed, 5, std::nullopt, "SIGSEGV", "2026-01-01T00:00:01Z"),
          run_of(RunPhase::pending, {{"training.optimizer.lr", 0.1}, {"seed", 6}})};
}

/// Everything that can go wrong in a row: long names, wide and combining characters, controls, bytes that are no
/// text, losses that are none.
std::vector<ViewedRun> ugly() {
  std::vector<ViewedRun> runs = example();
  const std::string wide = "\u4e2d\u6587\u5b57\u5e45\u5bbd\u5ea6";
  runs.push_back(run_of(RunPhase::running, {{std::string(150, 'k'), std::string(150, 'v')}}));
  runs.back().view.train_loss = -INFINITY;
  runs.back().view.steps_count = 1;
  runs.back().view.step = 123456789012;
  runs.back().view.owner = std::string(200, 'o');
  runs.push_back(ended(RunPhase::failed, 7, 1e300, std::string(300, 'm') + wide, "2026"));
  runs.push_back(run_of(RunPhase::pruned, {{"e\u0301", wide + wide + wide + wide + wide}}));
  runs.push_back(run_of(RunPhase::timed_out, {{"control\x1b[31m\n", "\xff\xfe"}}));
  runs.push_back(run_of(RunPhase::stopped, {}));
  return runs;
}

std::vector<std::string> texts_of(const std::vector<TextLine>& lines) {
  std::vector<std::string> texts;
  for (const TextLine& line : lines) texts.push_back(plain_text(line));
  return texts;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("columns that text takes on a terminal", "[view_text]") {
  CHECK(columns_of("") == 0);
  CHECK(columns_of("abc") == 3);
  CHECK(columns_of("\u00fc") == 1);
  CHECK(columns_of("\u4e2d\u6587") == 4);
  CHECK(columns_of("e\u0301") == 1);
  CHECK(columns_of("\xff\xfe") == 2);
}

TEST_CASE("text is made to fit", "[view_text]") {
  CHECK(shortened_to("format=e4m3fn seed=12", 21) == "format=e4m3fn seed=12");
  CHECK(shortened_to("format=e4m3fn seed=12", 14) == "format..eed=12");
  CHECK(shortened_to("abcdef", 5) == "abcde");
  CHECK(cut_to("no space left", 13) == "no space left");
  CHECK(cut_to("no space left", 10) == "no space..");
  CHECK(cut_to("abc", 2) == "ab");
  CHECK(fitted_to("ab", 4) == "ab  ");
  CHECK(fitted_to("ab", 4, true) == "  ab");
  const std::string mixed = "a\u4e2db\u00fce\u0301\u6587\u5b57xyz\u5e45";
  for (std::size_t width = 0; width < 20; ++width) {
    CHECK(columns_of(shortened_to(mixed, width)) <= width);
    CHECK(columns_of(cut_to(mixed, width)) <= width);
    CHECK(columns_of(fitted_to(mixed, width)) == width);
  }
  CHECK(wrapped_to("one two  three", 7) == Texts{"one two", "three"});
  CHECK(wrapped_to("one two", 2) == Texts{"one", "two"});
  CHECK(wrapped_to("", 10).empty());
  CHECK(wrapped_to("  ", 10).empty());
}

TEST_CASE("times and losses", "[view_text]") {
  CHECK(duration_text(0) == "0:00");
  CHECK(duration_text(7.4) == "0:07");
  CHECK(duration_text(59.6) == "1:00");
  CHECK(duration_text(750) == "12:30");
  CHECK(duration_text(3599.4) == "59:59");
  CHECK(duration_text(3599.6) == "1:00:00");
  CHECK(duration_text(11232) == "3:07:12");
  CHECK(duration_text(187200) == "2 d 4 h");
  CHECK(duration_text(std::nullopt) == "?");
  CHECK(duration_text(-1) == "?");
  CHECK(duration_text(NAN) == "?");
  CHECK(duration_text(INFINITY) == "999 d 0 h");
  CHECK(loss_text(0.25) == "0.2500");
  CHECK(loss_text(-1.5) == "-1.5000");
  CHECK(loss_text(0) == "0.0000");
  CHECK(loss_text(0.0001234) == "1.23e-04");
  CHECK(loss_text(123456) == "1.23e+05");
  CHECK(loss_text(NAN) == "NaN");
  CHECK(loss_text(-INFINITY) == "-inf");
  CHECK(loss_text(std::nullopt).empty());
}

TEST_CASE("labels tell runs apart by the last words of their parameters", "[view_text]") {
  std::vector<ViewedRun> runs{run_of(RunPhase::pending, {{"policy.0.format", "e4m3fn"},
                                                         {"policy.1.format", "e5m2"},
                                                         {"lr", 1},
                                                         {"training.optimizer.lr", 0.5}}),
                              run_of(RunPhase::pending, {{"model.hidden", Json::parse("[8, 4]")}}),
                              run_of(RunPhase::pending, {})};
  runs[1].baseline = true;
  CHECK(labels_of(runs) == Texts{"0.format=e4m3fn 1.format=e5m2 lr=1 optimizer.lr=0.5",
                                 "baseline hidden=[8,4]", "sweep-0123456789ab"});
  runs[1].sweep = "other";
  CHECK(labels_of(runs)[1] == "other: baseline hidden=[8,4]");
  CHECK(labels_of(runs)[2] == "sweep-0123456789ab");
}

TEST_CASE("a screen of 80 columns", "[view_text]") {
  const Overview overview{"my sweep", 75, "stopping ..."};
  CHECK(texts_of(head_lines(overview, example(), 80)) ==
        Texts{"my sweep                                                  3 of 6 done  1:15 left",
              "[#######################################xxxxxxxxxxxxx>>>>>>>>>>>>>.............]",
              "2 completed  1 diverged  1 crashed  1 running  1 pending", "stopping ..."});
  CHECK(texts_of(body_lines(example(), 80)) ==
        Texts{"running           step                    loss  validation          left",
              "lr=0.1 seed=1  450/900  [######......]  1.2500      2.5000  75.0 %  0:30", "",
              "ended, latest first               loss",
              "lr=0.1 seed=4        diverged      NaN  step 3, fc1/dot: not finite",
              "lr=0.1 seed=3        completed  0.0625", "lr=0.1 seed=5        crashed  SIGSEGV",
              "lr=0.1 seed=2        completed  0.1250", "", "waiting", "lr=0.1 seed=6"});
}

TEST_CASE("a screen of 40 columns", "[view_text]") {
  const Overview overview{"a sweep with a long name", 75, ""};
  CHECK(texts_of(head_lines(overview, example(), 40)) ==
        Texts{"a sweep..ng name  3 of 6 done  1:15 left", "[###################xxxxxx>>>>>>>......]",
              "2 completed  1 diverged  1 crashed", "1 running  1 pending"});
  CHECK(texts_of(body_lines(example(), 40)) ==
        Texts{"running           step    loss  left", "lr=0.1 seed=1  450/900  1.2500  0:30", "",
              "ended, latest first               loss", "lr=0.1 seed=4        diverged      NaN",
              "lr=0.1 seed=3        completed  0.0625", "lr=0.1 seed=5        crashed  SIGSEGV",
              "lr=0.1 seed=2        completed  0.1250", "", "waiting", "lr=0.1 seed=6"});
}

TEST_CASE("no line is wider than its window", "[view_text]") {
  const std::vector<ViewedRun> runs = ugly();
  const Overview overview{std::string(100, 't'), 1e9, std::string(300, 'n')};
  for (std::size_t width = 1; width <= 200; ++width) {
    std::vector<TextLine> lines = head_lines(overview, runs, width);
    for (TextLine& line : body_lines(runs, width)) lines.push_back(std::move(line));
    for (const TextLine& line : lines) {
      std::string text;
      for (const TextSpan& span : line) text += span.text;
      INFO(text);
      REQUIRE(columns_of(text) <= width);
    }
  }
}

TEST_CASE("nothing that a terminal obeys reaches it", "[view_text]") {
  for (const TextLine& line : body_lines(ugly(), 200))
    for (const char c : plain_text(line)) REQUIRE((static_cast<unsigned char>(c) >= 0x20 && c != 0x7f));
  for (std::size_t i = 0; i < ugly().size(); ++i)
    REQUIRE(outcome_line(ugly(), i).find('\x1b') == std::string::npos);
}

TEST_CASE("status tells what went wrong in full, and what is best", "[view_text]") {
  const Overview overview{"my sweep", std::nullopt, ""};
  std::vector<ViewedRun> runs = example();
  runs.erase(runs.begin());
  runs[3].view.message = "a message that does not fit into one line of forty columns";
  CHECK(texts_of(status_lines(overview, runs, 40)) ==
        Texts{"my sweep                     3 of 5 done", "[#######################xxxxxxx........]",
              "2 completed  1 diverged  1 crashed", "1 pending", "", "lr=0.1 seed=5  crashed",
              "    a message that does not fit into one", "    line of forty columns",
              "lr=0.1 seed=4  diverged", "    step 3, fc1/dot: not finite", "",
              "best by training loss    loss", "lr=0.1 seed=3          0.0625",
              "lr=0.1 seed=2          0.1250"});
}

TEST_CASE("plain lines", "[view_text]") {
  const Overview overview{"my sweep", 75, ""};
  CHECK(summary_line(overview, example()) ==
        "3 of 6 done, 1 diverged, 1 crashed, 1 running (50 %), 1 pending, 1:15 left");
  CHECK(outcome_line(example(), 3) == "lr=0.1 seed=4: diverged  loss NaN  step 3, fc1/dot: not finite");
  CHECK(outcome_line(example(), 2) == "lr=0.1 seed=3: completed  loss 0.0625");
}
