#include "sim/base/pointer.hpp"

#include <charconv>
#include <cstdint>
#include <system_error>

namespace exmy {
namespace {

std::string unescaped(std::string_view token) {
  std::string text;
  for (std::size_t i = 0; i < token.size(); ++i) {
    const bool escape = token[i] == '~' && i + 1 < token.size();
    text += escape ? (token[++i] == '1' ? '/' : '~') : token[i];
  }
  return text;
}

}  // namespace

std::string pointer_to(std::string_view pointer, std::string_view token) {
  std::string result(pointer);
  result += '/';
  for (const char c : token) result += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return result;
}

std::string pointer_to(const std::vector<std::string>& tokens) {
  std::string pointer;
  for (const std::string& token : tokens) pointer = pointer_to(pointer, token);
  return pointer;
}

std::vector<std::string> pointer_tokens(std::string_view pointer) {
  std::vector<std::string> tokens;
  for (std::size_t slash = pointer.find('/'); slash != std::string_view::npos;) {
    const std::size_t next = pointer.find('/', slash + 1);
    tokens.push_back(unescaped(pointer.substr(slash + 1, next - slash - 1)));
    slash = next;
  }
  return tokens;
}

std::optional<std::size_t> array_index(std::string_view token) {
  std::uint32_t index = 0;
  const char* const end = token.data() + token.size();
  const auto [stop, error] = std::from_chars(token.data(), end, index);
  if (error != std::errc{} || stop != end || (token.size() > 1 && token[0] == '0')) return std::nullopt;
  return index;
}

}  // namespace exmy
