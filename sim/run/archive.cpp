#include "sim/run/archive.hpp"

#include <bit>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <type_traits>

#include "sim/base/error.hpp"

namespace exmy {
namespace {

static_assert(std::endian::native == std::endian::little, "stored arrays are little-endian");

template <class Values>
std::string bytes_of(const Values& values) {
  std::string bytes(values.size() * sizeof(values[0]), '\0');
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

template <class Values>
Values values_of(const std::string& bytes) {
  constexpr std::size_t size = sizeof(typename Values::value_type);
  Values values(bytes.size() / size);
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * size);
  return values;
}

template <class T>
const char* dtype_of() {
  return std::is_same_v<T, float> ? "F32" : "F64";
}

std::string format_text(const Format& f) {
  std::ostringstream out;
  out << f.exponent_bits << ' ' << f.mantissa_bits << ' ' << f.bias << ' ' << f.is_signed << ' '
      << f.negative_zero << ' ' << f.zero << ' ' << static_cast<int>(f.subnormals) << ' ' << f.infinities
      << ' ' << static_cast<int>(f.nan) << ' ' << static_cast<int>(f.semantics);
  return out.str();
}

/// False if the text is not what format_text makes of an admissible format.
bool read_format(const std::string& text, Format& f) {
  std::istringstream in(text);
  int subnormals = 0;
  int nan = 0;
  int semantics = 0;
  in >> f.exponent_bits >> f.mantissa_bits >> f.bias >> f.is_signed >> f.negative_zero >> f.zero >>
      subnormals >> f.infinities >> nan >> semantics;
  f.subnormals = static_cast<Subnormals>(subnormals);
  f.nan = static_cast<NanCodes>(nan);
  f.semantics = static_cast<Semantics>(semantics);
  return !in.fail() && format_text(f) == text && problem_of(f).empty();
}

std::vector<std::uint64_t> stored_shape(const Shape& shape) { return {shape.begin(), shape.end()}; }

}  // namespace

template <class T>
void ArchiveWriter<T>::add(const std::string& name, StoredArray array) {
  if (!stored_.arrays.emplace(name, std::move(array)).second)
    throw std::logic_error("two parts of the state have the name " + name);
}

template <class T>
void ArchiveWriter<T>::tensor(const std::string& name, Tensor<T>& value) {
  add(name, {dtype_of<T>(), stored_shape(value.shape), bytes_of(value.data)});
  stored_.metadata["format " + name] = format_text(value.format);
}

template <class T>
void ArchiveWriter<T>::integer(const std::string& name, std::uint64_t& value) {
  add(name, {"U64", {}, bytes_of(std::vector{value})});
}

template <class T>
void ArchiveWriter<T>::real(const std::string& name, double& value) {
  add(name, {"F64", {}, bytes_of(std::vector{value})});
}

template <class T>
void ArchiveWriter<T>::integers(const std::string& name, std::vector<std::uint64_t>& values) {
  add(name, {"U64", {values.size()}, bytes_of(values)});
}

template <class T>
void ArchiveWriter<T>::reals(const std::string& name, std::vector<double>& values) {
  add(name, {"F64", {values.size()}, bytes_of(values)});
}

template <class T>
void ArchiveWriter<T>::text(const std::string& name, std::string& value) {
  add(name, {"U8", {value.size()}, value});
}

template <class T>
void ArchiveReader<T>::fail(const std::string& reason) const {
  throw CorruptFile(file_ + ": " + reason);
}

template <class T>
const StoredArray& ArchiveReader<T>::find(const std::string& name, const std::string& dtype) {
  const auto found = stored_->arrays.find(name);
  if (found == stored_->arrays.end()) fail("no array \"" + name + "\"");
  if (found->second.dtype != dtype)
    fail("array \"" + name + "\" has dtype " + found->second.dtype + ", expected " + dtype);
  ++found_;
  return found->second;
}

template <class T>
void ArchiveReader<T>::tensor(const std::string& name, Tensor<T>& value) {
  const StoredArray& array = find(name, dtype_of<T>());
  if (array.shape != stored_shape(value.shape)) fail("array \"" + name + "\" has another shape");
  const auto format = stored_->metadata.find("format " + name);
  if (format == stored_->metadata.end() || !read_format(format->second, value.format))
    fail("array \"" + name + "\" has no format");
  value.data = values_of<Elements<T>>(array.bytes);
}

template <class T>
void ArchiveReader<T>::integer(const std::string& name, std::uint64_t& value) {
  const StoredArray& array = find(name, "U64");
  if (!array.shape.empty()) fail("array \"" + name + "\" is a list, expected one number");
  value = values_of<std::vector<std::uint64_t>>(array.bytes).at(0);
}

template <class T>
void ArchiveReader<T>::real(const std::string& name, double& value) {
  const StoredArray& array = find(name, "F64");
  if (!array.shape.empty()) fail("array \"" + name + "\" is a list, expected one number");
  value = values_of<std::vector<double>>(array.bytes).at(0);
}

template <class T>
void ArchiveReader<T>::integers(const std::string& name, std::vector<std::uint64_t>& values) {
  values = values_of<std::vector<std::uint64_t>>(find(name, "U64").bytes);
}

template <class T>
void ArchiveReader<T>::reals(const std::string& name, std::vector<double>& values) {
  values = values_of<std::vector<double>>(find(name, "F64").bytes);
}

template <class T>
void ArchiveReader<T>::text(const std::string& name, std::string& value) {
  value = find(name, "U8").bytes;
}

template <class T>
void ArchiveReader<T>::finish() const {
  if (found_ != stored_->arrays.size()) fail("it holds arrays that do not belong to this run");
}

template class ArchiveWriter<float>;
template class ArchiveWriter<double>;
template class ArchiveReader<float>;
template class ArchiveReader<double>;

}  // namespace exmy
