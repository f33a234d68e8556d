#pragma once
// JSON pointers (RFC 6901) as text: "" is the whole document, "/policy/1/format" a value inside.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace exmy {

/// `pointer` one step further down: "/" and the token, in which "~" is written "~0" and "/" "~1".
std::string pointer_to(std::string_view pointer, std::string_view token);

/// The pointer through all of these tokens, from the top.
std::string pointer_to(const std::vector<std::string>& tokens);

/// The tokens of a pointer, unescaped. Text before the first "/" is ignored.
std::vector<std::string> pointer_tokens(std::string_view pointer);

/// A token as an index of an array: decimal digits without a leading zero, below 2^32; else nothing.
std::optional<std::size_t> array_index(std::string_view token);

}  // namespace exmy
