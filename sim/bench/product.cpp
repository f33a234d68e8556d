#include "sim/bench/product.hpp"

#include "formats/isa.hpp"
#include "sim/bench/data.hpp"
#include "sim/ops/kernel_keys.hpp"
#include "sim/ops/quick_dot.hpp"

namespace exmy::bench {
namespace {

std::string labelled(const std::string& label, const std::string& difference) {
  return difference.empty() ? difference : label + ": " + difference;
}

}  // namespace

Product::Product(const ProductCase& what, const Extents& extents, bool counts)
    : what_(what),
      extents_(extents),
      counts_(counts),
      a_(values_of(what.operands, "a", extents.m * extents.k, what.largest)),
      b_(values_of(what.operands, "b", extents.k * extents.n, what.largest)) {}

MatmulTask Product::task() const {
  const auto fast = [](const Projection& how) { return fast_projection_of(how); };
  MatmulTask t{what_.how,
               {what_.how.product ? fast(*what_.how.product) : std::nullopt, fast(what_.how.accumulator),
                fast(what_.how.outer)},
               true,
               what_.operands.semantics,
               random_,
               extents_.m,
               extents_.n,
               extents_.k,
               {a_.begin(), a_.end()},
               std::vector<double>(b_.size())};
  for (std::size_t k = 0; k < extents_.k; ++k)
    for (std::size_t j = 0; j < extents_.n; ++j)
      t.b[j * extents_.k + k] = static_cast<double>(b_[k * extents_.n + j]);
  return t;
}

void Product::run() {
  if (counts_) product_.total = accumulator_.total = {};
  Telling telling{&product_, &accumulator_, counting()};
  const MatrixView<float> a{a_.data(), extents_.m,     extents_.k, extents_.k,
                            1,         what_.operands, {},         &a_magnitudes_};
  const MatrixView<float> b{b_.data(), extents_.k,     extents_.n, extents_.n,
                            1,         what_.operands, {},         &b_magnitudes_};
  Epilogue<float> nothing;
  if (auto y = quick_dot(what_.how, random_, a, b, telling, nothing)) {
    y_.swap(*y);
    return;
  }
  const MatmulTask t = task();
  const MatmulResult result = matmul(t, counting());
  telling.add(result.counters);
  const MatmulPath path = path_of(t, counting());
  const bool defined = path == MatmulPath::definition;
  telling.done_by(key_of(path),
                  [&] { return (defined ? "definition: " : "panels in binary64: ") + telling.why_not; });
  y_.assign(result.y.begin(), result.y.end());
}

std::string Product::chosen() const {
  std::string text = accumulator_.kernels.counts().begin()->first;
  if (text.starts_with("definition")) return text;
  return text.insert(text.find(':'), " (" + std::string(name_of(isa_level())) + ")");
}

std::string Product::difference() {
  run();
  const MatmulResult want = matmul_by_definition(task(), counting());
  std::string found = labelled("y", bench::difference(std::vector<double>(y_.begin(), y_.end()), want.y));
  if (!found.empty() || !counts_) return found;
  found = labelled("product", bench::difference(product_.total, want.counters.product.counters));
  if (!found.empty()) return found;
  return labelled("accumulator", bench::difference(accumulator_.total, want.counters.accumulator.counters));
}

}  // namespace exmy::bench
