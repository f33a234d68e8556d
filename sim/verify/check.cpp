#include "sim/verify/check.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <map>

#include "sim/base/philox.hpp"
#include "sim/verify/draw.hpp"

namespace exmy::verify {
namespace {

/// Which units: one of every `step` neighbours, drawn by seed.
struct Sample {
  std::uint64_t units, step, seed;

  std::uint64_t count() const { return (units + step - 1) / step; }
  std::uint64_t unit(std::uint64_t i) const {
    const std::uint64_t first = i * step, width = std::min(step, units - first);
    return width == 1 ? first : first + Draw(seed, i).below(width);
  }
};

/// Tallies of batches that come in any order.
class Sum {
 public:
  void add(std::uint64_t batch, const Tally& tally) {
    cases_ += tally.cases();
    mismatches_ += tally.mismatches();
    if (tally.mismatches() == 0) return;
    first_[batch] = tally.first();
    while (first_.size() > Tally::kept) first_.erase(std::prev(first_.end()));
  }
  void write_to(PartResult& result) const {
    result.cases = cases_;
    result.mismatches = mismatches_;
    for (const auto& [batch, found] : first_)
      for (const Mismatch& m : found)
        if (result.first.size() < Tally::kept) result.first.push_back(m);
  }

 private:
  std::uint64_t cases_ = 0, mismatches_ = 0;
  std::map<std::uint64_t, std::vector<Mismatch>> first_;
};

Tally run_batch(const Part& part, const Sample& sample, std::uint64_t batch) {
  const std::uint64_t begin = batch * part.batch, end = std::min(begin + part.batch, sample.count());
  std::vector<std::uint64_t> units(end - begin);
  for (std::uint64_t i = begin; i < end; ++i) units[i - begin] = sample.unit(i);
  Tally tally;
  part.run({units, sample.seed}, tally);
  return tally;
}

void run_all(const Part& part, const Sample& sample, const Observer& observer, Sum& sum) {
  const std::uint64_t count = sample.count();
  const auto batches = static_cast<std::int64_t>((count + part.batch - 1) / part.batch);
  std::uint64_t done = 0;
  std::exception_ptr failure;  // an exception must not leave a parallel region
#pragma omp parallel for schedule(dynamic)
  for (std::int64_t batch = 0; batch < batches; ++batch) {
    try {
      const Tally tally = run_batch(part, sample, static_cast<std::uint64_t>(batch));
#pragma omp critical(exmy_verify)
      {
        sum.add(static_cast<std::uint64_t>(batch), tally);
        done = std::min(done + part.batch, count);
        if (observer) observer(part, done, count);
      }
    } catch (...) {
#pragma omp critical(exmy_verify)
      failure = std::current_exception();
    }
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

bool is_chosen(const Part& part, const std::vector<std::string>& names) {
  return names.empty() || std::any_of(names.begin(), names.end(), [&](const std::string& name) {
           return part.name == name || part.name.starts_with(name + "/");
         });
}

PartResult run(const Part& part, const Options& options, const Observer& observer) {
  PartResult result;
  result.part = &part;
  if (!part.impossible.empty()) return result;
  result.sample =
      std::min(std::min(options.sample, part.units) * (options.full ? 1 : part.quick), part.units);
  const Sample sample{part.units, result.sample, options.seed ^ fnv1a64(part.name)};
  result.units_count = sample.count();
  const auto begin = std::chrono::steady_clock::now();
  Sum sum;
  run_all(part, sample, observer, sum);
  sum.write_to(result);
  result.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

}  // namespace exmy::verify
