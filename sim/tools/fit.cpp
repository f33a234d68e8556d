#include "sim/tools/fit.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <tuple>

#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "sim/base/json_text.hpp"
#include "sim/config/format_reader.hpp"

namespace exmy {
namespace {

constexpr int steps_per_octave = 16;
constexpr std::size_t refined = 4;  ///< local searches, from the best points of the first pass

Format format_with(int exponent_bits, int mantissa_bits, FitSpecials specials) {
  Format f;
  f.exponent_bits = exponent_bits;
  f.mantissa_bits = mantissa_bits;
  f.bias = (1 << (exponent_bits - 1)) - 1;
  f.infinities = specials == FitSpecials::ieee;
  f.nan = specials == FitSpecials::ieee ? NanCodes::ieee
          : specials == FitSpecials::fn ? NanCodes::all_ones
                                        : NanCodes::none;
  return f;
}

Format with_bias(Format f, int bias) {
  f.bias = bias;
  return f;
}

/// Every E and M of the widths that makes a format.
std::vector<Format> shapes(const FitOptions& options) {
  std::vector<Format> all;
  for (int bits = options.least_bits; bits <= options.most_bits; ++bits)
    for (int e = 1; e <= std::min(bits - 1, 11); ++e)
      if (const Format f = format_with(e, bits - 1 - e, options.specials); problem_of(f).empty())
        all.push_back(f);
  return all;
}

bool covers(const Sample& sample, const Format& f) {
  return f.max_finite() >= sample.amax() && f.min_normal() <= sample.smallest();
}

/// The biases worth a row, as `fit` says.
std::vector<Format> biased(const Sample& sample, const Format& usual) {
  std::vector<Format> all;
  const Format* covering = nullptr;
  const int top = usual.e_max() + usual.bias;  // e_max = top - bias
  const int lowest =
      top - parts_of(sample.amax()).exponent - 2 - (top - usual.bias - usual.e_min()) - usual.mantissa_bits;
  const int highest = top - parts_of(sample.rms()).exponent + 6;
  std::vector<Format> candidates;
  for (int bias = lowest; bias <= highest; ++bias)
    if (const Format f = with_bias(usual, bias); problem_of(f).empty()) candidates.push_back(f);
  for (const Format& f : candidates) {
    if (f.max_finite() < sample.rms() / 64 || f.min_positive() > 2 * sample.amax()) continue;
    if (!covers(sample, f))
      all.push_back(f);
    else if (covering == nullptr || std::abs(f.bias - usual.bias) < std::abs(covering->bias - usual.bias))
      covering = &f;
  }
  if (covering != nullptr) all.push_back(*covering);
  return all;
}

bool better(const FitResult& a, const FitResult& b) {
  const auto key = [](const FitResult& r) {
    return std::tuple(r.noise, r.format.bits(), r.format.exponent_bits, std::abs(r.format.bias),
                      r.format.bias);
  };
  return key(a) < key(b);
}

/// The best bias, expressed as a scale: P_b(x) = P(x 2^(b - usual)) 2^(usual - b).
FitResult best_power(const Sample& sample, const Format& usual) {
  const std::vector<Format> all = biased(sample, usual);
  FitResult best;
  for (const Format& f : all) {
    const FitResult r = fit_of(sample, f, 1);
    const auto shift = [&](const FitResult& x) {
      return std::tuple(x.noise, std::abs(x.format.bias - usual.bias));
    };
    if (&f == &all.front() || shift(r) < shift(best)) best = r;
  }
  if (all.empty()) return fit_of(sample, usual, 1);
  best.scale = pow2(usual.bias - best.format.bias);
  best.format = usual;
  return best;
}

/// A power of 2 with exponent j / n, by repeated square roots: no libm.
double root_power(int j, int n) {
  const int whole = j >= 0 ? j / n : -((-j + n - 1) / n);
  double root = 2, factor = 1;
  for (int bit = n / 2; bit > 0; bit /= 2) {
    root = std::sqrt(root);
    if (((j - whole * n) & bit) != 0) factor *= root;
  }
  return factor * pow2(whole);
}

/// The best clipping limit c = maximum s below clip amax: a grid of 16 points an octave down to rms / 64 (below,
/// the SQNR is less than 0.14 dB, because the clipped part alone is an error of (rms - c)^2), then three rounds of
/// 17 points around each of the best four.
FitResult best_scale(const Sample& sample, const Format& f, double clip) {
  const auto at = [&](double c) { return fit_of(sample, f, c / f.max_finite()); };
  const double highest = clip * sample.amax();
  std::vector<std::pair<FitResult, double>> found;
  for (int j = 0;; --j) {
    const double c = highest * root_power(j, steps_per_octave);
    if (c < sample.rms() / 64 && !found.empty()) break;
    found.emplace_back(at(c), c);
  }
  const double whole = sample.amax();  // nothing clipped, nothing wasted
  if (whole <= highest) found.emplace_back(at(whole), whole);
  const auto less = [](const auto& a, const auto& b) {
    return std::tuple(a.first.noise, a.second) < std::tuple(b.first.noise, b.second);
  };
  std::sort(found.begin(), found.end(), less);
  FitResult best = found.front().first;
  for (std::size_t i = 0; i < std::min(refined, found.size()); ++i) {
    auto centre = found[i];
    for (int finer = steps_per_octave; finer <= 64 * steps_per_octave; finer *= 8) {
      auto around = centre;
      for (int j = -8; j <= 8; ++j) {
        const double c = centre.second * root_power(j, 8 * finer);
        if (c > highest) continue;
        if (const std::pair next(at(c), c); less(next, around)) around = next;
      }
      centre = around;
    }
    if (better(centre.first, best)) best = centre.first;
  }
  return best;
}

}  // namespace

std::vector<FitResult> fit(const Sample& sample, const FitOptions& options) {
  std::vector<FitResult> results;
  for (const Format& usual : shapes(options)) {
    switch (options.scale) {
      case FitScale::none:
        for (const Format& f : biased(sample, usual)) results.push_back(fit_of(sample, f, 1));
        break;
      case FitScale::pow2: results.push_back(best_power(sample, usual)); break;
      case FitScale::best: results.push_back(best_scale(sample, usual, options.clip)); break;
    }
  }
  std::sort(results.begin(), results.end(), better);
  return results;
}

Json fit_json(const FitResult& r) {
  Json out{{"format", format_parameters(r.format)},
           {"bits", r.format.bits()},
           {"exponent_bits", r.format.exponent_bits},
           {"mantissa_bits", r.format.mantissa_bits},
           {"bias", r.format.bias},
           {"scale", r.scale},
           {"scale_hex", hex_float(r.scale)},
           {"sqnr_db", json_number(r.sqnr_db)},
           {"max_error", r.max_error},
           {"underflow_fraction", r.underflow_fraction},
           {"overflow_fraction", r.overflow_fraction},
           {"codes_used_count", r.codes_used_count},
           {"codes_used_fraction", r.codes_used_fraction}};
  if (const std::string name = name_of(r.format); !name.empty()) out["name"] = name;
  return out;
}

}  // namespace exmy
