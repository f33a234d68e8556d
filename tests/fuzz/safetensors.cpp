// Safetensors: every input is refused as corrupt or read; what is read tiles the data exactly, is written and reads
// back, and costs no memory beyond what the input and the limits of JSON give.

#include "sim/base/safetensors.hpp"

#include <algorithm>
#include <string>

#include "sim/base/error.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace exmy;
using fuzz::require;

void check(const StoredArrays& stored, std::string_view input) {
  std::size_t data = 0;
  for (const auto& [name, array] : stored.arrays) {
    std::uint64_t elements =
        bytes_of_dtype(array.dtype) == 0 ? 0 : array.bytes.size() / bytes_of_dtype(array.dtype);
    require(bytes_of_dtype(array.dtype) > 0, "a dtype is known");
    require(array.bytes.size() == elements * bytes_of_dtype(array.dtype), "an array has whole elements");
    for (const std::uint64_t n : array.shape)
      if (n > 1) {
        require(elements % n == 0, "the shape divides the elements");
        elements /= n;
      }
    const bool empty = std::find(array.shape.begin(), array.shape.end(), 0u) != array.shape.end();
    require(elements == (empty ? 0 : 1), "the shape is that of the elements");
    data += array.bytes.size();
  }
  require(data + 8 + 2 <= input.size(), "the data are part of the file");
  const std::string written = to_safetensors(stored);
  require(parse_safetensors(written, "written") == stored, "what is written reads back");
  require(to_safetensors(parse_safetensors(written, "written")) == written, "there is one way to write it");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = exmy::fuzz::text_of(data, size);
  try {
    check(parse_safetensors(input, "f"), input);
  } catch (const CorruptFile& error) {
    require(std::string_view(error.what()).starts_with("f: "), "a refusal names the file");
  }
  return 0;
}
