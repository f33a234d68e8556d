#include "sim/ops/strip_product.hpp"

#include <algorithm>

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

  /// For one thread: as many as the strips of a group may lie in.
  PackedPanels packed_panels() const {
    const std::size_t most = (kernels_.strips + m_ - 1) / m_ + 1;
    return {b_, kernels_.width, std::min({most, kernels_.strips, panels()})};
  }

  /// False: out of range.
  bool run(std::size_t group, PackedPanels& b, TileProduct& out, std::vector<float>& y) const {
    Sums sums(kernels_.strips * kernels_.width, outer_.has_value());
    std::vector<Strip> strips(kernels_.strips);
    StripResult result;
    bool valid = true;
    for (std::size_t first = 0; first < k_; first += b.at_once()) {
      for (std::size_t i = 0; i < strips.size(); ++i) strips[i] = strip(group * strips.size() + i, first, b);
      const std::size_t last = std::min(k_, first + b.at_once());
      valid = (outer_ ? chunks(strips, first, last, sums, result)
                      : steps(strips, 0, first, last - first, sums.total.data(), result)) &&
              valid;
    }
    std::size_t outputs = 0;
    for (std::size_t i = 0; i < strips.size(); ++i)
      outputs += store(group * strips.size() + i, sums.total.data() + i * kernels_.width, y);
    discount(sums.total.size() - outputs, result);
    out.product += result.product;
    out.accumulator += result.sum;
    return valid;
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
  std::size_t store(std::size_t i, const float* sums, std::vector<float>& y) const {
    if (i >= strips()) return 0;
    const std::size_t first = i / m_ * kernels_.width, count = std::min(kernels_.width, n_ - first);
    for (std::size_t j = 0; j < count; ++j) y[i % m_ * n_ + first + j] = sums[j] + 0.0f;
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
                                    const StripKernels& kernels, const OutputNumbers& numbers) {
  TileProduct out;
  out.y.resize(a.rows * b.columns);
  out.work = a.rows * a.columns * b.columns;
  if (out.work == 0) return out;  // sums of nothing are +0
  const StripMultiplication product(a, b, plan, random, chunk, counts, kernels, numbers);
  bool valid = true;
#pragma omp parallel if (is_shared(SharedStep::strips, out.work))
  {
    TileProduct mine;
    PackedPanels panels = product.packed_panels();
    bool all_valid = true;
#pragma omp for schedule(static) nowait
    for (std::size_t g = 0; g < product.groups(); ++g)
      all_valid = product.run(g, panels, mine, out.y) && all_valid;
#pragma omp critical
    {
      out.product += mine.product;
      out.accumulator += mine.accumulator;
      valid = valid && all_valid;
    }
  }
  if (!valid) return std::nullopt;
  return out;
}

}  // namespace exmy
