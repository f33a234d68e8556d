#include "sim/nn/datasets/text.hpp"

#include <algorithm>
#include <map>

#include "sim/nn/datasets/data_file.hpp"

namespace exmy {
namespace {

constexpr std::size_t most_units = 65535, most_bad_places = 10;

/// A unit of a text and the byte where it begins.
struct Unit {
  std::uint32_t code;
  std::size_t bytes;  ///< 0: no UTF-8
};

constexpr std::uint32_t continuation = 0xC0, marker = 0x80;

/// The character at a byte, by RFC 3629: shortest form, no surrogates, up to U+10FFFF.
Unit character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  const std::uint32_t first = byte(at);
  if (first < 0x80) return {first, 1};
  const std::size_t n = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || at + n > text.size()) return {0, 0};
  std::uint32_t code = first & (0xFFu >> (n + 1));
  for (std::size_t i = 1; i < n; ++i) {
    if ((byte(at + i) & continuation) != marker) return {0, 0};
    code = code << 6 | (byte(at + i) & 0x3F);
  }
  constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool valid = code >= least[n] && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
  return valid ? Unit{code, n} : Unit{0, 0};
}

Unit unit_at(TextUnit kind, std::string_view text, std::size_t at) {
  return kind == TextUnit::bytes ? Unit{static_cast<unsigned char>(text[at]), 1} : character_at(text, at);
}

/// "byte 0x9f", "character U+20AC".
std::string name_of(TextUnit kind, std::uint32_t code) {
  constexpr std::string_view hex_digits = "0123456789ABCDEF";
  std::string hex;
  for (std::uint32_t rest = code; rest != 0 || hex.empty(); rest >>= 4)
    hex.insert(0, 1, hex_digits[rest & 15]);
  const std::size_t width = kind == TextUnit::bytes ? 2 : 4;
  hex.insert(0, width > hex.size() ? width - hex.size() : 0, '0');
  return (kind == TextUnit::bytes ? "byte 0x" : "character U+") + hex;
}

class TextReader {
 public:
  explicit TextReader(const TextSource& source) : source_(source) {}

  Dataset read() {
    Dataset data;
    data.files = {source_.path};
    const std::string text = read_data_file(source_.path);
    if (source_.vocabulary)
      learn(*source_.vocabulary, TextUnit::characters == source_.unit, "the vocabulary");
    else
      learn(text, source_.unit == TextUnit::characters, "the text");
    TokenWindows& tokens = data.tokens;
    tokens.objective = source_.objective;
    tokens.vocabulary_count = ids_.size();
    tokens.unit = source_.unit;
    for (const auto& [code, id] : ids_) tokens.codes.push_back(code);
    tokens.length = source_.context;
    tokens.stride = source_.stride.value_or(source_.context);
    if (problems_.empty()) translate(text, tokens.ids);
    if (problems_.empty() || outside_count_ > 0) split(data);
    problems_.throw_if_any();
    return data;
  }

 private:
  void problem(const std::string& text) { problems_.add("path", DataError::in_file(source_.path, text)); }

  /// What there is in `text`, sorted: ids follow.
  void learn(std::string_view text, bool characters, const std::string& what) {
    const TextUnit kind = characters ? TextUnit::characters : TextUnit::bytes;
    for (std::size_t at = 0; at < text.size();) {
      const Unit unit = unit_at(kind, text, at);
      if (unit.bytes == 0) return problem("byte " + std::to_string(at) + " of " + what + " is no UTF-8");
      ids_[unit.code] = 0;
      at += unit.bytes;
    }
    if (ids_.size() > most_units)
      problem(what + " has " + std::to_string(ids_.size()) + " different characters, wanted at most " +
              std::to_string(most_units));
    std::uint16_t id = 0;
    for (auto& [code, place] : ids_) place = id++;
  }

  struct Outside {
    std::size_t first, count;
  };

  void translate(std::string_view text, std::vector<std::uint16_t>& to) {
    std::map<std::uint32_t, Outside> outside;
    to.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
      const Unit unit = unit_at(source_.unit, text, at);
      if (unit.bytes == 0) return problem("byte " + std::to_string(at) + " of the text is no UTF-8");
      const auto found = ids_.find(unit.code);
      if (found == ids_.end()) ++outside.try_emplace(unit.code, Outside{at, 0}).first->second.count;
      to.push_back(found == ids_.end() ? std::uint16_t{0} : found->second);
      at += unit.bytes;
    }
    outside_count_ = outside.size();
    std::size_t told = 0;
    for (const auto& [code, place] : outside)
      if (++told <= most_bad_places)
        problem("byte " + std::to_string(place.first) + ": " + name_of(source_.unit, code) +
                " is not in the vocabulary (" + std::to_string(place.count) + " of them)");
    if (told > most_bad_places)
      problem(std::to_string(told - most_bad_places) + " more " +
              (source_.unit == TextUnit::bytes ? "bytes" : "characters") + " are not in the vocabulary");
  }

  void split(Dataset& data) {
    TokenWindows& tokens = data.tokens;
    const std::size_t count = tokens.ids.size();
    const auto validation =
        static_cast<std::size_t>(source_.validation_fraction * static_cast<double>(count));
    tokens.validation_begin = count - validation;
    data.train_count = tokens.windows_in(tokens.validation_begin);
    data.validation_count = tokens.windows_in(validation);
    check_part("training", tokens.validation_begin, data.train_count, tokens);
    if (validation > 0) check_part("validation", validation, data.validation_count, tokens);
    data.features_count = tokens.length;
    data.sample_shape = {tokens.length};
    data.classes_count =
        static_cast<int>(tokens.vocabulary_count + (tokens.objective == TokenObjective::masked ? 1 : 0));
  }

  void check_part(const std::string& part, std::size_t tokens, std::size_t windows, const TokenWindows& w) {
    if (windows > 0) return;
    problem("the " + part + " part has " + std::to_string(tokens) + " tokens, wanted at least the " +
            std::to_string(w.needed()) + " of a window");
  }

  const TextSource& source_;
  std::map<std::uint32_t, std::uint16_t> ids_;
  std::size_t outside_count_ = 0;
  DataProblems problems_;
};

}  // namespace

Dataset load_text(const TextSource& source) { return TextReader(source).read(); }

}  // namespace exmy
