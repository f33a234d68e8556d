#pragma once
// A text as a stream of tokens; samples are windows of it.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace exmy {

enum class TokenObjective : std::uint8_t {
  next,   ///< the label of each position is the token after it
  masked  ///< some tokens are hidden and are the labels; the other positions have none
};

/// The tokens of all windows, kept once. Window i of the training part begins at token i stride; of the validation part,
/// which begins at token `validation_begin`, at i stride from there.
struct TokenWindows {
  std::vector<std::uint16_t> ids;    ///< 0 .. vocabulary_count - 1
  std::size_t vocabulary_count = 0;  ///< `masked`: vocabulary_count itself is the token that hides
  std::size_t length = 0;            ///< T; 0: the data set has no tokens
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
