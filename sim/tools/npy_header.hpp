#pragma once
// The header of an .npy file: a Python dictionary with three keys.

#include <string>
#include <string_view>

#include "sim/tools/npy.hpp"

namespace exmy {

/// Reads `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }` and the blanks around it. Throws
/// UsageError, which begins with `name`, for anything else: text after it, missing, unknown or repeated keys,
/// types that are no string, shapes that are no tuple of integers.
ArrayLayout read_header(std::string_view text, const std::string& name);

/// Magic, version 1.0, length, dictionary, blanks up to a multiple of 64 bytes, and a line end.
std::string written_header(const ArrayLayout& layout);

}  // namespace exmy
