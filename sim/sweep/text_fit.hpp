#pragma once
// Text in columns of a terminal: how wide it is, and how it is made to fit.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace exmy {

/// Columns that UTF-8 text takes: two for a wide character, none for a combining one, one for what is not printable.
std::size_t columns_of(std::string_view text);

/// The text itself if it fits, else its beginning and its end (where names tell each other apart) around "..".
std::string shortened_to(const std::string& text, std::size_t columns);

/// The text itself if it fits, else its beginning and "..".
std::string cut_to(const std::string& text, std::size_t columns);

/// Exactly so wide: shortened, or filled with spaces at the end (`right`: at the beginning).
std::string fitted_to(const std::string& text, std::size_t columns, bool right = false);

/// Words in lines of at most `columns`; a longer word stays whole.
std::vector<std::string> wrapped_to(const std::string& text, std::size_t columns);

/// "0:07", "12:30", "3:07:12", "2 d 4 h"; "?" for nothing.
std::string duration_text(const std::optional<double>& seconds);

/// Four digits behind the point, or "NaN", "inf", or three digits and an exponent; "" for nothing.
std::string loss_text(const std::optional<double>& loss);

}  // namespace exmy
