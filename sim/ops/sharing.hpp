#pragma once
// From how much work on threads share a step, and how. Results do not depend on it.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

namespace exmy {

/// What threads may share, and the unit of its work.
enum class SharedStep : std::uint8_t {
  elements,     ///< an elementwise step: elements
  weights,      ///< initial numbers of a parameter: elements
  tiles,        ///< a product by tiles: TileCut::cost
  strips,       ///< by strips: multiply-adds, as all below
  orders,       ///< by the kernels of orders
  panels,       ///< by binary64 panels
  definition,   ///< by the definition
  matrix_pairs  ///< a batch of products
};

/// Whether threads share a step of that much work: below a measured limit they cost more than they give. EXMY_SHARE_FROM=N in
/// the environment puts N in the place of every limit, for tests: with 0 they share what is there. A step inside of a
/// shared one never is.
bool is_shared(SharedStep step, std::size_t work);

/// How many threads work at such a step: all, or one.
std::size_t threads_for(SharedStep step, std::size_t work);

/// Independent tasks 0 ... count - 1, and who does them.
struct SharedTasks {
  std::size_t count, threads;
  /// That a thread takes at a time, which suits those of different lengths, and cores that others use too; 0: an equal part of
  /// all.
  std::size_t at_once = 0;
};

/// Every thread makes a worker = make(), calls run(worker, task) for its tasks, ascending, and finish(worker), one thread
/// at a time. One thread does all without a parallel region, which takes as long as a small product.
template <class Make, class Run, class Finish>
void share(const SharedTasks& tasks, const Make& make, const Run& run, const Finish& finish) {
  if (tasks.threads == 1) {
    auto worker = make();
    for (std::size_t task = 0; task < tasks.count; ++task) run(worker, task);
    return finish(worker);
  }
  const std::size_t part = std::max<std::size_t>(1, (tasks.count + tasks.threads - 1) / tasks.threads);
  const std::size_t at_once = tasks.at_once != 0 ? tasks.at_once : part;
#pragma omp parallel
  {
    auto worker = make();
#pragma omp for schedule(dynamic, at_once) nowait
    for (std::size_t task = 0; task < tasks.count; ++task) run(worker, task);
#pragma omp critical(exmy_share)
    finish(worker);
  }
}

/// What is wrong with EXMY_SHARE_FROM; empty if it is a decimal number, empty or not there. A wrong one changes nothing.
std::string sharing_problem();

}  // namespace exmy
