#include "sim/quant/profile.hpp"

#include <algorithm>

namespace exmy {
namespace {

/// Rows as a state: a list a member.
class ProfileColumns {
 public:
  void add(const WorkKey& key, const OperationWork& row) {
    names_ += key.layer + "\n" + key.op + "\n";
    phases_.push_back(static_cast<std::uint64_t>(key.phase));
    times_.push_back(row.work.time_s);
    projections_.push_back(row.work.projections);
    macs_.push_back(row.work.macs);
    kernels_.add(row.kernels);
  }
  void visit(NumbersVisitor& visitor) {
    visitor.text("profile.operations", names_);
    visitor.integers("profile.phases", phases_);
    visitor.reals("profile.time_s", times_);
    visitor.integers("profile.projections", projections_);
    visitor.integers("profile.macs", macs_);
    kernels_.visit(visitor, "profile.kernels");
  }
  Profile::Rows rows() const {
    const std::vector<std::string> names = lines_of(names_);
    const std::vector<KernelUses> kernels = kernels_.places();
    const std::size_t count = std::min(
        {names.size() / 2, phases_.size(), times_.size(), projections_.size(), macs_.size(), kernels.size()});
    Profile::Rows rows;
    for (std::size_t i = 0; i < count; ++i)
      rows[{names[2 * i], names[2 * i + 1], phase(i)}] = {{times_[i], projections_[i], macs_[i]}, kernels[i]};
    return rows;
  }

 private:
  WorkPhase phase(std::size_t i) const {
    return static_cast<WorkPhase>(std::min<std::uint64_t>(phases_[i], phase_names.size() - 1));
  }

  std::string names_;
  std::vector<double> times_;
  std::vector<std::uint64_t> phases_, projections_, macs_;
  KernelColumns kernels_;
};

}  // namespace

void Profile::settle(const Reading& now) {
  if (!open_.empty())
    open_.back().own += {std::chrono::duration<double>(now.time - last_.time).count(),
                         now.projections - last_.projections, now.macs - last_.macs};
  last_ = now;
}

OperationWork& Profile::row_of(const Open& open) {
  const auto found = rows_.find(WorkOrder::Key(open.layer, open.op, open.phase));
  if (found != rows_.end()) return found->second;
  return rows_[{std::string(open.layer), std::string(open.op), open.phase}];
}

KernelUses* Profile::kernels() { return open_.empty() ? nullptr : &row_of(open_.back()).kernels; }

void Profile::enter(const Reading& now, std::string_view layer, std::string_view op, WorkPhase phase) {
  settle(now);
  if (!open_.empty() && open_.back().phase == WorkPhase::evaluation)
    open_.push_back({"", "", WorkPhase::evaluation});
  else
    open_.push_back({layer, op, phase});
}

void Profile::leave(const Reading& now) {
  settle(now);
  row_of(open_.back()).work += open_.back().own;
  open_.pop_back();
}

Work Profile::total() const {
  Work sum;
  for (const auto& [key, row] : rows_) sum += row.work;
  return sum;
}

void Profile::visit(const Reading& now, NumbersVisitor& visitor) {
  settle(now);
  for (Open& open : open_) {
    row_of(open).work += open.own;
    open.own = {};
  }
  ProfileColumns columns;
  for (const auto& [key, row] : rows_) columns.add(key, row);
  columns.visit(visitor);
  rows_ = columns.rows();
}

}  // namespace exmy
