#include "sim/run/weights_file.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include "formats/catalog.hpp"
#include "formats/codec.hpp"
#include "sim/base/text.hpp"
#include "sim/ops/projector.hpp"

namespace exmy {
namespace {

bool is_kernel(const Shape& shape) { return shape.size() == 4; }

/// [O][H][W][I] as [O][I][H][W].
Shape framework_shape(const Shape& s) { return is_kernel(s) ? Shape{s[0], s[3], s[1], s[2]} : s; }

/// f(index here, index there) for every element; `s` is the shape here.
template <class F>
void each_element(const Shape& s, const F& f) {
  const std::size_t taps = s[1] * s[2], inputs = s[3];
  for (std::size_t o = 0; o < s[0]; ++o)
    for (std::size_t t = 0; t < taps; ++t)
      for (std::size_t c = 0; c < inputs; ++c) f((o * taps + t) * inputs + c, (o * inputs + c) * taps + t);
}

template <class V>
double number_at(const char* bytes) {
  V value{};
  std::memcpy(&value, bytes, sizeof(V));
  return static_cast<double>(value);
}

double number_stored(const std::string& dtype, const char* bytes) {
  if (dtype == "F64") return number_at<double>(bytes);
  if (dtype == "F32") return number_at<float>(bytes);
  std::uint16_t code = 0;
  std::memcpy(&code, bytes, sizeof(code));
  return decode(format_of(dtype == "F16" ? "fp16" : "bf16"), code);
}

/// What hinders an array from being a tensor of `shape`; empty if nothing does.
std::string misfit(const StoredArray& array, const Shape& shape) {
  constexpr const char* dtypes[] = {"F64", "F32", "F16", "BF16"};
  if (std::find(std::begin(dtypes), std::end(dtypes), array.dtype) == std::end(dtypes))
    return "has dtype " + array.dtype + ", wanted F64, F32, F16 or BF16";
  const Shape got(array.shape.begin(), array.shape.end());
  if (got != shape) return "has shape " + to_string(got) + ", wanted " + to_string(shape);
  return "";
}

Tensor<double> numbers_of(const StoredArray& array, const Shape& shape) {
  Tensor<double> x(shape, Format{11, 52, 1023});
  const std::size_t width = bytes_of_dtype(array.dtype);
  const auto number = [&](std::size_t i) {
    return number_stored(array.dtype, array.bytes.data() + i * width);
  };
  if (is_kernel(shape))
    each_element(shape, [&](std::size_t here, std::size_t there) { x.data[here] = number(there); });
  else
    for (std::size_t i = 0; i < x.size(); ++i) x.data[i] = number(i);
  return x;
}

[[noreturn]] void no_tensor(const std::string& name) {
  throw std::logic_error("weights are tensors, but not " + name);
}

}  // namespace

template <class T>
void WeightsWriter<T>::tensor(const std::string& name, Tensor<T>& value) {
  if (!is_kernel(value.shape)) return ArchiveWriter<T>::tensor(name, value);
  Tensor<T> theirs(framework_shape(value.shape), value.format);
  each_element(value.shape,
               [&](std::size_t here, std::size_t there) { theirs.data[there] = value.data[here]; });
  ArchiveWriter<T>::tensor(name, theirs);
}

template <class T>
void WeightsReader<T>::tensor(const std::string& name, Tensor<T>& value) {
  asked_.push_back(name);
  const auto found = stored_->arrays.find(name);
  const std::string problem =
      found == stored_->arrays.end() ? "is missing" : misfit(found->second, framework_shape(value.shape));
  if (!problem.empty()) {
    problems_.push_back("the tensor \"" + printable(name) + "\" " + problem);
    return;
  }
  const std::size_t dot = name.rfind('.');
  value = project_numbers<T>(*context_, name.substr(0, dot), "init." + name.substr(dot + 1), role_,
                             numbers_of(found->second, value.shape));
}

template <class T>
void WeightsReader<T>::finish() const {
  std::vector<std::string> all = problems_;
  for (const auto& [name, array] : stored_->arrays)
    if (std::find(asked_.begin(), asked_.end(), name) == asked_.end() &&
        !name.ends_with("num_batches_tracked"))
      all.push_back("the network has no tensor \"" + printable(name) + "\" of shape " +
                    to_string(Shape(array.shape.begin(), array.shape.end())));
  if (!all.empty()) throw WeightsMisfit(std::move(all));
}

template <class T>
void WeightsReader<T>::integer(const std::string& name, std::uint64_t&) {
  no_tensor(name);
}
template <class T>
void WeightsReader<T>::real(const std::string& name, double&) {
  no_tensor(name);
}
template <class T>
void WeightsReader<T>::integers(const std::string& name, std::vector<std::uint64_t>&) {
  no_tensor(name);
}
template <class T>
void WeightsReader<T>::reals(const std::string& name, std::vector<double>&) {
  no_tensor(name);
}
template <class T>
void WeightsReader<T>::text(const std::string& name, std::string&) {
  no_tensor(name);
}

template class WeightsWriter<float>;
template class WeightsWriter<double>;
template class WeightsReader<float>;
template class WeightsReader<double>;

}  // namespace exmy
