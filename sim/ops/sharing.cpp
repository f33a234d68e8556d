#include "sim/ops/sharing.hpp"

#include <omp.h>

#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace exmy {
namespace {

std::string_view given() {
  const char* text = std::getenv("EXMY_SHARE_FROM");
  return text == nullptr ? "" : text;
}

std::optional<std::size_t> parsed(std::string_view text) {
  std::size_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

std::size_t limit_of(SharedStep step) {
  switch (step) {
    case SharedStep::elements: return 32768;  // less is done before threads are awake
    case SharedStep::weights: return 4096;
    case SharedStep::tiles: return 1'600'000;  // some 30 microseconds
    case SharedStep::strips: return 1 << 18;
    case SharedStep::orders: return 1 << 16;
    case SharedStep::panels: return 1 << 15;
    case SharedStep::definition: return 256;
    case SharedStep::matrix_pairs: return 1 << 18;
  }
  return 0;
}

}  // namespace

bool is_shared(SharedStep step, std::size_t work) {
  static const std::optional<std::size_t> forced = parsed(given());
  return work >= forced.value_or(limit_of(step)) && !omp_in_parallel();
}

std::size_t threads_for(SharedStep step, std::size_t work) {
  return is_shared(step, work) ? static_cast<std::size_t>(omp_get_max_threads()) : 1;
}

std::string sharing_problem() {
  const std::string_view text = given();
  if (text.empty() || parsed(text)) return {};
  return "EXMY_SHARE_FROM: \"" + std::string(text) +
         "\" is no number of elements or multiply-adds (a decimal number, 0 or greater)";
}

}  // namespace exmy
