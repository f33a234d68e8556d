#pragma once
// The numbers of a tensor: an array that begins with a cache line, so that no vector of 64 bytes crosses two.

#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

namespace exmy {

/// Memory from a multiple of 64 bytes on. Over operator new for less alignment, which finds small blocks sooner than the one
/// for more; the place of the block stands before them.
template <class T>
struct LineAllocator {
  using value_type = T;
  static constexpr std::size_t line = 64;

  LineAllocator() = default;
  template <class U>
  LineAllocator(const LineAllocator<U>&) {}  // NOLINT(google-explicit-constructor): what allocators want

  T* allocate(std::size_t n) {
    if (n > (~std::size_t{0} - line) / sizeof(T)) throw std::bad_array_new_length();
    void* const block = ::operator new(n * sizeof(T) + line);
    void** const first =
        reinterpret_cast<void**>((reinterpret_cast<std::uintptr_t>(block) / line + 1) * line);
    first[-1] = block;  // operator new aligns to 16 bytes: there is room
    return reinterpret_cast<T*>(first);
  }
  void deallocate(T* first, std::size_t) { ::operator delete(reinterpret_cast<void**>(first)[-1]); }

  friend bool operator==(const LineAllocator&, const LineAllocator&) { return true; }
};

template <class T>
using Elements = std::vector<T, LineAllocator<T>>;

}  // namespace exmy
