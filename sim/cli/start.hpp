#pragma once
// What the program does before anything else.

namespace exmy {

/// A standard stream that is closed would leave its number to the next file that is opened, and what is
/// printed would land there. What takes its place here (each the lowest free number) fails like a closed one.
void occupy_standard_streams();

/// OpenMP's threads spin while they wait, which is slow where cores are shared, and its runtime reads the
/// policy before main: start again with the sleeping one, unless the user chose.
void wait_without_spinning(char** argv);

/// What a step frees the next one asks for again: memory stays with the program, since the kernel would give it back page
/// by page, each set to zero first.
void keep_freed_memory();

/// UsageError if EXMY_ISA names no level or OMP_NUM_THREADS asks for more threads than a configuration may; IoError if
/// arithmetic is not in its usual modes.
void check_environment();

}  // namespace exmy
