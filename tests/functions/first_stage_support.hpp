#pragma once
// What the tests of first stages, spans and tables share.

#include <mpfr.h>

#include <cmath>
#include <cstddef>
#include <vector>

#include "formats/functions/first_stage/first_stage.hpp"
#include "tests/formats/kernels_support.hpp"
#include "tests/functions/arguments.hpp"

namespace exmy::test {

/// The functions that MPFR has too, with its name for them.
struct MpfrFunction {
  functions::Function f;
  int (*compute)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);
};
inline const MpfrFunction mpfr_functions[] = {
    {functions::Function::exp, mpfr_exp},     {functions::Function::exp2, mpfr_exp2},
    {functions::Function::expm1, mpfr_expm1}, {functions::Function::log, mpfr_log},
    {functions::Function::log2, mpfr_log2},   {functions::Function::log10, mpfr_log10},
    {functions::Function::log1p, mpfr_log1p}, {functions::Function::sin, mpfr_sin},
    {functions::Function::cos, mpfr_cos},     {functions::Function::tanh, mpfr_tanh},
    {functions::Function::erf, mpfr_erf},     {functions::Function::rsqrt, mpfr_rec_sqrt},
    {functions::Function::tan, mpfr_tan},     {functions::Function::sinh, mpfr_sinh},
    {functions::Function::cosh, mpfr_cosh},   {functions::Function::asinh, mpfr_asinh},
    {functions::Function::acosh, mpfr_acosh}, {functions::Function::atanh, mpfr_atanh}};

/// The functions that have a first stage and are made of several.
inline constexpr functions::Function composed[] = {
    functions::Function::sinpi,         functions::Function::cospi,     functions::Function::tanpi,
    functions::Function::softplus,      functions::Function::sigmoid,   functions::Function::silu,
    functions::Function::gelu,          functions::Function::gelu_tanh, functions::Function::sigmoid_grad,
    functions::Function::tanh_grad,     functions::Function::silu_grad, functions::Function::gelu_grad,
    functions::Function::gelu_tanh_grad};

inline std::vector<functions::FirstStages> first_stages_of_this_machine() {
  std::vector<functions::FirstStages> all{functions::first_stage_baseline};
#ifdef __x86_64__
  for (const Kernels* level : levels_of_this_machine()) {
    if (level == &kernels_v3) all.push_back(functions::first_stage_v3);
    if (level == &kernels_v4) all.push_back(functions::first_stage_v4);
  }
#endif
  return all;
}

/// Where the code of a first stage branches, and where its functions bend.
inline std::vector<double> knees() {
  return around_all({0x1p-200,
                     0x1p-100,
                     0x1p-60,
                     0x1p-53,
                     0x1p-26,
                     0x1p-13,
                     0x1p-7,
                     0.00270758,
                     0.125,
                     0.25,
                     0.34,
                     0.5,
                     1.0,
                     2.0,
                     4.0,
                     8.0,
                     24.0,
                     34.0,
                     41.5,
                     128.0,
                     355.0,
                     600.0,
                     666.0,
                     694.0,
                     710.0,
                     720.0,
                     0x1p19,
                     0x1p200,
                     0x1p900,
                     0x1.6bp-1,
                     0x1.921fb54442d18p+0,
                     0x1.921fb54442d18p+1});
}

/// Whether exact_value always computes it by MPFR, which takes long.
constexpr bool is_slow(functions::Function f) {
  switch (f) {
    case functions::Function::tan:
    case functions::Function::asin:
    case functions::Function::acos:
    case functions::Function::atan:
    case functions::Function::sinpi:
    case functions::Function::tanpi:
    case functions::Function::asinpi:
    case functions::Function::acospi:
    case functions::Function::atanpi:
    case functions::Function::sinh:
    case functions::Function::cosh:
    case functions::Function::asinh:
    case functions::Function::acosh:
    case functions::Function::atanh: return true;
    case functions::Function::exp:
    case functions::Function::exp2:
    case functions::Function::expm1:
    case functions::Function::log:
    case functions::Function::log2:
    case functions::Function::log10:
    case functions::Function::log1p:
    case functions::Function::softplus:
    case functions::Function::sin:
    case functions::Function::cos:
    case functions::Function::cospi:
    case functions::Function::tanh:
    case functions::Function::sigmoid:
    case functions::Function::silu:
    case functions::Function::erf:
    case functions::Function::gelu:
    case functions::Function::gelu_tanh:
    case functions::Function::sigmoid_grad:
    case functions::Function::tanh_grad:
    case functions::Function::silu_grad:
    case functions::Function::gelu_grad:
    case functions::Function::gelu_tanh_grad:
    case functions::Function::rsqrt: return false;
  }
  return false;
}

/// About 2 `count` arguments of f, most of them where it is not constant.
inline std::vector<double> arguments_of(functions::Function f, std::size_t count, std::uint64_t seed) {
  std::vector<double> all =
      joined({log_uniform(count / 2, -12, 5, seed), log_uniform(count / 4, -40, 11, seed + 1),
              log_uniform(count / 8, -210, 24, seed + 2)});
  const std::vector<double> edges = knees();
  for (std::size_t i = seed % 7; i < edges.size(); i += std::max(edges.size() / count, std::size_t{1}))
    all.push_back(edges[i]);
  if (f == functions::Function::sin || f == functions::Function::cos || f == functions::Function::tan)
    for (const double x : log_uniform(count / 4, 18, 1023, seed + 3)) all.push_back(x);
  if (f == functions::Function::acosh)
    for (double& x : all) x = 1 + std::fabs(x);
  if (f == functions::Function::atanh)
    for (double& x : all) x = std::fabs(x) > 1 ? 1 / x : x;
  const bool logarithmic =
      f == functions::Function::log || f == functions::Function::log2 || f == functions::Function::log10;
  if (logarithmic || f == functions::Function::log1p)
    for (const double d : log_uniform(count / 4, -50, -1, seed + 4)) all.push_back(logarithmic ? 1 + d : d);
  if (logarithmic || f == functions::Function::rsqrt)
    for (double& x : all) x = std::fabs(x);
  return all;
}

}  // namespace exmy::test
