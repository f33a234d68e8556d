#include "sim/base/json_scan.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "sim/base/pointer.hpp"
#include "sim/base/suggest.hpp"
#include "sim/base/text.hpp"

namespace exmy {
namespace {

// Recursive descent over the text. Numbers and strings with escapes are cut out here and decoded by nlohmann.
class Scanner {
 public:
  Scanner(std::string_view text, const std::string& file)
      : text_(text), file_(std::make_shared<const std::string>(file)) {}

  ScannedJson run();

 private:
  struct Stop {};  // thrown after the problem that makes it pointless to go on

  void check_encoding();
  Json value(Places& places);
  Json object(Places& places);
  void member(Json& object, Places& places);
  Json array(Places& places);
  std::string string();
  Json word();
  Json number(std::string_view digits, const Place& at);

  char peek() const { return at_end() ? '\0' : text_[position_]; }
  bool at_end() const { return position_ == text_.size(); }
  void take();
  bool accept(char c);
  void skip_space();
  void enter();
  bool another(char close);

  Place here() const { return {file_, line_, column_}; }
  std::string pointer() const { return pointer_to(path_); }
  void add(std::string_view code, const Place& at, const std::string& message);
  [[noreturn]] void fail(std::string_view code, const Place& at, const std::string& message);
  [[noreturn]] void expected(const std::string& what);

  std::string_view text_;
  std::shared_ptr<const std::string> file_;
  std::size_t position_ = 0;
  int line_ = 1;
  int column_ = 1;
  int depth_ = 0;
  int values_ = 0;
  std::vector<std::string> path_;
  std::vector<Problem> problems_;
};

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_word(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return letter || is_digit(c) || c == '+' || c == '-' || c == '.' || c == '_';
}

bool is_not_finite(std::string_view word) {
  if (word.starts_with('+') || word.starts_with('-')) word.remove_prefix(1);
  constexpr std::array names{"NaN", "nan", "NAN", "Infinity", "infinity", "inf", "Inf", "INF"};
  return std::find(names.begin(), names.end(), word) != names.end();
}

ScannedJson Scanner::run() {
  Json result;
  Places places;
  try {
    check_encoding();
    result = value(places);
    skip_space();
    if (!at_end()) fail(codes::syntax, here(), "text after the end of the JSON value");
  } catch (const Stop&) {  // the problem is in the list
  }
  return {std::move(result), std::move(places), std::move(problems_)};
}

void Scanner::check_encoding() {
  if (text_.size() > json_limits::bytes) fail(codes::file_too_large, {file_, 0, 0}, "larger than 16 MiB");
  if (text_.starts_with("\xef\xbb\xbf")) fail(codes::not_utf8, here(), "a byte order mark before the text");
  const auto bad = invalid_utf8_at(text_);
  if (!bad) return;
  while (position_ < *bad) take();
  fail(codes::not_utf8, here(), "a byte that is not UTF-8");
}

Json Scanner::value(Places& places) {
  skip_space();
  places.value = here();
  if (++values_ > json_limits::values) fail(codes::too_deep, here(), "more than 1,000,000 values");
  if (peek() == '{') return object(places);
  if (peek() == '[') return array(places);
  if (peek() == '"') return string();
  return word();
}

Json Scanner::object(Places& places) {
  Json result = Json::object();
  enter();
  if (!accept('}')) {
    do {
      member(result, places);
    } while (another('}'));
  }
  --depth_;
  return result;
}

void Scanner::member(Json& object, Places& places) {
  skip_space();
  const Place at = here();
  if (peek() != '"') expected("a key in double quotes");
  const std::string key = string();
  path_.push_back(key);
  skip_space();
  if (!accept(':')) expected("':' after the key");
  const auto earlier = places.children.find(key);
  const bool is_new = earlier == places.children.end();
  if (!is_new) {
    const std::string first = "first in line " + std::to_string(earlier->second.key.line);
    add(codes::duplicate_key, at, "the key " + in_quotes(key) + " appears twice (" + first + ')');
  }
  Places child{{}, at, {}};
  Json read = value(child);
  if (is_new) {
    object[key] = std::move(read);
    places.children.emplace(key, std::move(child));
  }
  path_.pop_back();
}

Json Scanner::array(Places& places) {
  Json result = Json::array();
  enter();
  if (!accept(']')) {
    do {
      path_.push_back(std::to_string(result.size()));
      Places child;
      result.push_back(value(child));
      places.children.emplace(path_.back(), std::move(child));
      path_.pop_back();
    } while (another(']'));
  }
  --depth_;
  return result;
}

std::string Scanner::string() {
  const Place at = here();
  const std::size_t begin = position_;
  bool has_escapes = false;
  for (take(); peek() != '"'; take()) {
    if (at_end()) fail(codes::syntax, at, "a string without its closing quote");
    if (static_cast<unsigned char>(peek()) < 0x20) {
      fail(codes::syntax, here(), "a line end or control character inside a string");
    }
    if (peek() != '\\') continue;
    has_escapes = true;
    take();
  }
  take();
  const std::string_view token = text_.substr(begin, position_ - begin);
  if (!has_escapes) return std::string(token.substr(1, token.size() - 2));
  const Json decoded = Json::parse(token, nullptr, false);
  if (decoded.is_discarded()) fail(codes::syntax, at, "a string with an escape that JSON does not know");
  return decoded.get<std::string>();
}

Json Scanner::word() {
  const Place at = here();
  const std::size_t begin = position_;
  while (is_word(peek())) take();
  const std::string_view word = text_.substr(begin, position_ - begin);
  if (word.empty()) expected("a value");
  if (word == "true" || word == "false") return word == "true";
  if (word == "null") return nullptr;
  if (is_not_finite(word)) {
    add(codes::not_finite, at, std::string(word) + " is not a JSON number");
    return nullptr;
  }
  if (is_digit(word[0]) || word[0] == '-' || word[0] == '+' || word[0] == '.') return number(word, at);
  const std::string hint = did_you_mean(word, {"true", "false", "null"});
  fail(codes::syntax, at, "a text needs double quotes: " + printable(word, 60) + ' ' + hint);
}

Json Scanner::number(std::string_view digits, const Place& at) {
  if (digits == "-0") return -0.0;  // nlohmann reads the integer 0, and the sign would be lost
  try {
    return Json::parse(digits);
  } catch (const Json::out_of_range&) {
    add(codes::number_overflow, at, printable(digits, 60) + " is too large for a binary64 number");
    return nullptr;
  } catch (const Json::parse_error&) {
    fail(codes::syntax, at, printable(digits, 60) + " is not a JSON number");
  }
}

// Over one character: columns count characters, so the later bytes of a sequence do not move them.
void Scanner::take() {
  if (at_end()) return;
  const auto byte = static_cast<unsigned char>(text_[position_++]);
  if (byte == '\n') {
    ++line_;
    column_ = 1;
  } else if ((byte & 0xc0U) != 0x80U) {
    ++column_;
  }
}

bool Scanner::accept(char c) {
  if (at_end() || peek() != c) return false;
  take();
  return true;
}

void Scanner::skip_space() {
  while (is_space(peek())) take();
}

void Scanner::enter() {
  if (++depth_ > json_limits::depth) fail(codes::too_deep, here(), "more than 64 levels of nesting");
  take();
  skip_space();
}

// After an element: a comma and something after it, or the closing bracket.
bool Scanner::another(char close) {
  skip_space();
  const Place at = here();
  if (accept(close)) return false;
  if (!accept(',')) expected(std::string("',' or '") + close + '\'');
  skip_space();
  if (peek() == close) fail(codes::syntax, at, "a comma after the last element");
  return true;
}

void Scanner::add(std::string_view code, const Place& at, const std::string& message) {
  problems_.push_back({std::string(code), {*at.file, at.line, at.column}, pointer(), message});
  if (problems_.size() == json_limits::problems) throw Stop{};
}

void Scanner::fail(std::string_view code, const Place& at, const std::string& message) {
  add(code, at, message);
  throw Stop{};
}

void Scanner::expected(const std::string& what) {
  const std::string_view rest = text_.substr(position_);
  const std::string got = at_end() ? "the end of the text" : in_quotes(rest.substr(0, utf8_length(rest)));
  const bool comment = peek() == '/' || peek() == '#';
  fail(codes::syntax, here(),
       "expected " + what + ", got " + got + (comment ? " (JSON has no comments)" : ""));
}

}  // namespace

ScannedJson scan_json(std::string_view text, const std::string& file) { return Scanner(text, file).run(); }

}  // namespace exmy
