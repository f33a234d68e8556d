#pragma once
// Text that came from outside: is it UTF-8, and how is it shown on a terminal without harm?
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace exmy {

/// Length in bytes of the UTF-8 sequence at the beginning of `text`; 0 if there is none (empty text, overlong
/// form, surrogate, beyond U+10FFFF, torn sequence). Source: Unicode 15, table 3-7.
std::size_t utf8_length(std::string_view text);

/// Offset of the first byte that is not UTF-8, or nothing.
std::optional<std::size_t> invalid_utf8_at(std::string_view text);

/// At most `limit` characters of `text`, "..." where it was cut; controls and invalid bytes become '?'.
std::string printable(std::string_view text, std::size_t limit = 200);

/// `text` as it appears inside messages: double quotes around it, printable, at most 60 characters.
std::string in_quotes(std::string_view text);

}  // namespace exmy
