#include "sim/ops/matmul.hpp"

#include <algorithm>
#include <array>

#include "formats/binary64.hpp"
#include "sim/ops/binary64_panels.hpp"
#include "sim/ops/panel_factor.hpp"
#include "sim/ops/panel_steps.hpp"
#include "sim/ops/sharing.hpp"

namespace exmy {
namespace {

constexpr std::size_t W = panel_width;

bool lacks_nan(const Reduction& how) {
  return !how.accumulator.format.has_nan() || !how.outer.format.has_nan() ||
         (how.product && !how.product->format.has_nan());
}

std::size_t chunks_of(const MatmulTask& t) { return (t.k + t.how.chunk - 1) / t.how.chunk; }

PanelPlace place_of(const MatmulTask& t, std::size_t row, std::size_t panel, std::size_t steps) {
  return {t.output(row, panel * W), std::min(W, t.n - panel * W), steps};
}

/// Runs `sequence(first, count, sums)` over the chunks of a reduction and adds the chunk sums up.
template <class Sequence>
void over_chunks(const MatmulTask& t, std::size_t row, std::size_t panel, Counters* counters, double* s,
                 const Sequence& sequence) {
  const std::size_t chunks = chunks_of(t);
  std::vector<double> sums(chunks * W);
  for (std::size_t c = 0; c < chunks; ++c) {
    const std::size_t first = c * t.how.chunk;
    sequence(first, std::min(t.how.chunk, t.k - first), sums.data() + c * W);
  }
  const std::vector<double> ones(chunks, 1.0);
  const PanelPlace place = place_of(t, row, panel, chunks);
  PanelRandom none(nullptr, t.random.outer, place);
  PanelRandom random(&t.how.outer, t.random.outer, place);
  const PanelSteps outer{nullptr, &*t.fast.outer, nullptr, counters, nullptr, nullptr};
  run_steps(outer, none, random, 0, chunks, ones.data(), sums.data(), s);
}

/// Kernels cannot tell a NaN operand from a generated NaN: such panels are left to the definition.
bool met_nan(const DotCounters& c) {
  for (const Counter n : {Counter::nan_in, Counter::nan_generated, Counter::nan_lost})
    if (c.product.counters[n] != 0 || c.accumulator.counters[n] != 0) return true;
  return false;
}

/// One row of a times one panel of b. False: the definition has to do it.
class PanelProduct {
 public:
  PanelProduct(const MatmulTask& task, bool counts) : t_(task), counts_(counts), b_(task.b, task.n, task.k) {}

  bool operator()(std::size_t row, std::size_t panel, double* s, DotCounters& counters) const {
    const double* a = t_.a.data() + row * t_.k;
    Counters* products = counts_ ? &counters.product.counters : nullptr;
    Counters* sums = counts_ ? &counters.accumulator.counters : nullptr;
    const PanelSteps inner{t_.fast.product ? &*t_.fast.product : nullptr, &*t_.fast.accumulator, products,
                           sums};
    const PanelPlace place = place_of(t_, row, panel, t_.k);
    PanelRandom product(t_.how.product ? &*t_.how.product : nullptr, t_.random.product, place);
    PanelRandom accumulator(&t_.how.accumulator, t_.random.accumulator, place);
    const auto sequence = [&](std::size_t first, std::size_t count, double* to) {
      b_.over(panel, first, count, [&](std::size_t at, std::size_t n, const double* b) {
        run_steps(inner, product, accumulator, at, n, a + at, b, to);
      });
    };
    if (t_.how.order == Order::sequential)
      sequence(0, t_.k, s);
    else
      over_chunks(t_, row, panel, sums, s, sequence);
    return !counts_ || !met_nan(counters);
  }

 private:
  const MatmulTask& t_;
  bool counts_;
  PanelFactor<double> b_;
};

class Fp32Product {
 public:
  explicit Fp32Product(const MatmulTask& task)
      : t_(task), a_(task.a.begin(), task.a.end()), b_(task.b, task.n, task.k) {}

  bool operator()(std::size_t row, std::size_t panel, double* s, DotCounters&) const {
    const float* a = a_.data() + row * t_.k;
    const auto sequence = [&](std::size_t first, std::size_t count, double* sums) {
      std::array<float, W> narrow{};
      b_.over(panel, first, count, [&](std::size_t at, std::size_t n, const float* b) {
        kernels().panel_fp32(a + at, b, n, narrow.data());
      });
      std::copy(narrow.begin(), narrow.end(), sums);
    };
    if (t_.how.order == Order::sequential)
      sequence(0, t_.k, s);
    else
      over_chunks(t_, row, panel, nullptr, s, sequence);
    return true;
  }

 private:
  const MatmulTask& t_;
  std::vector<float> a_;
  PanelFactor<float> b_;
};

void merge(DotCounters& into, const DotCounters& from) {
  into.product += from.product;
  into.accumulator += from.accumulator;
}

/// The padding columns of the last panel add products +-0 to +0.
void discount_padding(const MatmulTask& t, std::size_t columns, DotCounters& c) {
  const std::uint64_t products = t.how.product ? t.k : 0;
  const std::uint64_t sums = projections_of(t.how, t.k) - products;
  for (const Counter counter : {Counter::zero_in, Counter::total}) {
    c.product.counters[counter] -= products * (W - columns);
    c.accumulator.counters[counter] -= sums * (W - columns);
  }
}

/// A zero result is +0; the machine's default NaN may have a sign, ours has none.
double canonical(double s) { return is_nan(s) ? nan64 : s == 0 ? 0.0 : s; }

/// One row of one panel by the definition.
DotCounters define(const MatmulTask& t, std::size_t row, std::size_t first, std::size_t last, double* s,
                   bool* nan_lost) {
  DotCounters counters;
  for (std::size_t j = first; j < last; ++j)
    s[j - first] = reduce_by_definition(t.how, t.a.data() + row * t.k, t.b.data() + j * t.k, t.k,
                                        t.output(row, j), t.random, t.operands, &counters, nan_lost);
  return counters;
}

template <class Product>
void one_panel(const MatmulTask& t, const Product& product, std::size_t row, std::size_t panel, bool counts,
               MatmulResult& out, MatmulResult& mine) {
  const std::size_t first = panel * W;
  const std::size_t last = std::min(first + W, t.n);
  std::array<double, W> s{};
  DotCounters counters;
  if (!product(row, panel, s.data(), counters)) {
    counters = define(t, row, first, last, s.data(), &mine.nan_lost);
  } else if (counts) {
    discount_padding(t, last - first, counters);
  }
  merge(mine.counters, counters);
  for (std::size_t j = first; j < last; ++j) out.y[row * t.n + j] = canonical(s[j - first]);
}

/// Threads share independent outputs; k is never split. run(task, counts and notes of the thread, result).
template <class Run>
MatmulResult over_outputs(const MatmulTask& t, SharedStep step, std::size_t tasks, const Run& run) {
  MatmulResult out;
  out.y.resize(t.m * t.n);
  share(
      {tasks, threads_for(step, t.m * t.n * t.k)}, [] { return MatmulResult{}; },
      [&](MatmulResult& mine, std::size_t task) { run(task, mine, out); },
      [&](const MatmulResult& mine) {
        merge(out.counters, mine.counters);
        out.nan_lost = out.nan_lost || mine.nan_lost;
      });
  return out;
}

template <class Product>
MatmulResult by_panels(const MatmulTask& t, const Product& product, bool counts) {
  const std::size_t panels = (t.n + W - 1) / W;
  return over_outputs(t, SharedStep::panels, t.m * panels,
                      [&](std::size_t task, MatmulResult& mine, MatmulResult& out) {
                        one_panel(t, product, task / panels, task % panels, counts, out, mine);
                      });
}

}  // namespace

MatmulPath path_of(const MatmulTask& t, Counting counting) {
  const FastReduction& f = t.fast;
  const bool chunked = t.how.order == Order::chunked;
  if (counting != Counting::histograms && is_in_binary64(t.how)) return MatmulPath::binary64;
  if (!chunked && t.how.order != Order::sequential) return MatmulPath::definition;
  if (counting == Counting::histograms) return MatmulPath::definition;
  if (!t.float_operands || !f.accumulator || (chunked && !f.outer) || (t.how.product && !f.product))
    return MatmulPath::definition;
  const bool native = !t.how.product && t.how.accumulator == Projection{};
  return native && counting == Counting::nothing && !lacks_nan(t.how) ? MatmulPath::fp32 : MatmulPath::panels;
}

MatmulResult matmul_by_definition(const MatmulTask& t, Counting counting) {
  return over_outputs(
      t, SharedStep::definition, t.m * t.n, [&](std::size_t task, MatmulResult& mine, MatmulResult& out) {
        const std::size_t row = task / t.n, column = task % t.n;
        mine.counters.histograms = counting == Counting::histograms;
        DotCounters* counters = counting == Counting::nothing ? nullptr : &mine.counters;
        out.y[task] =
            reduce_by_definition(t.how, t.a.data() + row * t.k, t.b.data() + column * t.k, t.k,
                                 t.output(row, column), t.random, t.operands, counters, &mine.nan_lost);
      });
}

MatmulResult matmul(const MatmulTask& t, Counting counting) {
  const bool counts = counting != Counting::nothing;
  const bool watches_nan = lacks_nan(t.how);
  switch (path_of(t, counting)) {
    case MatmulPath::definition: return matmul_by_definition(t, counting);
    case MatmulPath::panels: {
      MatmulResult out = by_panels(t, PanelProduct(t, counts || watches_nan), counts || watches_nan);
      if (!counts) out.counters = {};
      return out;
    }
    case MatmulPath::fp32: return by_panels(t, Fp32Product(t), false);
    case MatmulPath::binary64: return by_panels(t, Binary64Panels(t, counts), counts);
  }
  return {};
}

}  // namespace exmy
