#include "sim/compare/report_members.hpp"

#include <algorithm>

#include "sim/base/error.hpp"
#include "sim/base/text.hpp"

namespace exmy {
namespace {

constexpr int most_levels = 64;

/// Walks over one object of JSON text, member by member.
class Members {
 public:
  Members(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  Json select(const std::set<std::string>& names) {
    Json found = Json::object();
    expect('{');
    if (peek() != '}') do {
        const std::string_view quoted = value();
        if (quoted.front() != '"') fail();
        const std::string name(quoted.substr(1, quoted.size() - 2));
        expect(':');
        const std::string_view content = value();
        if (names.contains(name)) found[name] = parsed(content);
      } while (accept(','));
    expect('}');
    peek();
    if (at_ < text_.size()) fail();
    return found;
  }

 private:
  /// The next character that is no space; 0 at the end.
  char peek() {
    at_ = std::min(text_.find_first_not_of(" \n\r\t", at_), text_.size());
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool accept(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail();
  }

  /// The text of one value.
  std::string_view value() {
    const char first = peek();
    const std::size_t begin = at_;
    if (first == '"') {
      string();
      ++at_;
    } else if (first == '{' || first == '[') {
      brackets();
    } else {
      at_ = std::min(text_.find_first_of(",:{}[]\" \n\r\t", at_), text_.size());
    }
    if (at_ == begin) fail();
    return text_.substr(begin, at_ - begin);
  }

  void brackets() {
    int level = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') string();
      if (c == '{' || c == '[') ++level;
      if (level > most_levels) fail();
      if ((c == '}' || c == ']') && --level == 0) {
        ++at_;
        return;
      }
    }
    fail();
  }

  /// From the quote that opens a string to the one that closes it.
  void string() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_)
      if (text_[at_] == '\\') ++at_;
    if (at_ >= text_.size()) fail();
  }

  Json parsed(std::string_view content) {
    Json value = Json::parse(content, nullptr, false);
    if (value.is_discarded()) fail();
    return value;
  }

  [[noreturn]] void fail() const {
    throw CorruptFile(printable(file_) + ": not JSON, or cut off (byte " +
                      std::to_string(std::min(at_, text_.size())) + ")");
  }

  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0;
};

}  // namespace

Json members_of(std::string_view text, const std::set<std::string>& names, const std::string& file) {
  return Members(text, file).select(names);
}

}  // namespace exmy
