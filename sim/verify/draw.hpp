#pragma once
// The random numbers of one unit of work: a function of the seed, the part and the unit, so that samples and
// threads change nothing. (splitmix64; Steele, Lea, Flood 2014.)

#include <cstdint>

namespace exmy::verify {

constexpr std::uint64_t scrambled(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

class Draw {
 public:
  Draw(std::uint64_t seed, std::uint64_t unit) : state_(scrambled(seed) + unit * 0x632be59bd9b4e019u) {}

  std::uint64_t bits() { return scrambled(state_ += 0x9e3779b97f4a7c15u); }
  /// 0 .. n - 1.
  std::uint64_t below(std::uint64_t n) { return bits() % n; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  /// -n .. n.
  int around_zero(int n) { return static_cast<int>(below(static_cast<std::uint64_t>(2 * n + 1))) - n; }

 private:
  std::uint64_t state_;
};

}  // namespace exmy::verify
