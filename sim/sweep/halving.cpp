#include "sim/sweep/halving.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace exmy {
namespace {

/// Runs by their number.
using Group = std::vector<std::size_t>;

class Judge {
 public:
  Judge(const Halving& halving, const std::vector<Contender>& contenders)
      : halving_(halving), contenders_(contenders), verdicts_(contenders.size()) {}

  std::vector<Verdict> verdicts() {
    std::uint64_t longest = 0;
    Group going;
    for (std::size_t i = 0; i < contenders_.size(); ++i) {
      going.push_back(i);
      longest = std::max(longest, contenders_[i].steps_count);
    }
    const auto rungs = rungs_below(halving_, longest);
    for (level_ = 0; level_ < rungs.size() && !going.empty(); ++level_) going = past(rungs[level_], going);
    return std::move(verdicts_);
  }

 private:
  /// Those of `going` that go past a rung; the verdicts on the others are final.
  Group past(std::uint64_t rung, const Group& going) {
    Group here, missing;
    for (const std::size_t i : going) {
      if (contenders_[i].steps_count <= rung) continue;  // no rung to this one
      if (result(i))
        here.push_back(i);
      else if (!contenders_[i].out)
        missing.push_back(i);
    }
    for (const std::size_t i : missing) verdicts_[i].next_rung = rung;
    if (missing.empty()) return best(rung, here);
    for (const std::size_t i : here) verdicts_[i] = {std::nullopt, true, false, rung};
    return {};
  }

  Group best(std::uint64_t rung, const Group& here) {
    Group ranked, on;
    for (const std::size_t i : here) (contenders_[i].baseline ? on : ranked).push_back(i);
    std::stable_sort(ranked.begin(), ranked.end(), [&](auto a, auto b) { return value(a) < value(b); });
    const std::size_t kept = (ranked.size() + halving_.factor - 1) / halving_.factor;
    for (std::size_t place = 0; place < ranked.size(); ++place) {
      if (place < kept)
        on.push_back(ranked[place]);
      else
        verdicts_[ranked[place]] = {std::nullopt, false, true, rung};
    }
    std::sort(on.begin(), on.end());
    return on;
  }

  const std::optional<RungResult>& result(std::size_t i) const {
    static const std::optional<RungResult> none;
    return level_ < contenders_[i].results.size() ? contenders_[i].results[level_] : none;
  }

  double value(std::size_t i) const {
    const double metric = metric_of(halving_, *result(i));
    return std::isfinite(metric) ? metric : std::numeric_limits<double>::infinity();
  }

  const Halving& halving_;
  const std::vector<Contender>& contenders_;
  std::vector<Verdict> verdicts_;
  std::size_t level_ = 0;
};

}  // namespace

std::vector<std::uint64_t> rungs_below(const Halving& halving, std::uint64_t steps_count) {
  std::vector<std::uint64_t> rungs;
  for (std::uint64_t step = halving.first_step; step > 0 && step < steps_count; step *= halving.factor) {
    rungs.push_back(step);
    if (halving.factor < 2 || step > steps_count / halving.factor) break;
  }
  return rungs;
}

std::vector<Verdict> judge(const Halving& halving, const std::vector<Contender>& contenders) {
  return Judge(halving, contenders).verdicts();
}

std::string metric_name(const Halving& halving) {
  return halving.validation ? "validation_loss" : "train_loss";
}

double metric_of(const Halving& halving, const RungResult& result) {
  if (!halving.validation) return result.train_loss;
  return result.validation_loss.value_or(std::numeric_limits<double>::quiet_NaN());
}

}  // namespace exmy
