#pragma once
// A reduction at its sites: by the kernels that are proven for it, or the definition.

#include "sim/ops/epilogue.hpp"
#include "sim/ops/matrix_batch.hpp"

namespace exmy {

/// The two sites of a reduction; `product` is null for sums.
struct DotSites {
  SiteState* product;
  SiteState* accumulator;
};

/// One use of the sites for all pairs a[i] b[i]; outputs are numbered as one tensor [count][a.rows][b.columns], of which
/// the result has count a.rows rows. `then` gets them, and is not finished. REQUIRES equal counts, a.columns == b.rows.
template <class T>
Tensor<T> reduce(Context& context, const DotSites& sites, const MatrixBatch<T>& a, const MatrixBatch<T>& b,
                 Epilogue<T>& then);

}  // namespace exmy
