// Philox4x32-10 and FNV-1a against published numbers; what a stream reads from a block, written out.

#include <array>
#include <cstdint>
#include <string>

#include "sim/base/philox.hpp"
#include "tests/support/catch.hpp"

namespace {

using exmy::fnv1a64;
using exmy::philox4x32;
using exmy::PhiloxBlock;
using exmy::RandomStream;

/// The block of a stream, from numerics section 6: site key, then counter (b, t), words (low, high).
PhiloxBlock block_of(std::uint64_t seed, std::uint64_t hash, std::uint64_t t, std::uint64_t b) {
  const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x & 0xffffffffu); };
  const auto high = [](std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); };
  const PhiloxBlock site = philox4x32({low(seed), high(seed)}, {low(hash), high(hash), 0, 0});
  return philox4x32({site[0], site[1]}, {low(b), high(b), low(t), high(t)});
}

constexpr std::uint64_t seed = 0x0123456789abcdef, step = 0xfedcba9876543210;

}  // namespace

TEST_CASE("Random123's known answers for philox4x32-10", "[philox]") {
  CHECK(philox4x32({0, 0}, {0, 0, 0, 0}) == PhiloxBlock{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  constexpr std::uint32_t ones = 0xffffffff;
  CHECK(philox4x32({ones, ones}, {ones, ones, ones, ones}) ==
        PhiloxBlock{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32({0xa4093822, 0x299f31d0}, {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}) ==
        PhiloxBlock{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("published hashes of FNV-1a, 64 bits", "[philox]") {
  CHECK(fnv1a64("") == 0xcbf29ce484222325);
  CHECK(fnv1a64("a") == 0xaf63dc4c8601ec8c);
  CHECK(fnv1a64("foobar") == 0x85944171f73967e8);
  // A byte above 127 is no negative number: the first round of the definition by hand.
  CHECK(fnv1a64("\xc3") == (0xcbf29ce484222325u ^ 0xc3u) * std::uint64_t{0x100000001b3});
}

TEST_CASE("the bits of a stream of seed 0 without a name are those of the known answers", "[philox]") {
  // Counter (h = 0, 0) and key 0: the site key is the first two words of the first known answer.
  const PhiloxBlock w = philox4x32({0x6627e8d5, 0xe169c58d}, {0, 0, 0, 0});
  const RandomStream stream(0, std::uint64_t{0}, 0);
  CHECK(stream.bits(0, 32) == w[0]);
  CHECK(stream.bits(3, 32) == w[3]);
}

TEST_CASE("up to 16 random bits come from half-words, low half first", "[philox]") {
  const RandomStream stream(seed, "fc1/dot/forward/weight", step);
  const std::uint64_t hash = fnv1a64("fc1/dot/forward/weight");
  for (const std::uint64_t b :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{77}, std::uint64_t{1} << 40}) {
    const PhiloxBlock w = block_of(seed, hash, step, b);
    const std::array<std::uint32_t, 8> halves{w[0] & 0xffff, w[0] >> 16, w[1] & 0xffff, w[1] >> 16,
                                              w[2] & 0xffff, w[2] >> 16, w[3] & 0xffff, w[3] >> 16};
    for (unsigned i = 0; i < 8; ++i)
      for (int n = 1; n <= 16; ++n) {
        INFO("block " << b << " half-word " << i << " bits " << n);
        CHECK(stream.bits(8 * b + i, n) == halves[i] >> (16 - n));
      }
  }
}

TEST_CASE("more than 16 random bits come from words", "[philox]") {
  const RandomStream stream(seed, "fc1/dot/forward/weight", step);
  const std::uint64_t hash = fnv1a64("fc1/dot/forward/weight");
  for (const std::uint64_t b :
       {std::uint64_t{0}, std::uint64_t{2}, std::uint64_t{77}, std::uint64_t{1} << 40}) {
    const PhiloxBlock w = block_of(seed, hash, step, b);
    for (unsigned i = 0; i < 4; ++i)
      for (int n = 17; n <= 32; ++n) {
        INFO("block " << b << " word " << i << " bits " << n);
        CHECK(stream.bits(4 * b + i, n) == w[i] >> (32 - n));
      }
  }
}

TEST_CASE("64-bit numbers and uniform ones, two per block", "[philox]") {
  const RandomStream stream(seed, "shuffle", step);
  for (const std::uint64_t b : {std::uint64_t{0}, std::uint64_t{5}, std::uint64_t{1} << 33}) {
    const PhiloxBlock w = block_of(seed, fnv1a64("shuffle"), step, b);
    const std::uint64_t first = w[0] + (std::uint64_t{w[1]} << 32),
                        second = w[2] + (std::uint64_t{w[3]} << 32);
    CHECK(stream.word64(2 * b) == first);
    CHECK(stream.word64(2 * b + 1) == second);
    CHECK(stream.uniform(2 * b) * 0x1p53 == static_cast<double>(first / 2048));
    CHECK(stream.uniform(2 * b + 1) * 0x1p53 == static_cast<double>(second / 2048));
  }
}

TEST_CASE("uniform numbers lie in [0, 1) and fill it", "[philox]") {
  const RandomStream stream(1, "init/fc1.weight", 0);
  std::array<int, 16> bins{};
  for (std::uint64_t i = 0; i < 16'000; ++i) {
    const double u = stream.uniform(i);
    REQUIRE((u >= 0 && u < 1));
    ++bins[static_cast<std::size_t>(u * 16)];
  }
  for (const int n : bins) {
    CHECK(n > 845);  // 1000 expected, standard deviation 30.6: five of them on either side
    CHECK(n < 1155);
  }
}

TEST_CASE("seed, name and step each make another stream", "[philox]") {
  const auto first = [](std::uint64_t s, const std::string& name, std::uint64_t t) {
    return RandomStream(s, name, t).word64(0);
  };
  CHECK(first(1, "a", 0) == first(1, "a", 0));
  CHECK(first(1, "a", 0) != first(2, "a", 0));
  CHECK(first(1, "a", 0) != first(std::uint64_t{1} << 32 | 1, "a", 0));
  CHECK(first(1, "a", 0) != first(1, "a#2", 0));
  CHECK(first(1, "a", 0) != first(1, "a", 1));
  CHECK(first(1, "a", 0) != first(1, "a", std::uint64_t{1} << 32));
}
