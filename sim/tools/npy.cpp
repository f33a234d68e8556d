#include "sim/tools/npy.hpp"

#include <bit>
#include <limits>
#include <optional>

#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "formats/codec.hpp"
#include "sim/base/error.hpp"
#include "sim/base/files.hpp"
#include "sim/base/text.hpp"
#include "sim/tools/npy_header.hpp"

namespace exmy {
namespace {

constexpr std::size_t largest_file = std::size_t{1} << 38;

[[noreturn]] void fail(const std::string& name, const std::string& what) {
  throw UsageError(printable(name) + ": " + what);
}

/// `size` bytes as an unsigned integer.
std::uint64_t integer_at(std::string_view bytes, std::size_t size, bool big_endian) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t from_top = big_endian ? i : size - 1 - i;
    word = word << 8 | static_cast<unsigned char>(bytes[from_top]);
  }
  return word;
}

void append(std::string& out, std::uint64_t word, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) out += static_cast<char>((word >> (8 * i)) & 255);
}

std::size_t size_of_type(const std::string& type) { return static_cast<std::size_t>(type[2] - '0'); }

bool is_float(const std::string& type) {
  return type.size() == 3 && (type[0] == '<' || type[0] == '>' || type[0] == '=') && type[1] == 'f' &&
         (type[2] == '2' || type[2] == '4' || type[2] == '8');
}

void check_type(const std::string& type, const std::string& name) {
  if (is_float(type)) return;
  const std::string found =
      type.find('O') != std::string::npos ? "Python objects" : "values of type " + in_quotes(type);
  fail(name, "the array holds " + found + "; needed: float16, float32 or float64 (<f2, <f4, <f8, >f2 ...)");
}

/// Cuts the preamble and the header off.
ArrayLayout layout_of(std::string_view& bytes, const std::string& name) {
  constexpr std::string_view magic = "\x93NUMPY";
  if (!bytes.starts_with(magic)) fail(name, "not an .npy file (it does not begin as one)");
  if (bytes.size() < 8) fail(name, "the header is truncated");
  const int major = static_cast<unsigned char>(bytes[6]), minor = static_cast<unsigned char>(bytes[7]);
  if (major < 1 || major > 3 || minor != 0)
    fail(name, "version " + std::to_string(major) + "." + std::to_string(minor) +
                   " of the .npy format is not known (known: 1.0, 2.0, 3.0)");
  const std::size_t length_size = major == 1 ? 2 : 4, begin = 8 + length_size;
  if (bytes.size() < begin) fail(name, "the header is truncated");
  const std::uint64_t length = integer_at(bytes.substr(8), length_size, false);
  if (bytes.size() - begin < length)
    fail(name, "the header is truncated: " + std::to_string(length) + " bytes announced, " +
                   std::to_string(bytes.size() - begin) + " there");
  const ArrayLayout layout = read_header(bytes.substr(begin, length), name);
  bytes.remove_prefix(begin + length);
  return layout;
}

/// Number of elements, or nothing if no file could hold them.
std::optional<std::uint64_t> elements_of(const ArrayLayout& layout) {
  std::uint64_t count = 1;
  for (const std::uint64_t size : layout.shape) {
    if (size != 0 && count > largest_file / size)
      count = largest_file + 1;  // a later 0 makes it 0
    else
      count *= size;
  }
  return count > largest_file ? std::nullopt : std::optional(count);
}

double value_at(const Format& format, std::uint64_t word, std::size_t size) {
  if (size == 2) return decode(format, word);
  const double x = size == 4 ? static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(word)))
                             : std::bit_cast<double>(word);
  return is_nan(x) ? nan64 : x;
}

}  // namespace

std::uint64_t ArrayLayout::row_major(std::uint64_t position) const {
  if (!fortran_order) return position;
  std::uint64_t index = 0, stride = 1;
  for (const std::uint64_t size : shape) stride *= size;
  for (const std::uint64_t size : shape) {
    stride /= size;
    index += position % size * stride;
    position /= size;
  }
  return index;
}

Format format_of_type(const std::string& type) {
  check_type(type, "array");
  return format_of(type[2] == '2' ? "fp16" : type[2] == '4' ? "fp32" : "fp64");
}

FloatArray npy_of(std::string_view bytes, const std::string& name) {
  FloatArray array;
  array.layout = layout_of(bytes, name);
  check_type(array.layout.type, name);
  const auto count = elements_of(array.layout);
  const std::size_t size = size_of_type(array.layout.type);
  if (!count || *count * size != bytes.size())
    fail(name, "the data are " +
                   std::string(!count || *count * size > bytes.size() ? "truncated" : "too long") + ": " +
                   (count ? std::to_string(*count * size) : "more") + " bytes announced, " +
                   std::to_string(bytes.size()) + " there");
  const Format format = format_of_type(array.layout.type);
  const bool big_endian = array.layout.type[0] == '>';
  array.values.reserve(*count);
  for (std::size_t i = 0; i < *count; ++i)
    array.values.push_back(
        value_at(format, integer_at(bytes.substr(i * size, size), size, big_endian), size));
  return array;
}

FloatArray read_npy(const std::filesystem::path& path) {
  std::string bytes;
  try {
    bytes = read_file(path, largest_file);
  } catch (const IoError& error) {  // an input: the user's to repair
    throw UsageError(error.what());
  }
  return npy_of(bytes, path.string());
}

std::string npy_of_values(const ArrayLayout& layout, const std::vector<double>& values) {
  const Format format = format_of_type(layout.type);
  const std::size_t size = size_of_type(layout.type);
  std::string out = written_header(layout);
  out.reserve(out.size() + size * values.size());
  for (const double x : values) append(out, encode(format, x).value_or(0), size);
  return out;
}

std::string npy_of_codes(const ArrayLayout& layout, const std::vector<std::uint64_t>& codes) {
  const std::size_t size = size_of_type(layout.type);
  std::string out = written_header(layout);
  out.reserve(out.size() + size * codes.size());
  for (const std::uint64_t code : codes) append(out, code, size);
  return out;
}

}  // namespace exmy
