// The elements of tensors: where they lie, whatever becomes of the array.

#include <cstdint>
#include <new>
#include <stdexcept>
#include <utility>

#include "sim/tensor/elements.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;

template <class T>
bool begins_a_line(const Elements<T>& x) {
  return reinterpret_cast<std::uintptr_t>(x.data()) % 64 == 0;
}

template <class T>
void check_places() {
  for (std::size_t n = 1; n < 300; n += 7) {
    Elements<T> x(n, T{3}), copy = x, grown;
    for (std::size_t i = 0; i < n; ++i) grown.push_back(static_cast<T>(i));
    CHECK((begins_a_line(x) && begins_a_line(copy) && begins_a_line(grown)));
    CHECK((copy == x && grown.back() == static_cast<T>(n - 1)));
    const T* const place = x.data();
    Elements<T> moved = std::move(x);
    CHECK((moved.data() == place && moved == copy));
    moved.shrink_to_fit(), moved.resize(2 * n);
    CHECK((begins_a_line(moved) && moved[n - 1] == T{3} && moved[2 * n - 1] == T{0}));
  }
}

}  // namespace

TEST_CASE("elements begin with a cache line, also after copies, moves and growth") {
  check_places<float>();
  check_places<double>();
}

TEST_CASE("more elements than memory has bytes are refused") {
  LineAllocator<double> allocator;
  CHECK_THROWS_AS(allocator.allocate(~std::size_t{0} / sizeof(double)), std::bad_alloc);
  CHECK_THROWS_AS(Elements<float>(~std::size_t{0} / 2), std::length_error);
  CHECK((allocator == LineAllocator<double>(LineAllocator<float>())));
}
