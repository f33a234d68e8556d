// Preloaded into the program, a library that leaves arithmetic in another mode: EXMY_MODE says which (ftz, daz, down, up,
// zero, traps), EXMY_MODE_WHERE where: at the start of a command whose first word this is, `any`, or in `threads`, which
// the program starts.
#include <dlfcn.h>
#include <pthread.h>

#include <cfenv>
#include <cstdlib>
#include <cstring>

namespace {

bool has(const char* name, const char* value) {
  const char* found = std::getenv(name);
  return found != nullptr && std::strcmp(found, value) == 0;
}

void leave_mode() {
#ifdef __SSE2__
  const unsigned plain = __builtin_ia32_stmxcsr();
  if (has("EXMY_MODE", "ftz")) __builtin_ia32_ldmxcsr(plain | 0x8000);
  if (has("EXMY_MODE", "daz")) __builtin_ia32_ldmxcsr(plain | 0x0040);
  if (has("EXMY_MODE", "traps")) __builtin_ia32_ldmxcsr(plain & ~0x1000u);
#endif
  if (has("EXMY_MODE", "down")) std::fesetround(FE_DOWNWARD);
  if (has("EXMY_MODE", "up")) std::fesetround(FE_UPWARD);
  if (has("EXMY_MODE", "zero")) std::fesetround(FE_TOWARDZERO);
}

__attribute__((constructor)) void start(int argc, char** argv, char**) {
  if (has("EXMY_MODE_WHERE", "any") || (argc > 1 && has("EXMY_MODE_WHERE", argv[1]))) leave_mode();
}

struct Start {
  void* (*function)(void*);
  void* argument;
};

void* in_mode(void* given) {
  const Start start = *static_cast<Start*>(given);
  delete static_cast<Start*>(given);
  leave_mode();
  return start.function(start.argument);
}

}  // namespace

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*function)(void*),
                              void* argument) noexcept {
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto create = reinterpret_cast<Create>(dlsym(RTLD_NEXT, "pthread_create"));
  if (!has("EXMY_MODE_WHERE", "threads")) return create(thread, attributes, function, argument);
  return create(thread, attributes, in_mode, new Start{function, argument});
}
