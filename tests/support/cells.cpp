#include "tests/support/cells.hpp"

#include <algorithm>

namespace exmy::oracle {
namespace {

constexpr std::size_t deterministic_modes = 6, saturations = 3, operand_kinds = 8;

/// Everything at which the outcome can change, ascending.
std::vector<double> breakpoints_of(const Model& model, double largest) {
  std::vector<mpq_class> grid = model.magnitudes();
  if (grid.front() != 0) grid.insert(grid.begin(), 0);
  while (grid.back() <= largest) grid.push_back(model.successor(grid.back()));
  std::vector<mpq_class> all = grid;
  for (std::size_t i = 1; i < grid.size(); ++i) all.push_back((grid[i - 1] + grid[i]) / 2);
  const mpq_class unit = model.smallest_binade() * power_of_two(-model.format().mantissa_bits - 2);
  for (mpq_class x = model.smallest_binade() / 2; x <= model.smallest_binade(); x += unit) all.push_back(x);
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  std::vector<double> result;
  for (const mpq_class& x : all)
    if (x != 0) result.push_back(double_of({Real::Kind::number, false, x}));
  return result;
}

}  // namespace

Cells::Cells(const Format& format, double largest, Semantics operands)
    : model_(format),
      p3109_(operands == Semantics::p3109 || format.semantics == Semantics::p3109),
      breakpoints_(breakpoints_of(model_, largest)) {
  const std::size_t count = (nan() + 1) * 2 * operand_kinds * deterministic_modes * saturations;
  answers_.resize(count);
  is_known_.resize(count);
}

Real Cells::representative(std::size_t cell, bool negative) const {
  if (cell == zero()) return {Real::Kind::number, negative, {}};
  if (cell == infinity()) return {Real::Kind::infinite, negative, {}};
  if (cell == nan()) return {Real::Kind::nan, false, {}};
  const std::size_t i = cell / 2;
  if (cell % 2 == 1) return {Real::Kind::number, negative, mpq_class(breakpoints_[i])};
  const mpq_class below = i == 0 ? mpq_class() : mpq_class(breakpoints_[i - 1]);
  const mpq_class above = i == breakpoints_.size() ? mpq_class(2 * below) : mpq_class(breakpoints_[i]);
  return {Real::Kind::number, negative, (below + above) / 2};
}

const Answer& Cells::answer(std::size_t cell, bool negative, OperandKinds kinds, Rounding rounding,
                            Saturation saturation) {
  std::size_t index = (cell * 2 + (negative ? 1 : 0)) * operand_kinds + kinds.index();
  index = (index * deterministic_modes + static_cast<std::size_t>(rounding)) * saturations +
          static_cast<std::size_t>(saturation);
  if (!is_known_[index]) {
    Point point = model_.locate(representative(cell, negative));
    point.operation = true;
    point.p3109 = p3109_;
    point.nan_operand = kinds.nan;
    point.infinite_operand = kinds.infinite;
    point.zero_times_infinity = kinds.zero_times_infinity;
    answers_[index] = model_.project({model_.format(), rounding, saturation, 16}, point, 0);
    is_known_[index] = true;
  }
  return answers_[index];
}

}  // namespace exmy::oracle
