#pragma once
// Refuses to compute where a foreign library left arithmetic in other modes (formats/floating_environment.hpp).

namespace exmy {

/// IoError if this thread's modes are not the usual ones.
void require_usual_modes();

/// The same for every thread that OpenMP would start now; their modes are those of the threads that started them, or
/// what a library makes of them. Once for each pool: it wakes them all.
void require_usual_modes_of_threads();

}  // namespace exmy
