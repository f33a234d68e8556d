#include "sim/ops/strip_product.hpp"

#include <algorithm>

#include "sim/ops/finished_rows.hpp"
#include "sim/ops/sharing.hpp"

namespace exmy {
namespace {

/// Columns of b in panels, padded with zeros, [k][width]: some steps of those that a thread works at. Panels that follow each
/// other have places of their own.
class PackedPanels {
 public:
  PackedPanels(const FloatMatrix& b, std::size_t width, std::size_t places)
      : b_(b), width_(width), at_once_(steps_at_once(width * places)), places_(places) {}

  std::size_t at_once() const { return at_once_; }
  /// Up to `at_once` steps from `first` on.
  const float* at(std::size_t panel, std::size_t first) {
    Place& place = places_[panel % places_.size()];
    if (place.panel != panel || place.first != first) pack(panel, first, place);
    return place.b.data();
  }

 private:
  struct Place {
    std::size_t panel = ~std::size_t{0}, first = 0;
    std::vector<float> b;
  };

  void pack(std::size_t panel, std::size_t first, Place& into) const {
    const FloatMatrix part = b_.part(first, panel * width_, at_once_, width_);
    into.panel = panel, into.first = first;
    into.b.assign(part.rows * width_, 0.0f);
    lay(part, into.b.data(), width_, tile_kernels());
  }

  const FloatMatrix& b_;
  std::size_t width_, at_once_;
  std::vector<Place> places_;
};

/// What a thread has of its own.
struct StripWorker {
  PackedPanels b;
  FinishedRows finished;
  TileProduct counted{};
  bool valid = true;  ///< no sum left the range
};

class StripMultiplication {
 public:
  StripMultiplication(const FloatMatrix& a, const FloatMatrix& b, const StripPlan& plan,
                      const DotRandom& random, std::size_t chunk, bool counts, const StripKernels& kernels,
                      const OutputNumbers& numbers)
      : m_(a.rows),
        n_(b.columns),
        k_(a.columns),
        chunk_(plan.outer ? chunk : k_),
        kernels_(kernels),
        numbers_(numbers.row != 0 ? numbers : OutputNumbers{numbers.first, n_}),
        inner_{plan.product ? &*plan.product : nullptr,
               plan.sum,
               plan.guards,
               counts,
               random.product.key(),
               random.accumulator.key(),
               k_},
        chunks_((k_ + chunk_ - 1) / chunk_),
        a_((m_ + 1) * k_),
        b_(b) {
    if (plan.outer) outer_ = {nullptr, *plan.outer, true, counts, {}, random.outer.key(), chunks_};
    lay(a, a_.data(), k_, tile_kernels());
  }

  /// Strips in groups, which one call of the kernel works at; the last one is filled up with zeros.
  std::size_t groups() const { return (strips() + kernels_.strips - 1) / kernels_.strips; }

  /// Packs as many panels as the strips of a group may lie in.
  StripWorker worker(Elements<float>& y, const FinishedTiles& finished) const {
    const std::size_t most = (kernels_.strips + m_ - 1) / m_ + 1;
    return {PackedPanels(b_, kernels_.width, std::min({most, kernels_.strips, panels()})),
            FinishedRows(finished, y.data(), n_, kernels_.width)};
  }

  void run(std::size_t group, StripWorker& mine, Elements<float>& y) const {
    PackedPanels& b = mine.b;
    Sums sums(kernels_.strips * kernels_.width, outer_.has_value());
    std::vector<Strip> strips(kernels_.strips);
    StripResult result;
    for (std::size_t first = 0; first < k_; first += b.at_once()) {
      for (std::size_t i = 0; i < strips.size(); ++i) strips[i] = strip(group * strips.size() + i, first, b);
      const std::size_t last = std::min(k_, first + b.at_once());
      mine.valid = (outer_ ? chunks(strips, first, last, sums, result)
                           : steps(strips, 0, first, last - first, sums.total.data(), result)) &&
                   mine.valid;
    }
    std::size_t outputs = 0;
    for (std::size_t i = 0; i < strips.size(); ++i)
      outputs += store(group * strips.size() + i, sums.total.data() + i * kernels_.width, mine, y);
    discount(sums.total.size() - outputs, result);
    mine.counted.product += result.product;
    mine.counted.accumulator += result.sum;
  }

 private:
  /// Of a group, after some steps; `chunk`: of the chunk that has begun.
  struct Sums {
    Sums(std::size_t n, bool in_chunks) : total(n), chunk(in_chunks ? n : 0) {}
    std::vector<float> total, chunk;
  };

  std::size_t panels() const { return (n_ + kernels_.width - 1) / kernels_.width; }
  std::size_t strips() const { return m_ * panels(); }

  /// From a step on. Rows of one panel follow each other, so that it stays in the cache.
  Strip strip(std::size_t i, std::size_t first, PackedPanels& b) const {
    if (i >= strips()) return {a_.data() + m_ * k_ + first, b.at(panels() - 1, first), 0};
    const std::size_t row = i % m_, panel = i / m_;
    return {a_.data() + row * k_ + first, b.at(panel, first), numbers_.of(row, panel * kernels_.width)};
  }

  /// `skipped` steps after those with which the strips begin.
  bool steps(std::vector<Strip> strips, std::size_t skipped, std::size_t first, std::size_t count,
             float* sums, StripResult& result) const {
    for (Strip& s : strips) s.a += skipped, s.b += skipped * kernels_.width;
    StripResult mine;
    kernels_.run(inner_, strips.data(), first, count, sums, mine);
    result.product += mine.product;
    result.sum += mine.sum;
    return mine.largest <= inner_.sum.max_finite;
  }

  /// Steps [first, last), with the first of which the strips begin.
  bool chunks(const std::vector<Strip>& strips, std::size_t first, std::size_t last, Sums& sums,
              StripResult& result) const {
    bool valid = true;
    for (std::size_t at = first; at < last;) {
      const std::size_t begin = at / chunk_ * chunk_, end = std::min(begin + chunk_, k_);
      const std::size_t stop = std::min(end, last);
      if (at == begin) std::fill(sums.chunk.begin(), sums.chunk.end(), 0.0f);
      valid = steps(strips, at - first, at, stop - at, sums.chunk.data(), result) && valid;
      if (stop == end) valid = add_chunk(strips, begin / chunk_, sums, result) && valid;
      at = stop;
    }
    return valid;
  }

  /// S = outer(S + 1 chunk sum).
  bool add_chunk(std::vector<Strip> terms, std::size_t number, Sums& sums, StripResult& result) const {
    const float one = 1;
    for (std::size_t i = 0; i < terms.size(); ++i)
      terms[i].a = &one, terms[i].b = sums.chunk.data() + i * kernels_.width;
    StripResult mine;
    kernels_.run(*outer_, terms.data(), number, 1, sums.total.data(), mine);
    result.sum += mine.sum;
    return mine.largest <= outer_->sum.max_finite;
  }

  /// Returns how many outputs the strip has; a zero is +0.
  std::size_t store(std::size_t i, const float* sums, StripWorker& mine, Elements<float>& y) const {
    if (i >= strips()) return 0;
    const std::size_t row = i % m_, panel = i / m_;
    const std::size_t first = panel * kernels_.width, count = std::min(kernels_.width, n_ - first);
    for (std::size_t j = 0; j < count; ++j) y[row * n_ + first + j] = sums[j] + 0.0f;
    mine.finished.add(panel, row, row + 1);
    return count;
  }

  /// Steps of padding, which add +-0 to +0.
  void discount(std::size_t outputs, StripResult& result) const {
    if (!inner_.counts) return;
    const std::uint64_t products = outputs * k_, sums = products + (outer_ ? outputs * chunks_ : 0);
    result.sum.total -= sums;
    result.sum.zero_in -= sums;
    if (inner_.product == nullptr) return;
    result.product.total -= products;
    result.product.zero_in -= products;
  }

  std::size_t m_, n_, k_, chunk_;
  const StripKernels& kernels_;
  OutputNumbers numbers_;
  StripSteps inner_;
  std::optional<StripSteps> outer_;
  std::size_t chunks_;
  std::vector<float> a_;  ///< rows of a, and one of zeros
  const FloatMatrix& b_;
};

}  // namespace

std::optional<TileProduct> multiply(const FloatMatrix& a, const FloatMatrix& b, const StripPlan& plan,
                                    const DotRandom& random, std::size_t chunk, bool counts,
                                    const StripKernels& kernels, const OutputNumbers& numbers,
                                    const FinishedTiles& finished) {
  TileProduct out;
  out.y.resize(a.rows * b.columns);
  out.work = a.rows * a.columns * b.columns;
  if (out.work == 0) {  // sums of nothing are +0
    if (finished) finished(out.y.data(), 0, 0, a.rows, b.columns);
    return out;
  }
  const StripMultiplication product(a, b, plan, random, chunk, counts, kernels, numbers);
  bool valid = true;
  share(
      {product.groups(), threads_for(SharedStep::strips, out.work)},
      [&] { return product.worker(out.y, finished); },
      [&](StripWorker& mine, std::size_t group) { product.run(group, mine, out.y); },
      [&](StripWorker& mine) {
        mine.finished.tell();
        out.product += mine.counted.product;
        out.accumulator += mine.counted.accumulator;
        valid = valid && mine.valid;
      });
  if (!valid) return std::nullopt;
  return out;
}

}  // namespace exmy
