#include "sim/bench/timing.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

namespace exmy::bench {
namespace {

double seconds_of(const std::function<void()>& call, std::size_t times) {
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < times; ++i) call();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// How many calls take so long; the first ones fill the caches.
std::size_t calls_for(const std::function<void()>& call, double least_s) {
  std::size_t times = 1;
  while (seconds_of(call, times) < least_s) times *= 2;
  return times;
}

double median(std::vector<double> x) {
  const auto middle = x.begin() + static_cast<std::ptrdiff_t>(x.size() / 2);
  std::nth_element(x.begin(), middle, x.end());
  return *middle;
}

}  // namespace

Timing time_in_turns(const std::function<void()>& yardstick, const std::function<void()>& kernel,
                     const Repetitions& repetitions) {
  const std::size_t first = calls_for(yardstick, repetitions.least_s);
  const std::size_t second = calls_for(kernel, repetitions.least_s);
  std::vector<double> yardsticks, kernels, ratios;
  for (std::size_t i = 0; i < repetitions.pairs; ++i) {
    yardsticks.push_back(seconds_of(yardstick, first) / static_cast<double>(first));
    kernels.push_back(seconds_of(kernel, second) / static_cast<double>(second));
    ratios.push_back(kernels.back() / yardsticks.back());
  }
  return {median(yardsticks), median(kernels), median(ratios)};
}

}  // namespace exmy::bench
