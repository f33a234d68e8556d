#pragma once
// The numbers of a tensor: an array that begins with a cache line, so that no vector of 64 bytes crosses two.

#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

namespace exmy {

/// Whether the address sanitizer looks at each access.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool addresses_are_checked = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr bool addresses_are_checked = true;
#else
inline constexpr bool addresses_are_checked = false;
#endif
#else
inline constexpr bool addresses_are_checked = false;
#endif

/// Memory from a multiple of 64 bytes on. Over operator new for less alignment, which finds small blocks sooner than the one
/// for more; the place of the block stands before them. (Not for the sanitizer, which would take the rest of a block for
/// numbers.)
template <class T>
struct LineAllocator {
  using value_type = T;
  static constexpr std::size_t line = 64;
  static_assert(__STDCPP_DEFAULT_NEW_ALIGNMENT__ >= sizeof(void*) && line % alignof(T) == 0);

  LineAllocator() = default;
  template <class U>
  LineAllocator(const LineAllocator<U>&) noexcept {}  // implicit, as allocators are

  T* allocate(std::size_t n) {
    if (n > (~std::size_t{0} - line) / sizeof(T)) throw std::bad_array_new_length();
    if constexpr (addresses_are_checked)
      return static_cast<T*>(::operator new (n * sizeof(T), std::align_val_t{line}));
    void* const block = ::operator new(n * sizeof(T) + line);
    void** const first =
        reinterpret_cast<void**>((reinterpret_cast<std::uintptr_t>(block) / line + 1) * line);
    first[-1] = block;
    return reinterpret_cast<T*>(first);
  }
  void deallocate(T* first, std::size_t) {
    if constexpr (addresses_are_checked) return ::operator delete (first, std::align_val_t{line});
    ::operator delete(reinterpret_cast<void**>(first)[-1]);
  }

  friend bool operator==(const LineAllocator&, const LineAllocator&) { return true; }
};

template <class T>
using Elements = std::vector<T, LineAllocator<T>>;

}  // namespace exmy
