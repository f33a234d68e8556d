#include "sim/ops/epilogue.hpp"

#include <algorithm>
#include <array>

#include "formats/arithmetic.hpp"
#include "formats/kernels/tiles.hpp"
#include "formats/scans.hpp"
#include "sim/ops/copy_rows.hpp"
#include "sim/ops/sharing.hpp"

namespace exmy {
namespace {

void add_to(ProjectionRecord& sum, const ProjectionRecord& x) {
  sum.elements += x.elements;
  sum.events.counters += x.events.counters;
  sum.events.non_finite = sum.events.non_finite || x.events.non_finite;
  sum.events.nan_lost = sum.events.nan_lost || x.events.nan_lost;
  sum.before += x.before;
  sum.after += x.after;
}

bool all_finite(const float* x, std::size_t n) { return !tile_kernels().any_non_finite(x, n); }
bool all_finite(const double* x, std::size_t n) { return !any_non_finite(x, n); }

const Format& format_of_sums(Context& context, const DotPlace& place) {
  const SiteState& sums = context.at(place.layer, place.op, place.pass, Role::accumulator);
  const Treatment& how = sums.treatment;
  return how.has_outer() ? how.outer.format : how.quantizer.projection.format;
}

}  // namespace

template <class T>
Epilogue<T>::Epilogue(Context& context, const DotPlace& place)
    : context_(&context), place_(place), format_(format_of_sums(context, place)) {}

template <class T>
void Epilogue<T>::rescale(const Quantized<T>& a, const Quantized<T>& b) {
  if (!a.scaled && !b.scaled) return;
  add(Projector<T>(*context_, place_.layer, "rescale", place_.pass, Role::elementwise), ElementOp::mul,
      exmy::mul(Projection{}, a.scale, b.scale).value);
}

template <class T>
void Epilogue<T>::add(const Projector<T>& site, ElementOp op, double y) {
  Step step{site, Projector<T>(site).begin(op, format_, y), format_, false, {}, {}};
  const Projection& how = site.projection();
  step.is_identity = op == ElementOp::convert && how.format == format_ && !step.step.counts;
  draws_ = draws_ || is_stochastic(how.rounding);
  steps_.push_back(std::move(step));
  format_ = how.format;
}

template <class T>
std::uint64_t Epilogue<T>::number_of(const OutputBlock<T>& block) const {
  const OutputNumbers& numbers = block.numbers;
  return at_.row == 0 ? numbers.first : at_.of(numbers.first / numbers.row, numbers.first % numbers.row);
}

/// Up to `float_block_size` outputs that follow each other.
template <class T>
void Epilogue<T>::run(T* y, std::size_t n, std::uint64_t number, bool known_finite, Work& work) const {
  bool finite = known_finite || all_finite(y, n);
  work.finite = work.finite && finite;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    ProjectionRecord& record = work.steps[i];
    record.elements += n;
    if (steps_[i].is_identity && finite) continue;
    ElementStep<T> step = steps_[i].step;
    step.x.data = y;
    step.x.column_step = 1;
    if (step.before != nullptr) step.before = &record.before, step.after = &record.after;
    const ElementEvents events = exmy::run(step, 1, n, y, number);
    finite = !events.non_finite;
    record.events.counters += events.counters;
    record.events.non_finite = record.events.non_finite || events.non_finite;
    record.events.nan_lost = record.events.nan_lost || events.nan_lost;
  }
}

/// Rows that lie or are numbered apart: several at once where their numbers do not matter, for steps cost more than their
/// elements if these are few.
template <class T>
void Epilogue<T>::rows(const OutputBlock<T>& block, Work& work) const {
  const std::size_t columns = block.columns, row = at_.row == 0 ? block.numbers.row : at_.row;
  const std::uint64_t first = number_of(block);
  const std::size_t at_once = draws_ ? 1 : std::max<std::size_t>(1, float_block_size / columns);
  std::array<T, float_block_size> together;
  for (std::size_t r = 0; r < block.rows; r += at_once) {
    T* y = block.data + r * block.step;
    const std::size_t count = std::min(at_once, block.rows - r);
    if (count == 1) {
      for (std::size_t c = 0; c < columns; c += float_block_size)
        run(y + c, std::min(float_block_size, columns - c), first + r * row + c, block.finite, work);
      continue;
    }
    copy_rows(y, block.step, count, columns, together.data(), columns);
    run(together.data(), count * columns, first + r * row, block.finite, work);
    copy_rows(together.data(), columns, count, columns, y, block.step);
  }
}

template <class T>
void Epilogue<T>::look_at(const OutputBlock<T>& block) {
  const bool follow = block.step == block.columns;  // one long row
  const std::size_t rows = follow ? 1 : block.rows,
                    columns = follow ? block.rows * block.columns : block.columns;
  for (std::size_t r = 0; r < rows; ++r) {
    if (all_finite(block.data + r * block.step, columns)) continue;
    const std::lock_guard<std::mutex> lock(mutex_);
    finite_ = false;
    return;
  }
}

template <class T>
void Epilogue<T>::operator()(const OutputBlock<T>& block) {
  if (block.rows * block.columns == 0) return;
  if (steps_.empty()) {
    if (!block.finite) look_at(block);
    return;
  }
  OutputBlock<T> b = block;
  const std::size_t row = at_.row == 0 ? b.numbers.row : at_.row;
  const bool follow = b.step == b.columns && (row == b.columns || !draws_);
  if (follow) b.columns *= b.rows, b.step = b.columns, b.rows = 1;
  Work work;
  work.steps.resize(steps_.size());
  rows(b, work);
  const std::lock_guard<std::mutex> lock(mutex_);
  finite_ = finite_ && work.finite;
  for (std::size_t i = 0; i < steps_.size(); ++i) add_to(steps_[i].pending, work.steps[i]);
}

template <class T>
void Epilogue<T>::whole(const OutputBlock<T>& all) {
  constexpr std::size_t most = 1 << 14;  // outputs of a block
  if (all.rows * all.columns == 0) return;
  const std::size_t columns = all.rows == 1 ? std::min(most, all.columns) : all.columns;
  const std::size_t rows = std::max<std::size_t>(1, most / columns);
  const std::size_t across = (all.columns + columns - 1) / columns, down = (all.rows + rows - 1) / rows;
  share(
      {across * down, threads_for(SharedStep::elements, all.rows * all.columns)}, [] { return 0; },
      [&](int, std::size_t block) {
        const std::size_t row = block / across * rows, column = block % across * columns;
        (*this)({all.data + row * all.step + column,
                 std::min(rows, all.rows - row),
                 std::min(columns, all.columns - column),
                 all.step,
                 {all.numbers.of(row, column), all.numbers.row},
                 all.finite});
      },
      [](int) {});
}

template <class T>
void Epilogue<T>::discard() {
  finite_ = true;
  for (Step& step : steps_) step.pending = {};
}

template <class T>
void Epilogue<T>::skip(std::uint64_t outputs) {
  for (Step& step : steps_) step.pending.elements += outputs;
}

template <class T>
bool Epilogue<T>::accept() {
  for (Step& step : steps_) add_to(step.done, step.pending);
  const bool finite = finite_;
  discard();
  at_ = {};
  return finite;
}

template <class T>
void Epilogue<T>::over(Tensor<T>& y) {
  at_ = {};
  if (context_->skips_values())
    skip(y.size());
  else
    whole({y.data.data(), 1, y.size(), y.size(), {0, y.size()}});
  accept();
}

template <class T>
void Epilogue<T>::finish() {
  for (Step& step : steps_) {
    step.site.end(step.done);
    if (step.step.op == ElementOp::convert) step.site.note_cast(step.done.elements, step.from);
  }
  steps_.clear();
}

template class Epilogue<float>;
template class Epilogue<double>;

}  // namespace exmy
