#include "sim/tools/npy_header.hpp"

#include <limits>
#include <optional>

#include "sim/base/error.hpp"
#include "sim/base/text.hpp"

namespace exmy {
namespace {

class HeaderReader {
 public:
  HeaderReader(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  ArrayLayout read() {
    expect('{');
    while (!accept('}')) {
      read_pair();
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    if (skip_blanks(); !text_.empty()) fail("text after the dictionary");
    if (!type_ || !order_ || !shape_) fail("one of descr, fortran_order and shape is missing");
    return {*shape_, *order_, *type_};
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw UsageError(printable(name_) + ": the header of the .npy file is malformed: " + what);
  }
  void skip_blanks() {
    while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\n')) text_.remove_prefix(1);
  }
  bool accept(char c) {
    skip_blanks();
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail(std::string("\"") + c + "\" expected, found " + in_quotes(text_.substr(0, 20)));
  }
  bool accept_word(std::string_view word) {
    skip_blanks();
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  std::string read_string() {
    const char quote = accept('"') ? '"' : '\'';
    if (quote == '\'') expect('\'');
    const std::size_t end = text_.find(quote);
    if (end == std::string_view::npos) fail("a string without its end");
    const std::string word(text_.substr(0, end));
    text_.remove_prefix(end + 1);
    return word;
  }
  template <class T>
  void set_once(std::optional<T>& target, const std::string& key, T value) {
    if (target) fail("key " + in_quotes(key) + " appears twice");
    target = std::move(value);
  }
  void read_pair() {
    const std::string key = read_string();
    expect(':');
    if (key == "descr")
      set_once(type_, key, read_type());
    else if (key == "fortran_order")
      set_once(order_, key, read_truth());
    else if (key == "shape")
      set_once(shape_, key, read_shape());
    else
      fail("unknown key " + in_quotes(key));
  }
  std::string read_type() {
    if (accept('[')) throw UsageError(printable(name_) + ": the array holds records, not numbers");
    return read_string();
  }
  bool read_truth() {
    if (accept_word("True")) return true;
    if (!accept_word("False")) fail("fortran_order is neither True nor False");
    return false;
  }
  std::vector<std::uint64_t> read_shape() {
    std::vector<std::uint64_t> shape;
    expect('(');
    while (!accept(')')) {
      shape.push_back(read_size());
      if (accept(',')) continue;
      if (shape.size() == 1) fail("a shape of one number needs a comma");
      expect(')');
      break;
    }
    return shape;
  }
  std::uint64_t read_size() {
    skip_blanks();
    std::uint64_t size = 0;
    if (text_.empty() || text_.front() < '0' || text_.front() > '9') fail("the shape is no tuple of sizes");
    while (!text_.empty() && text_.front() >= '0' && text_.front() <= '9') {
      if (size > std::numeric_limits<std::uint32_t>::max() * std::uint64_t{1'000'000})
        fail("a size is too large");
      size = size * 10 + static_cast<std::uint64_t>(text_.front() - '0');
      text_.remove_prefix(1);
    }
    return size;
  }

  std::string_view text_;
  const std::string& name_;
  std::optional<std::string> type_;
  std::optional<bool> order_;
  std::optional<std::vector<std::uint64_t>> shape_;
};

}  // namespace

ArrayLayout read_header(std::string_view text, const std::string& name) {
  return HeaderReader(text, name).read();
}

std::string written_header(const ArrayLayout& layout) {
  std::string shape;
  for (const std::uint64_t size : layout.shape) shape += std::to_string(size) + ", ";
  if (shape.size() > 2) shape.erase(shape.size() - (layout.shape.size() == 1 ? 1 : 2));
  std::string text = "{'descr': '" + layout.type +
                     "', 'fortran_order': " + (layout.fortran_order ? "True" : "False") + ", 'shape': (" +
                     shape + "), }";
  constexpr std::size_t prefix = 10;  // magic, version, length
  text += std::string(63 - (prefix + text.size()) % 64, ' ') + '\n';
  std::string out("\x93NUMPY\x01\x00", 8);
  out += static_cast<char>(text.size() & 255);
  out += static_cast<char>(text.size() >> 8);
  return out + text;
}

}  // namespace exmy
