#pragma once
// A text as a stream of tokens; samples are windows of it.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace exmy {

enum class TokenObjective : std::uint8_t {
  next,   ///< the label of each position is the token after it
  masked  ///< some tokens are hidden and are the labels; the other positions have none
};

/// What a token is: a byte, or a character of UTF-8.
enum class TextUnit : std::uint8_t { bytes, characters };
inline constexpr std::array<std::string_view, 2> text_unit_names{"bytes", "characters"};
constexpr std::string_view name_of(TextUnit unit) { return text_unit_names[static_cast<std::size_t>(unit)]; }

/// The tokens of all windows, kept once. Window i of the training part begins at token i stride; of the validation part,
/// which begins at token `validation_begin`, at i stride from there.
struct TokenWindows {
  std::vector<std::uint16_t> ids;    ///< 0 .. vocabulary_count - 1
  std::size_t vocabulary_count = 0;  ///< `masked`: vocabulary_count itself is the token that hides
  std::vector<std::uint32_t> codes;  ///< of the vocabulary: the byte or code point of each id, ascending
  TextUnit unit = TextUnit::bytes;
  std::size_t length = 0;  ///< T; 0: the data set has no tokens
  std::size_t stride = 1;
  std::size_t validation_begin = 0;
  TokenObjective objective = TokenObjective::next;

  /// Tokens that a window needs: with the label of its last position.
  std::size_t needed() const { return length + (objective == TokenObjective::next ? 1 : 0); }
  /// How many windows `count` tokens hold.
  std::size_t windows_in(std::size_t count) const {
    return count < needed() ? 0 : (count - needed()) / stride + 1;
  }
  /// The first token of a sample.
  std::size_t begin(std::size_t sample, std::size_t train_count) const {
    return sample < train_count ? sample * stride : validation_begin + (sample - train_count) * stride;
  }
};

}  // namespace exmy
