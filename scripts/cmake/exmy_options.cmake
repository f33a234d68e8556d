# How every target of the project is compiled. Never exported.
add_library(exmy_options INTERFACE)
target_compile_features(exmy_options INTERFACE cxx_std_20)
target_compile_options(exmy_options INTERFACE
  # Bits: no contraction of a*b+c, no fast-math. The last two only say that nobody looks at the floating-point
  # environment or errno; they change no value and let loops vectorise.
  -ffp-contract=off -fno-fast-math -fno-trapping-math -fno-math-errno
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wdouble-promotion -Wswitch-enum
  -Wnon-virtual-dtor -Wold-style-cast
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>  # false positives on std::string concatenation (GCC PR 105651)
  $<$<BOOL:${EXMY_WARNINGS_AS_ERRORS}>:-Werror>
  # What these find depends on the optimiser's luck. They are errors with the compilers of the checks (g++ 12),
  # and stay warnings with newer ones.
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_GREATER_EQUAL:$<CXX_COMPILER_VERSION>,13>>:-Wno-error=maybe-uninitialized;-Wno-error=array-bounds;-Wno-error=stringop-overflow;-Wno-error=stringop-overread;-Wno-error=free-nonheap-object;-Wno-error=dangling-reference>)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_FLAGS_RELEASE "-O3")
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
