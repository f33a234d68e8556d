// Written by scripts/make_tables.py: do not edit.
#pragma once

#include <array>

#include "formats/functions/double_double.hpp"

namespace exmy::functions::tables {

/// log 2
inline constexpr DoubleDouble ln2{0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56};

/// 1 / log 2
inline constexpr DoubleDouble log2_e{0x1.71547652b82fep+0, 0x1.777d0ffda0d24p-56};

/// 1 / log 10
inline constexpr DoubleDouble log10_e{0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57};

/// pi
inline constexpr DoubleDouble pi{0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53};

/// pi / 2
inline constexpr DoubleDouble half_pi{0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54};

/// 2 / sqrt pi
inline constexpr DoubleDouble two_over_sqrt_pi{0x1.20dd750429b6dp+0, 0x1.1ae3a914fed8p-56};

/// sqrt 2
inline constexpr DoubleDouble sqrt2{0x1.6a09e667f3bcdp+0, -0x1.bdd3413b26456p-54};

/// 1 / sqrt(2 pi)
inline constexpr DoubleDouble inverse_sqrt_2pi{0x1.9884533d43651p-2, -0x1.cbc0d30ebfd15p-56};

/// 2 sqrt(2 / pi)
inline constexpr DoubleDouble gelu_linear{0x1.9884533d43651p+0, -0x1.cbc0d30ebfd15p-54};

/// 2 sqrt(2 / pi) 0.044715
inline constexpr DoubleDouble gelu_cubic{0x1.2444f2a4d8b4bp-4, -0x1.6c843a29d1c7p-61};

/// 1 / n!
inline constexpr std::array<DoubleDouble, 14> inverse_factorial{{
    {0x1p+0, 0x0p+0},
    {0x1p+0, 0x0p+0},
    {0x1p-1, 0x0p+0},
    {0x1.5555555555555p-3, 0x1.5555555555555p-57},
    {0x1.5555555555555p-5, 0x1.5555555555555p-59},
    {0x1.1111111111111p-7, 0x1.1111111111111p-63},
    {0x1.6c16c16c16c17p-10, -0x1.f49f49f49f49fp-65},
    {0x1.a01a01a01a01ap-13, 0x1.a01a01a01a01ap-73},
    {0x1.a01a01a01a01ap-16, 0x1.a01a01a01a01ap-76},
    {0x1.71de3a556c734p-19, -0x1.c154f8ddc6cp-73},
    {0x1.27e4fb7789f5cp-22, 0x1.cbbc05b4fa99ap-76},
    {0x1.ae64567f544e4p-26, -0x1.c062e06d1f209p-80},
    {0x1.1eed8eff8d898p-29, -0x1.2aec959e14c06p-83},
    {0x1.6124613a86d09p-33, 0x1.f28e0cc748ebep-87},
}};

/// (-1)^(n-1) / n, the coefficient of z^n in log(1 + z); 0 for n = 0
inline constexpr std::array<DoubleDouble, 15> log1p_series{{
    {0x0p+0, 0x0p+0},
    {0x1p+0, 0x0p+0},
    {-0x1p-1, 0x0p+0},
    {0x1.5555555555555p-2, 0x1.5555555555555p-56},
    {-0x1p-2, 0x0p+0},
    {0x1.999999999999ap-3, -0x1.999999999999ap-57},
    {-0x1.5555555555555p-3, -0x1.5555555555555p-57},
    {0x1.2492492492492p-3, 0x1.2492492492492p-57},
    {-0x1p-3, 0x0p+0},
    {0x1.c71c71c71c71cp-4, 0x1.c71c71c71c71cp-58},
    {-0x1.999999999999ap-4, 0x1.999999999999ap-58},
    {0x1.745d1745d1746p-4, -0x1.745d1745d1746p-59},
    {-0x1.5555555555555p-4, -0x1.5555555555555p-58},
    {0x1.3b13b13b13b14p-4, -0x1.3b13b13b13b14p-58},
    {-0x1.2492492492492p-4, -0x1.2492492492492p-58},
}};

/// (-1)^n / (n! (2n + 1)), the coefficient of x^(2n+1) in erf(x) sqrt(pi) / 2
inline constexpr std::array<DoubleDouble, 16> erf_series{{
    {0x1p+0, 0x0p+0},
    {-0x1.5555555555555p-2, -0x1.5555555555555p-56},
    {0x1.999999999999ap-4, -0x1.999999999999ap-58},
    {-0x1.8618618618618p-6, -0x1.8618618618618p-60},
    {0x1.2f684bda12f68p-8, 0x1.2f684bda12f68p-62},
    {-0x1.8d3018d3018d3p-11, -0x1.8d3018d3018d3p-71},
    {0x1.c01c01c01c01cp-14, 0x1.c01c01c01c01cp-74},
    {-0x1.bbd779334ef0bp-17, 0x1.4e65f77088199p-71},
    {0x1.87a00187a0018p-20, 0x1.e80061e80061fp-74},
    {-0x1.3777c55568ccdp-23, -0x1.aaabe22270001p-79},
    {0x1.c2e3054870b38p-27, -0x1.d5bceb1cfc09cp-81},
    {-0x1.2b67310aa9f3ap-30, -0x1.0a97d2e29d0a6p-85},
    {0x1.6f448e13e85e1p-34, -0x1.7f9c97a441499p-90},
    {-0x1.a289ee7e40f74p-38, 0x1.d70bcaede276bp-92},
    {0x1.bd577e658d02p-42, 0x1.20ed35aaf6f95p-97},
    {-0x1.bc6250fb14231p-46, 0x1.a5ccd0da9926p-100},
}};

}  // namespace exmy::functions::tables
