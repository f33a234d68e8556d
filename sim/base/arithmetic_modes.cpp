#include "sim/base/arithmetic_modes.hpp"

#include "formats/floating_environment.hpp"
#include "sim/base/error.hpp"

namespace exmy {
namespace {

void refuse(const std::string& problem, const std::string& where) {
  if (problem.empty()) return;
  throw IoError(
      "floating-point arithmetic is not in its usual modes" + where + ": " + problem +
      ". Results would have other bits, so nothing was computed. A library that was loaded into this "
      "process has left that on, such as one linked with -ffast-math, or one named by LD_PRELOAD: start "
      "exmy without it");
}

}  // namespace

void require_usual_modes() { refuse(floating_environment_problem(), ""); }

void require_usual_modes_of_threads() {
  require_usual_modes();
  std::string problem;
#pragma omp parallel
  {
    const std::string found = floating_environment_problem();
#pragma omp critical(exmy_modes)
    if (!found.empty()) problem = found;
  }
  refuse(problem, " in a thread of OpenMP");
}

}  // namespace exmy
