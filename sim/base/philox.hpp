#pragma once
// Counter-based random numbers: Philox4x32-10 (Salmon et al. 2011, Random123). No state, no order: a
// number is a function of seed, name, step and index, whatever thread asks for it.

#include <array>
#include <cstdint>
#include <string_view>

#include "formats/kernels/kernels.hpp"

namespace exmy {

using PhiloxBlock = std::array<std::uint32_t, 4>;

/// The ten rounds. 64-bit words are written (low, high).
constexpr PhiloxBlock philox4x32(std::array<std::uint32_t, 2> key, PhiloxBlock c) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53} * c[0];
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57} * c[2];
    c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ key[0], static_cast<std::uint32_t>(p1),
         static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ key[1], static_cast<std::uint32_t>(p0)};
    key = {key[0] + 0x9E3779B9u, key[1] + 0xBB67AE85u};
  }
  return c;
}

/// FNV-1a, 64 bits.
constexpr std::uint64_t fnv1a64(std::string_view text) {
  std::uint64_t h = 0xcbf29ce484222325;
  for (const char ch : text) h = (h ^ static_cast<std::uint8_t>(ch)) * 0x100000001b3;
  return h;
}

/// The numbers of one name (a site, `init/NAME`, `shuffle` ...) at one step.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::string_view name, std::uint64_t step)
      : RandomStream(seed, fnv1a64(name), step) {}
  RandomStream(std::uint64_t seed, std::uint64_t hash, std::uint64_t step) : step_(words(step)) {
    const auto h = words(hash);
    const PhiloxBlock site = philox4x32(words(seed), {h[0], h[1], 0, 0});
    key_ = {site[0], site[1]};
  }

  /// R of element i: the n most significant bits (1..32) of its half-word (n <= 16) or word.
  std::uint32_t bits(std::uint64_t i, int n) const {
    if (n > 16) return block(i / 4)[i % 4] >> (32 - n);
    const std::uint32_t word = block(i / 8)[(i % 8) / 2];
    return ((i % 2 != 0 ? word >> 16 : word) & 0xffffu) >> (16 - n);
  }
  /// The same for elements i, i + 1, ...
  void bits(std::uint64_t i, int n, std::uint32_t* r, std::size_t count) const {
    kernels().random(key(), i, n, r, count);
  }
  RandomKey key() const { return {key_, step_}; }
  /// Two 64-bit numbers a block: (w1:w0), (w3:w2).
  std::uint64_t word64(std::uint64_t i) const {
    const PhiloxBlock w = block(i / 2);
    const unsigned low = i % 2 == 0 ? 0 : 2;
    return std::uint64_t{w[low + 1]} << 32 | w[low];
  }
  /// Uniform in [0, 1), a multiple of 2^-53.
  double uniform(std::uint64_t i) const { return static_cast<double>(word64(i) >> 11) * 0x1p-53; }

 private:
  static constexpr std::array<std::uint32_t, 2> words(std::uint64_t x) {
    return {static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(x >> 32)};
  }
  PhiloxBlock block(std::uint64_t b) const {
    const auto low = words(b);
    return philox4x32(key_, {low[0], low[1], step_[0], step_[1]});
  }

  std::array<std::uint32_t, 2> key_{};
  std::array<std::uint32_t, 2> step_{};
};

}  // namespace exmy
