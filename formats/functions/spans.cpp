#include "formats/functions/spans.hpp"

#include <algorithm>
#include <array>

#include "formats/functions/first_stage/first_stage.hpp"
#include "formats/isa.hpp"
#include "formats/scans.hpp"

namespace exmy::functions {
namespace {

constexpr int highest = 959, lowest = -1000;  // exponents
constexpr std::size_t block_size = 256;

FirstStage first_stage(Function f) {
#ifdef EXMY_X86_LEVELS
  switch (isa_level()) {
    case IsaLevel::baseline:
    case IsaLevel::v2: return first_stage_baseline(f);
    case IsaLevel::v3: return first_stage_v3(f);
    case IsaLevel::v4: return first_stage_v4(f);
  }
#endif
  return first_stage_baseline(f);
}

/// The exact values, where the first stage did not decide.
void complete(Function f, const double* x, double* odd, std::size_t n, int bits) {
  if (!any_nan(odd, n)) return;
  for (std::size_t i = 0; i < n; ++i)
    if (is_nan(odd[i])) odd[i] = rounded_to_odd(exact_value(f, x[i], bits), bits);
}

}  // namespace

bool serves(const Projection& how, int bits) {
  const Format& format = how.format;
  return deciding_bits(how) <= bits && format.e_max() < highest &&
         format.e_min() - format.mantissa_bits >= lowest + 40;
}

double rounded_to_odd(const Exact& x, int bits) {
  switch (x.kind) {
    case Exact::Kind::zero: return with_sign(0.0, x.negative);
    case Exact::Kind::infinite: return with_sign(infinity64, x.negative);
    case Exact::Kind::nan: return nan64;
    case Exact::Kind::finite: break;
  }
  if (x.exponent > highest) return with_sign(huge_odd, x.negative);
  if (x.exponent < lowest) return with_sign(tiny_odd, x.negative);
  const auto kept = static_cast<std::uint64_t>(x.significand >> (128 - bits));
  const bool rest = x.sticky || (x.significand << bits) != 0;
  const double unit = pow2(x.exponent - bits + 1);
  return with_sign(static_cast<double>(kept | (rest ? 1 : 0)) * unit, x.negative);
}

void to_odd(Function f, const double* x, double* odd, std::size_t n, int bits) {
  const FirstStage first = first_stage(f);
  std::array<double, block_size> copy;
  for (std::size_t done = 0; done < n; done += block_size) {
    const std::size_t count = std::min(block_size, n - done);
    const double* from = x + done;
    if (x == odd) from = std::copy_n(from, count, copy.data()) - count;
    if (first.decide != nullptr)
      first.decide(from, odd + done, count, most_odd_bits - bits);
    else
      std::fill_n(odd + done, count, nan64);
    complete(f, from, odd + done, count, bits);
  }
}

}  // namespace exmy::functions
