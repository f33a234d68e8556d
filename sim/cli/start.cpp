#include "sim/cli/start.hpp"

#include <fcntl.h>
#include <malloc.h>
#include <omp.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "formats/isa.hpp"
#include "sim/base/arithmetic_modes.hpp"
#include "sim/base/error.hpp"
#include "sim/ops/sharing.hpp"
#include "sim/run/experiment.hpp"

namespace exmy {

void occupy_standard_streams() {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream)
    if (fcntl(stream, F_GETFD) == -1) (void)open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

void wait_without_spinning(char** argv) {
  if (std::getenv("OMP_WAIT_POLICY") != nullptr) return;
  setenv("OMP_WAIT_POLICY", "passive", 1);
  execv("/proc/self/exe", argv);  // returns only if it could not; then we go on as we are
}

void keep_freed_memory() {
#ifdef __GLIBC__
  constexpr int never = 1 << 30;  // bytes
  mallopt(M_MMAP_THRESHOLD, never);
  mallopt(M_TRIM_THRESHOLD, never);
#endif
}

void check_environment() {
  if (const std::string problem = isa_problem(); !problem.empty()) throw UsageError(problem);
  if (const std::string problem = sharing_problem(); !problem.empty()) throw UsageError(problem);
  if (omp_get_max_threads() > most_threads)  // some tens of thousands break OpenMP's runtime
    throw UsageError("OMP_NUM_THREADS: " + std::to_string(omp_get_max_threads()) + " threads; at most " +
                     std::to_string(most_threads) + " are possible");
  require_usual_modes();
}

}  // namespace exmy
