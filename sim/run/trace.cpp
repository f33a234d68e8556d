// The state of a run's curves, for checkpoints.
#include "sim/run/trainer.hpp"

namespace exmy {
namespace {

void visit_size(NumbersVisitor& visitor, const std::string& name, std::size_t& value) {
  std::uint64_t wide = value;
  visitor.integer(name, wide);
  value = static_cast<std::size_t>(wide);
}

/// Applies `visit` to one list for each member of the elements.
template <class Element, class Member, class Visit>
void visit_column(std::vector<Element>& rows, Member member, Visit visit) {
  using Value = std::decay_t<decltype(member(rows.front()))>;
  using Stored = std::conditional_t<std::is_floating_point_v<Value>, double, std::uint64_t>;
  std::vector<Stored> column;
  for (Element& row : rows) column.push_back(static_cast<Stored>(member(row)));
  visit(column);
  rows.resize(column.size());
  for (std::size_t i = 0; i < rows.size(); ++i) member(rows[i]) = static_cast<Value>(column[i]);
}

template <class Element>
class Columns {
 public:
  Columns(NumbersVisitor& visitor, std::string prefix, std::vector<Element>& rows)
      : visitor_(visitor), prefix_(std::move(prefix)), rows_(rows) {}

  template <class Member>
  void reals(const char* name, Member member) {
    visit_column(rows_, member, [&](auto& column) { visitor_.reals(prefix_ + name, column); });
  }
  template <class Member>
  void integers(const char* name, Member member) {
    visit_column(rows_, member, [&](auto& column) { visitor_.integers(prefix_ + name, column); });
  }

 private:
  NumbersVisitor& visitor_;
  std::string prefix_;
  std::vector<Element>& rows_;
};

void visit_series(NumbersVisitor& visitor, const std::string& name, GradientSeries& series) {
  visitor.text(name + ".layer", series.layer);
  visitor.text(name + ".parameter", series.parameter);
  visit_size(visitor, name + ".elements", series.elements);
  Columns<GradientPoint> columns(visitor, name + ".", series.points);
  columns.integers(
      "step", [](GradientPoint & p) -> auto& { return p.step; });
  columns.integers(
      "zeros", [](GradientPoint & p) -> auto& { return p.moments.zeros; });
  columns.integers(
      "finite", [](GradientPoint & p) -> auto& { return p.moments.finite; });
  columns.integers(
      "count", [](GradientPoint & p) -> auto& { return p.moments.count; });
  columns.reals(
      "mean", [](GradientPoint & p) -> auto& { return p.moments.mean; });
  columns.reals(
      "std", [](GradientPoint & p) -> auto& { return p.moments.std; });
  columns.reals(
      "l2_norm", [](GradientPoint & p) -> auto& { return p.moments.l2_norm; });
  columns.reals(
      "amax", [](GradientPoint & p) -> auto& { return p.moments.amax; });
  columns.reals(
      "smallest_nonzero", [](GradientPoint & p) -> auto& { return p.moments.smallest_nonzero; });
  columns.reals(
      "underflow_fraction", [](GradientPoint & p) -> auto& { return p.underflow_fraction; });
  columns.reals(
      "update_to_weight_ratio", [](GradientPoint & p) -> auto& { return p.update_to_weight_ratio; });
  columns.reals(
      "update_lost_fraction", [](GradientPoint & p) -> auto& { return p.update_lost_fraction; });
}

}  // namespace

void Trace::visit(NumbersVisitor& visitor) {
  visitor.reals("curve.train_loss", train_loss);
  visitor.reals("curve.lr", lr);
  visitor.reals("curve.loss_scale", loss_scale);
  Columns<ValidationPoint> columns(visitor, "validation.", validation);
  columns.integers(
      "step", [](ValidationPoint & p) -> auto& { return p.step; });
  columns.reals(
      "loss", [](ValidationPoint & p) -> auto& { return p.result.loss; });
  columns.reals(
      "accuracy_fraction", [](ValidationPoint & p) -> auto& { return p.result.accuracy_fraction; });
  std::uint64_t series = gradients.size();
  visitor.integer("gradients.count", series);
  gradients.resize(static_cast<std::size_t>(series));
  for (std::size_t i = 0; i < gradients.size(); ++i)
    visit_series(visitor, "gradients." + std::to_string(i), gradients[i]);
}

}  // namespace exmy
