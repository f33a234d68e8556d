#include "sim/sweep/text_fit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <cwchar>

#include <locale.h>

#include "sim/base/text.hpp"

namespace exmy {
namespace {

/// The calling thread reads UTF-8 as long as this lives, whatever its environment says.
class Utf8Locale {
 public:
  Utf8Locale() : before_(::uselocale(shared())) {}
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;
  ~Utf8Locale() { ::uselocale(before_); }

 private:
  /// Null where the system has no such locale; uselocale then changes nothing.
  static locale_t shared() {
    static const locale_t locale = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return locale;
  }
  locale_t before_;
};

struct Character {
  std::size_t bytes, columns;
};

/// Of each character; the locale is UTF-8 if there is one.
std::vector<Character> characters_of(std::string_view text) {
  const Utf8Locale utf8;
  std::vector<Character> all;
  for (std::size_t at = 0; at < text.size(); at += all.back().bytes) {
    const std::size_t bytes = std::max<std::size_t>(1, utf8_length(text.substr(at)));
    wchar_t wide = 0;
    std::mbstate_t state{};
    const std::size_t read = std::mbrtowc(&wide, text.data() + at, bytes, &state);
    const int columns = read == bytes ? ::wcwidth(wide) : 1;
    all.push_back({bytes, columns < 0 ? 1 : static_cast<std::size_t>(columns)});
  }
  return all;
}

/// Bytes of as many characters as fit, from the beginning of the range.
template <class Iterator>
std::size_t bytes_that_fit(Iterator begin, Iterator end, std::size_t columns) {
  std::size_t bytes = 0, used = 0;
  for (; begin != end && used + begin->columns <= columns; ++begin) {
    bytes += begin->bytes;
    used += begin->columns;
  }
  return bytes;
}

template <class... Args>
std::string formatted(const char* format, Args... args) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, args...);
  return text.data();
}

constexpr std::string_view gap = "..";

}  // namespace

std::size_t columns_of(std::string_view text) {
  std::size_t sum = 0;
  for (const Character& c : characters_of(text)) sum += c.columns;
  return sum;
}

std::string shortened_to(const std::string& text, std::size_t columns) {
  if (columns_of(text) <= columns) return text;
  const std::vector<Character> all = characters_of(text);
  if (columns < 2 * gap.size() + 2) return text.substr(0, bytes_that_fit(all.begin(), all.end(), columns));
  const std::size_t tail = (columns - gap.size()) / 2;
  const std::size_t head = columns - gap.size() - tail;
  return text.substr(0, bytes_that_fit(all.begin(), all.end(), head)) + std::string(gap) +
         text.substr(text.size() - bytes_that_fit(all.rbegin(), all.rend(), tail));
}

std::string cut_to(const std::string& text, std::size_t columns) {
  if (columns_of(text) <= columns) return text;
  const std::vector<Character> all = characters_of(text);
  const std::size_t end = columns > gap.size() ? gap.size() : 0;
  return text.substr(0, bytes_that_fit(all.begin(), all.end(), columns - end)) +
         std::string(gap.substr(0, end));
}

std::string fitted_to(const std::string& text, std::size_t columns, bool right) {
  std::string fitted = shortened_to(text, columns);
  const std::string space(columns - columns_of(fitted), ' ');
  return right ? space + fitted : fitted + space;
}

std::vector<std::string> wrapped_to(const std::string& text, std::size_t columns) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = text.find_first_not_of(' ', at);
    if (begin == std::string::npos) break;
    at = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, at - begin);
    if (!lines.empty() && columns_of(lines.back()) + 1 + columns_of(word) <= columns)
      lines.back() += " " + word;
    else
      lines.push_back(word);
  }
  return lines;
}

std::string duration_text(const std::optional<double>& seconds) {
  constexpr double longest = 999.0 * 86400;
  if (!seconds || !(*seconds >= 0)) return "?";
  const auto s = static_cast<long>(std::min(*seconds, longest) + 0.5);
  if (s < 3600) return formatted("%ld:%02ld", s / 60, s % 60);
  if (s < 86400) return formatted("%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
  return formatted("%ld d %ld h", s / 86400, s / 3600 % 24);
}

std::string loss_text(const std::optional<double>& loss) {
  constexpr double wide = 99999;
  if (!loss) return "";
  if (std::isnan(*loss)) return "NaN";
  return formatted(std::abs(*loss) > wide || (*loss != 0 && std::abs(*loss) < 0.001) ? "%.2e" : "%.4f",
                   *loss);
}

}  // namespace exmy
