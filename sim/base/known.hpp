#pragma once
// Lists and tables of the names that a configuration may use: plain names, rows {name, value} or {name, make,
// ...}, or a map from names to values.
#include <iterator>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace exmy {

/// A row of a table of names.
template <class T>
struct Named {
  std::string_view name;
  T value;
};

/// The name of a row, of a map's element, or of a plain name.
template <class Row>
std::string name_of(const Row& row) {
  if constexpr (std::is_convertible_v<const Row&, std::string_view>) {
    return std::string(std::string_view(row));
  } else if constexpr (requires { row.name; }) {
    return std::string(row.name);
  } else {
    return std::string(row.first);
  }
}

/// What the name stands for; a plain name stands for itself.
template <class Row>
auto value_of(const Row& row) {
  if constexpr (std::is_convertible_v<const Row&, std::string_view>) {
    return std::string(std::string_view(row));
  } else if constexpr (requires { row.value; }) {
    return row.value;
  } else {
    return row.second;
  }
}

template <class Known>
std::vector<std::string> names_of(const Known& known) {
  std::vector<std::string> names;
  for (const auto& row : known) names.push_back(name_of(row));
  return names;
}

template <class Known>
const auto& row_at(const Known& known, std::size_t index) {
  return *std::next(std::begin(known), static_cast<std::ptrdiff_t>(index));
}

/// The type of the values behind the names.
template <class Known>
using Choice = decltype(value_of(*std::begin(std::declval<const Known&>())));

}  // namespace exmy
