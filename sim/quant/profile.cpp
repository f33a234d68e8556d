#include "sim/quant/profile.hpp"

#include <algorithm>

namespace exmy {
namespace {

using Rows = std::map<WorkKey, Work, WorkOrder>;

/// Rows as a state: a list a member.
class ProfileColumns {
 public:
  void add(const WorkKey& key, const Work& work) {
    names_ += key.layer + "\n" + key.op + "\n";
    phases_.push_back(static_cast<std::uint64_t>(key.phase));
    times_.push_back(work.time_s);
    projections_.push_back(work.projections);
    macs_.push_back(work.macs);
  }
  void visit(NumbersVisitor& visitor) {
    visitor.text("profile.operations", names_);
    visitor.integers("profile.phases", phases_);
    visitor.reals("profile.time_s", times_);
    visitor.integers("profile.projections", projections_);
    visitor.integers("profile.macs", macs_);
  }
  Rows rows() const {
    const std::vector<std::string> names = lines_of(names_);
    Rows rows;
    for (std::size_t i = 0;
         i < std::min({names.size() / 2, phases_.size(), times_.size(), projections_.size(), macs_.size()});
         ++i)
      rows[{names[2 * i], names[2 * i + 1], phase(i)}] = {times_[i], projections_[i], macs_[i]};
    return rows;
  }

 private:
  WorkPhase phase(std::size_t i) const {
    return static_cast<WorkPhase>(std::min<std::uint64_t>(phases_[i], phase_names.size() - 1));
  }

  std::string names_;
  std::vector<double> times_;
  std::vector<std::uint64_t> phases_, projections_, macs_;
};

}  // namespace

void Profile::settle(const Reading& now) {
  if (!open_.empty())
    open_.back().own += {std::chrono::duration<double>(now.time - last_.time).count(),
                         now.projections - last_.projections, now.macs - last_.macs};
  last_ = now;
}

void Profile::add(const Open& open) {
  const auto found = rows_.find(WorkOrder::Key(open.layer, open.op, open.phase));
  if (found != rows_.end())
    found->second += open.own;
  else
    rows_[{std::string(open.layer), std::string(open.op), open.phase}] = open.own;
}

void Profile::enter(const Reading& now, std::string_view layer, std::string_view op, WorkPhase phase) {
  settle(now);
  if (!open_.empty() && open_.back().phase == WorkPhase::evaluation)
    open_.push_back({"", "", WorkPhase::evaluation});
  else
    open_.push_back({layer, op, phase});
}

void Profile::leave(const Reading& now) {
  settle(now);
  add(open_.back());
  open_.pop_back();
}

Work Profile::total() const {
  Work sum;
  for (const auto& [key, work] : rows_) sum += work;
  return sum;
}

void Profile::visit(const Reading& now, NumbersVisitor& visitor) {
  settle(now);
  for (Open& open : open_) {
    add(open);
    open.own = {};
  }
  ProfileColumns columns;
  for (const auto& [key, work] : rows_) columns.add(key, work);
  columns.visit(visitor);
  rows_ = columns.rows();
}

}  // namespace exmy
