// Counts of exponents at every instruction-set level, against std::frexp.

#include <bit>
#include <cmath>
#include <type_traits>

#include "tests/formats/kernels_support.hpp"

namespace {

using namespace exmy;

template <class T>
using Word = std::conditional_t<std::is_same_v<T, float>, std::uint32_t, std::uint64_t>;

/// What must be counted: of each number, nothing (0), an exponent from -126 to 127, or that it is another one.
struct Expected {
  std::array<std::uint32_t, 256> counts{};
  bool others = false;

  void add(double x) {
    if (x == 0 || !std::isfinite(x)) return;
    int exponent = 0;
    std::frexp(x, &exponent);  // of a magnitude in [1/2, 1)
    if (exponent - 1 < -126 || exponent - 1 > 127)
      others = true;
    else
      ++counts[static_cast<std::size_t>(exponent - 1 + 127)];
  }
};

void count(const Kernels& k, const std::vector<float>& x, ExponentCounts& c) {
  k.exponents(x.data(), x.size(), c);
}
void count(const Kernels& k, const std::vector<double>& x, ExponentCounts& c) {
  k.exponents_of_doubles(x.data(), x.size(), c);
}

/// With a 0 where nothing is told.
std::array<std::uint32_t, 256> all_of(const ExponentCounts& counts) {
  std::array<std::uint32_t, 256> all{};
  for (auto f = static_cast<std::size_t>(counts.first); f <= static_cast<std::size_t>(counts.last); ++f)
    all[f] = counts.counts[f];
  return all;
}

/// Random bits at the places of `mask`, the others from 1.0; now and then any bits.
template <class T>
std::vector<T> numbers(test::SplitMix64& random, std::size_t n, Word<T> mask) {
  std::vector<T> x(n);
  for (T& v : x) {
    const auto any = static_cast<Word<T>>(random.bits());
    const Word<T> one = std::bit_cast<Word<T>>(T{1});
    v = std::bit_cast<T>(random.below(n) == 0 ? any : static_cast<Word<T>>((any & mask) | (one & ~mask)));
  }
  return x;
}

template <class T>
void compare(test::SplitMix64& random, std::size_t n, Word<T> mask) {
  const std::vector<T> x = numbers<T>(random, n, mask);
  Expected want;
  for (const T v : x) want.add(static_cast<double>(v));
  for (const Kernels* level : test::levels_of_this_machine()) {
    INFO(level->isa << ", " << n << " numbers, bits " << mask);
    ExponentCounts got;
    got.counts.fill(77);  // left over from another block
    count(*level, x, got);
    CHECK(got.others == want.others);
    CHECK(all_of(got) == want.counts);
  }
}

}  // namespace

// Masks: which bits of a number vary. Few exponents, then more than are compared one by one, then all.
TEST_CASE("exponents are counted at every level", "[kernels]") {
  test::SplitMix64 random(19);
  for (const std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{63}, std::size_t{64},
                              std::size_t{65}, std::size_t{1000}, exponent_block - 1, exponent_block})
    for (const int bits : {0, 1, 4, 5, 7, 8, 11}) {  // of the exponent
      const std::uint32_t of_float = ((1u << std::min(bits, 8)) - 1) << 23;
      compare<float>(random, n, of_float | 0x807fffffu);
      compare<float>(random, n, of_float | 0x80000000u);
      const std::uint64_t of_double = ((std::uint64_t{1} << bits) - 1) << 52;
      compare<double>(random, n, of_double | 0x800fffffffffffffu);
      compare<double>(random, n, of_double | 0x8000000000000000u);
    }
}

TEST_CASE("exponents of one kind of number: zeros, subnormal numbers, the ends, infinities, NaN",
          "[kernels]") {
  for (const double v :
       {0.0, -0.0, 0x1p-149, 0x1.fffffcp-127, 0x1p-126, 1.0, 0x1.fffffep127, infinity64, nan64}) {
    const std::vector<float> floats(exponent_block, static_cast<float>(v));
    const std::vector<double> doubles(exponent_block, v);
    Expected want;
    for (const double x : doubles) want.add(x);
    for (const Kernels* level : test::levels_of_this_machine()) {
      INFO(level->isa << ", " << v);
      ExponentCounts of_floats, of_doubles;
      count(*level, floats, of_floats);
      count(*level, doubles, of_doubles);
      for (const ExponentCounts* got : {&of_floats, &of_doubles}) {
        CHECK(got->others == want.others);
        CHECK(all_of(*got) == want.counts);
      }
    }
  }
}

TEST_CASE("exponents of doubles beyond binary32 are others", "[kernels]") {
  for (const double v : {0x1p-1074, 0x1p-1022, 0x1.fffffffffffffp-127, 0x1p128, -0x1p1023}) {
    const std::vector<double> x{1.0, v};
    for (const Kernels* level : test::levels_of_this_machine()) {
      ExponentCounts got;
      count(*level, x, got);
      INFO(level->isa << ", " << v);
      CHECK(got.others);
      CHECK(got.first == 127);
      CHECK(got.last == 127);
      CHECK(got.counts[127] == 1);
    }
  }
}
