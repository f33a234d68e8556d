#pragma once
// What follows a product, done to its outputs while they are in the cache, by the thread that made them.

#include <mutex>
#include <string>
#include <vector>

#include "sim/ops/projector.hpp"
#include "sim/ops/reduction.hpp"
#include "sim/quant/quantized.hpp"

namespace exmy {

/// Where a reduction happens. Sites: (layer, op, pass, product) and (layer, op, pass, accumulator).
struct DotPlace {
  std::string layer;
  std::string op;
  Pass pass;
};

/// Outputs of a product that are finished: rows of `columns` numbers, `step` apart in memory, numbered as the product
/// numbers them.
template <class T>
struct OutputBlock {
  T* data;
  std::size_t rows, columns, step;
  OutputNumbers numbers;
  bool finite = false;  ///< it is known that all are
};

/// Elementwise steps y = P(...) over all outputs of the products of a place, each at a site of its own, in the order in
/// which they are asked for: the values, counters, histograms and random numbers of a step after the products, over the
/// whole tensor. Each is one use of its site, whatever the number of products. Sites learn of it by `finish`.
template <class T>
class Epilogue {
 public:
  /// Without steps.
  Epilogue() = default;
  Epilogue(Context& context, const DotPlace& place);
  Epilogue(const Epilogue&) = delete;

  /// If an operand is scaled, y = P(y project_fp32(sa sb)) at (layer, `rescale`, pass, elementwise).
  void rescale(const Quantized<T>& a, const Quantized<T>& b);
  /// y = P(y c) at the site of `site`; c a float value where T is float.
  void mul(const Projector<T>& site, double c) { add(site, ElementOp::mul, c); }
  /// y = P(y), as Projector::quantize.
  void quantize(const Projector<T>& site) { add(site, ElementOp::convert, 0); }

  /// Where the outputs of the next product are among all that the steps number; unless told, they are all.
  void place(const OutputNumbers& at) { at_ = at; }
  /// The steps over sums that were made without them. REQUIRES a context.
  void over(Tensor<T>& y);
  /// Of the outputs after the steps.
  const Format& format() const { return format_; }

  // For products.
  /// The steps, in place. Threads may call it at the same time; every output comes once. REQUIRES that the steps have been
  /// asked for, block.columns <= block.numbers.row unless there is one row.
  void operator()(const OutputBlock<T>& block);
  /// The steps over all outputs of a product, or of a part, in blocks that threads share.
  void whole(const OutputBlock<T>& all);
  /// So many outputs went by without values, in a step that has none.
  void skip(std::uint64_t outputs);
  /// The blocks since `accept` are not those of the product: it is done again.
  void discard();
  /// They are. Whether their sums were all finite.
  bool accept();
  /// Whether blocks should be as wide as they can: steps that draw random numbers go row by row.
  bool wants_rows() const { return draws_; }

  /// Tells the sites what was done.
  void finish();

 private:
  struct Step {
    Projector<T> site;
    ElementStep<T> step;
    Format from;
    bool is_identity;  ///< of finite numbers
    ProjectionRecord pending, done;
  };
  /// What a thread did to a block.
  struct Work {
    bool finite = true;
    std::vector<ProjectionRecord> steps;
  };

  void add(const Projector<T>& site, ElementOp op, double y);
  /// Where there are no steps: whether all is finite.
  void look_at(const OutputBlock<T>& block);
  void rows(const OutputBlock<T>& block, Work& work) const;
  void run(T* y, std::size_t n, std::uint64_t number, bool known_finite, Work& work) const;
  std::uint64_t number_of(const OutputBlock<T>& block) const;

  Context* context_ = nullptr;
  DotPlace place_{};
  Format format_{};
  OutputNumbers at_{};
  std::vector<Step> steps_;
  bool draws_ = false;  ///< numbers matter
  std::mutex mutex_;
  bool finite_ = true;
};

}  // namespace exmy
