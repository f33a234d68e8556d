#include "sim/sweep/halving.hpp"

#include <limits>

#include "tests/support/catch.hpp"

using namespace exmy;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
const Halving by_loss{false, 10, 3};

/// Runs of 100 steps (rungs 10, 30, 90) that had these losses at the first rungs.
std::vector<Contender> contenders(const std::vector<std::vector<double>>& losses) {
  std::vector<Contender> all;
  for (const auto& own : losses) {
    all.push_back({100, false, false, {}});
    for (const double loss : own) all.back().results.push_back(RungResult{0, loss, std::nullopt});
  }
  return all;
}

/// One letter a run: p(runed at), w(aits at), g(oes to), with the rung; e: to the end.
std::string words_of(const std::vector<Verdict>& verdicts) {
  std::string words;
  for (const Verdict& v : verdicts) {
    if (!words.empty()) words += " ";
    if (v.pruned)
      words += "p" + std::to_string(v.rung);
    else if (v.waits)
      words += "w" + std::to_string(v.rung);
    else
      words += v.next_rung ? "g" + std::to_string(*v.next_rung) : "e";
  }
  return words;
}

std::string judged(const std::vector<Contender>& all, const Halving& halving = by_loss) {
  return words_of(judge(halving, all));
}

}  // namespace

TEST_CASE("rungs are first_step times powers of the factor, below the number of steps") {
  CHECK(rungs_below(by_loss, 10).empty());
  CHECK(rungs_below(by_loss, 11) == std::vector<std::uint64_t>{10});
  CHECK(rungs_below(by_loss, 90) == std::vector<std::uint64_t>{10, 30});
  CHECK(rungs_below(by_loss, 91) == std::vector<std::uint64_t>{10, 30, 90});
  constexpr std::uint64_t most = ~std::uint64_t{0};
  CHECK(rungs_below({false, 1, 2}, most).size() == 64);
  CHECK(rungs_below({false, most - 1, 1000}, most).size() == 1);
}

TEST_CASE("nobody is judged before all have come to the rung") {
  CHECK(judged(contenders({{}, {}, {}})) == "g10 g10 g10");
  CHECK(judged(contenders({{3}, {}, {2}})) == "w10 g10 w10");
}

TEST_CASE("the best third, rounded up, goes on") {
  CHECK(judged(contenders({{3}, {1}, {2}})) == "p10 g30 p10");
  CHECK(judged(contenders({{4}, {3}, {2}, {1}})) == "p10 p10 g30 g30");  // ceil(4 / 3)
  CHECK(judged(contenders({{7}, {6}, {5}, {4}, {3}, {2}, {1}})) == "p10 p10 p10 p10 g30 g30 g30");
  CHECK(judged(contenders({{5}})) == "g30");
}

TEST_CASE("later rungs judge those that went on, and wait for them only") {
  CHECK(judged(contenders({{1, 9}, {2}, {3, 8}, {4}, {5}, {6}, {7}})) == "w30 g30 w30 p10 p10 p10 p10");
  CHECK(judged(contenders({{1, 9}, {2, 7}, {3, 8}, {4}, {5}, {6}, {7}})) == "p30 g90 p30 p10 p10 p10 p10");
  CHECK(judged(contenders({{1, 9}, {2, 7, 5}, {3, 8}, {4}, {5}, {6}, {7}})) == "p30 e p30 p10 p10 p10 p10");
}

TEST_CASE("what is not finite comes last, and ties go by order") {
  CHECK(judged(contenders({{not_a_number}, {5}, {infinity}})) == "p10 g30 p10");
  CHECK(judged(contenders({{-infinity}, {5}, {not_a_number}})) == "p10 g30 p10");
  CHECK(judged(contenders({{2}, {2}, {2}})) == "g30 p10 p10");
  CHECK(judged(contenders({{not_a_number}, {not_a_number}, {not_a_number}})) == "g30 p10 p10");
}

TEST_CASE("a run that is out is not waited for, and does not count") {
  auto all = contenders({{3}, {}, {2}, {1}});
  all[1].out = true;
  CHECK(judged(all) == "p10 e p10 g30");  // ceil(3 / 3) of three
  all = contenders({{3}, {2}, {1}, {4}});
  all[2].out = true;  // it came to the rung, and failed behind it
  CHECK(judged(all) == "p10 g30 e p10");
}

TEST_CASE("baselines always go on, and take no place of another") {
  auto all = contenders({{9}, {3}, {1}, {2}});
  all[0].baseline = true;
  CHECK(judged(all) == "g30 p10 g30 p10");
}

TEST_CASE("a run that ends before a rung is not judged there") {
  auto all = contenders({{5}, {1}, {2}, {3}});
  all[0].steps_count = 10;
  CHECK(judged(all) == "e g30 p10 p10");
}

TEST_CASE("by validation loss a run without one comes last") {
  auto all = contenders({{1}, {2}, {3}});
  all[0].results[0]->validation_loss = std::nullopt;
  all[1].results[0]->validation_loss = 8;
  all[2].results[0]->validation_loss = 7;
  CHECK(judged(all, {true, 10, 3}) == "p10 p10 g30");
  CHECK(metric_name({true, 10, 3}) == "validation_loss");
}
