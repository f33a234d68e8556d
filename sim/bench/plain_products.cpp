#include "sim/bench/plain_products.hpp"

#include <algorithm>

#include "sim/bench/plain.hpp"

namespace exmy::bench {

PlainProducts::PlainProducts(const std::vector<TracedOperation>& operations) {
  for (const TracedOperation& operation : operations)
    if (operation.forward_macs > 0) add(operation);
  std::size_t a = 0, b = 0, y = 0;
  for (const Product& p : products_) {
    a = std::max(a, p.m * p.k);
    b = std::max(b, p.k * p.n);
    y = std::max(y, p.m * p.n);
  }
  a_.assign(a, 0.5f);
  b_.assign(b, 0.25f);
  y_.resize(y);
}

void PlainProducts::add(const TracedOperation& o) {
  Product forward{};
  if (o.parameters.empty()) {  // attention: queries and keys, probabilities and values
    forward = {o.inputs.front()[1], o.inputs.front()[1], o.inputs.front().back()};
    forward.count = o.forward_macs / (forward.m * forward.n * forward.k);
  } else {
    forward.n = o.output.back();
    forward.k = o.parameters.front().second / forward.n;
    forward.m = o.forward_macs / (forward.n * forward.k);
  }
  products_.push_back(forward);
  const auto [m, n, k, count] = forward;
  products_.push_back({n, k, m, count});                                                // dw = dy^T x
  if (2 * o.backward_macs > 3 * o.forward_macs) products_.push_back({m, k, n, count});  // dx = dy w
}

double PlainProducts::multiply_adds() const {
  double sum = 0;
  for (const Product& p : products_)
    sum += static_cast<double>(p.m * p.n) * static_cast<double>(p.k * p.count);
  return sum;
}

void PlainProducts::run(const Product& p, int threads) {
  const auto parts = static_cast<std::size_t>(threads);
#pragma omp parallel for num_threads(threads) schedule(static, 1)
  for (std::size_t part = 0; part < parts; ++part) {
    const std::size_t first = p.m * part / parts, rows = p.m * (part + 1) / parts - first;
    for (std::size_t i = 0; rows > 0 && i < p.count; ++i)
      plain().product(rows, p.n, p.k, a_.data() + first * p.k, b_.data(), y_.data() + first * p.n);
  }
}

void PlainProducts::run(int threads) {
  for (const Product& p : products_) run(p, threads);
}

}  // namespace exmy::bench
