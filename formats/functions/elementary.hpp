#pragma once

#include "formats/functions/double_double.hpp"

namespace exmy::functions {

/// What is known of the value f(x) of one of the functions below.
/// - exact: f(x) = hi 2^exponent exactly, lo = 0, error = 0; hi may be zero of either sign, infinite, NaN.
/// - not exact: |f(x) - (hi + lo) 2^exponent| < error 2^exponent, a strict bound, and f(x) is no sum of two
///   doubles: it is irrational, or (rsqrt) rational and not dyadic. hi is non-zero. `error` is at most
///   2^-90 |hi| but for the last three derivatives. Where f(x) lies closer to a double d than 2^-90 |d|, as in exp(2^-100) or tanh(40), the
///   open interval lies on one side of d and ends there: comparing its ends with a rounding boundary
///   decides every rounding mode of up to 87 bits.
/// - beyond every format: where |f(x)| < 2^-2048 the interval may be (0, 2^-2048) with f's sign, for gelu
///   (0, 2^-1200) from there on; where |f(x)| > 2^2048 it may be replaced by hi = +-1, error = 1/2,
///   exponent = 4096.
struct Approximation {
  DoubleDouble value;
  int exponent = 0;
  bool exact = false;
  double error = 0;
};

// All functions take every double x (but for cospi), give NaN for NaN, have no state, throw nothing and give
// the same bits with every compiler, optimisation level and machine: they are made of + - * / sqrt and fma
// in round-to-nearest. Special values are those of numerics section 3.
// That inexact values are irrational follows from the theorems of Lindemann-Weierstrass (exp, expm1, log,
// log1p, sigmoid, tanh, silu, their derivatives, softplus, sin, cos), Gelfond-Schneider or unique factorisation
// (exp2, log2, log10), Niven (cospi); for erf, gelu, gelu_tanh and their derivatives it is expected, not known
// (the integral of e^(-t^2) is transcendental by Siegel-Shidlovsky; its quotient by sqrt pi is another matter).

/// e^x. exp(+-0) = 1, exp(-inf) = +0, exp(inf) = inf.
Approximation exp(double x);
/// 2^x. Exact for integers |x| <= 2048; exp2(-inf) = +0, exp2(inf) = inf.
Approximation exp2(double x);
/// e^x - 1. expm1(+-0) = +-0, expm1(-inf) = -1, expm1(inf) = inf.
Approximation expm1(double x);
/// log x. log(1) = +0, log(+-0) = -inf, log(inf) = inf, NaN for x < 0.
Approximation log(double x);
/// log x / log 2. Exact for x = 2^k; otherwise as log.
Approximation log2(double x);
/// log x / log 10. Exact for x = 10^k, k = 0 ... 22; otherwise as log.
Approximation log10(double x);
/// log(1 + x). log1p(+-0) = +-0, log1p(-1) = -inf, log1p(inf) = inf, NaN for x < -1.
Approximation log1p(double x);
/// 1 / (1 + e^-x). sigmoid(+-0) = 1/2, sigmoid(-inf) = +0, sigmoid(inf) = 1.
Approximation sigmoid(double x);
/// tanh(+-0) = +-0, tanh(+-inf) = +-1.
Approximation tanh(double x);
/// log(1 + e^x). softplus(-inf) = +0, softplus(inf) = inf.
Approximation softplus(double x);
/// x sigmoid(x). silu(+-0) = +-0, silu(-inf) = -0, silu(inf) = inf.
Approximation silu(double x);
/// 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x. erf(+-0) = +-0, erf(+-inf) = +-1.
Approximation erf(double x);
/// x (1 + erf(x / sqrt 2)) / 2. gelu(+-0) = +-0, gelu(-inf) = -0, gelu(inf) = inf.
Approximation gelu(double x);
/// x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2, 0.044715 being the decimal number. Specials as gelu.
Approximation gelu_tanh(double x);
/// sigmoid(x) sigmoid(-x), the derivative of sigmoid. 1/4 at +-0, +0 at +-inf.
Approximation sigmoid_grad(double x);
/// 1 - tanh(x)^2. 1 at +-0, +0 at +-inf.
Approximation tanh_grad(double x);
/// The derivatives of silu, gelu and gelu_tanh: 1/2 at +-0, -0 at -inf, 1 at inf. Near their one zero (about
/// -1.28, -0.75, -0.75) the error is up to 2^-91 in absolute terms, not relative to the value.
Approximation silu_grad(double x);
Approximation gelu_grad(double x);
Approximation gelu_tanh_grad(double x);
/// sin(+-0) = +-0, NaN for +-inf; reduced exactly over the whole range.
Approximation sin(double x);
/// cos(+-0) = 1, NaN for +-inf; reduced exactly over the whole range.
Approximation cos(double x);
/// cos(pi x) for 0 <= x <= 1, exact for x = 0, 1/2, 1; NaN elsewhere.
Approximation cospi(double x);
/// 1 / sqrt x. Exact for x = 4^k; rsqrt(+-0) = +-inf (IEEE 754-2019, 9.2.1), rsqrt(inf) = +0, NaN for x < 0.
Approximation rsqrt(double x);

}  // namespace exmy::functions
