#pragma once
// The two systematic families of names.
//   eXmY[bN][fn|fnuz|fnu]   MLIR and ml_dtypes: fn = no infinity, NaN all ones (none for e2m1, e2m3, e3m2);
//                           fnuz = no infinity, NaN at -0, bias + 1; fnu (M = 0) = unsigned, no zero;
//                           bN = bias N. Without suffix: IEEE-like, M >= 1.
//   BinaryKpP{s|u}{e|f}     IEEE P3109 v4.0: signed or unsigned, extended (infinities) or finite.

#include <string>
#include <string_view>

#include "formats/format.hpp"

namespace exmy {

/// Throws std::invalid_argument for a text outside of both families, and for P3109 formats whose values
/// are not binary64 values. Other parameters are not checked here (`problem_of`).
Format parse_format_name(std::string_view name);

/// The name that parses to this format; empty if neither family has it.
std::string spell_format_name(const Format& format);

}  // namespace exmy
