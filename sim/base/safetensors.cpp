#include "sim/base/safetensors.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <stdexcept>

#include "sim/base/error.hpp"
#include "sim/base/json_scan.hpp"
#include "sim/base/json_text.hpp"
#include "sim/base/text.hpp"

namespace exmy {
namespace {

constexpr std::size_t length_bytes = 8;
constexpr std::uint64_t longest_header = 100'000'000;
constexpr std::string_view metadata_key = "__metadata__";

struct Dtype {
  std::string_view word;
  std::size_t bytes;
};
constexpr std::array dtypes{Dtype{"BOOL", 1},    Dtype{"U8", 1},  Dtype{"I8", 1},  Dtype{"F8_E5M2", 1},
                            Dtype{"F8_E4M3", 1}, Dtype{"U16", 2}, Dtype{"I16", 2}, Dtype{"F16", 2},
                            Dtype{"BF16", 2},    Dtype{"U32", 4}, Dtype{"I32", 4}, Dtype{"F32", 4},
                            Dtype{"U64", 8},     Dtype{"I64", 8}, Dtype{"F64", 8}};

/// Bytes of an array; nothing if the shape leaves 64 bits.
std::optional<std::uint64_t> size_in_bytes(const std::vector<std::uint64_t>& shape, std::size_t element) {
  std::uint64_t bytes = element;
  for (const std::uint64_t n : shape) {
    if (n != 0 && bytes > std::numeric_limits<std::uint64_t>::max() / n) return std::nullopt;
    bytes *= n;
  }
  return bytes;
}

class Reader {
 public:
  Reader(std::string_view bytes, const std::string& file) : bytes_(bytes), file_(file) {}

  StoredArrays read() {
    const std::string_view header = header_text();
    data_ = bytes_.substr(length_bytes + header.size());
    ScannedJson scanned = scan_json(header, file_);
    if (!scanned.problems.empty()) fail("its header is no valid JSON: " + scanned.problems.front().message);
    if (!scanned.value.is_object()) fail("its header is no JSON object");
    StoredArrays out;
    for (const auto& [name, entry] : scanned.value.items())
      if (name == metadata_key)
        read_metadata(entry, out);
      else
        out.arrays.emplace(name, read_array(name, entry));
    check_tiling();
    return out;
  }

 private:
  struct Extent {
    std::uint64_t begin, end;
    std::string name;
  };

  [[noreturn]] void fail(const std::string& reason) const {
    throw CorruptFile(printable(file_) + ": " + printable(reason));
  }
  [[noreturn]] void fail(const std::string& name, const std::string& reason) const {
    fail("array " + in_quotes(name) + ": " + reason);
  }

  std::string_view header_text() const {
    if (bytes_.size() < length_bytes) fail("too short to be a safetensors file");
    std::uint64_t length = 0;
    for (std::size_t i = length_bytes; i-- > 0;) length = length << 8 | static_cast<unsigned char>(bytes_[i]);
    if (length > longest_header)
      fail("its header claims " + std::to_string(length) + " bytes, at most 100000000 are allowed");
    if (length > bytes_.size() - length_bytes) fail("truncated in its header");
    return bytes_.substr(length_bytes, length);
  }

  void read_metadata(const Json& entry, StoredArrays& out) const {
    if (!entry.is_object()) fail("__metadata__ is no object");
    for (const auto& [key, value] : entry.items()) {
      if (!value.is_string()) fail("__metadata__ holds something that is no string");
      out.metadata.emplace(key, value.get<std::string>());
    }
  }

  std::vector<std::uint64_t> naturals(const std::string& name, const Json& entry, const char* key) const {
    if (!entry.contains(key) || !entry[key].is_array()) fail(name, std::string("no list \"") + key + "\"");
    std::vector<std::uint64_t> out;
    for (const Json& n : entry[key]) {
      if (!n.is_number_unsigned())
        fail(name, std::string(key) + " holds something that is no natural number");
      out.push_back(n.get<std::uint64_t>());
    }
    return out;
  }

  StoredArray read_array(const std::string& name, const Json& entry) {
    if (!entry.is_object() || entry.size() != 3) fail(name, "needs exactly dtype, shape and data_offsets");
    if (!entry.contains("dtype") || !entry["dtype"].is_string()) fail(name, "no dtype");
    StoredArray array{entry["dtype"].get<std::string>(), naturals(name, entry, "shape"), {}};
    const std::size_t element = bytes_of_dtype(array.dtype);
    if (element == 0) fail(name, "unknown dtype " + in_quotes(array.dtype));
    const auto offsets = naturals(name, entry, "data_offsets");
    if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data_.size())
      fail(name, "its data_offsets lie outside of the file");
    if (size_in_bytes(array.shape, element) != offsets[1] - offsets[0])
      fail(name, "its data_offsets do not fit shape and dtype");
    array.bytes = data_.substr(offsets[0], offsets[1] - offsets[0]);
    extents_.push_back({offsets[0], offsets[1], name});
    return array;
  }

  /// All arrays, in order of their offsets, cover the data exactly once.
  void check_tiling() {
    std::sort(extents_.begin(), extents_.end(), [](const Extent& a, const Extent& b) {
      return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
    });
    std::uint64_t end = 0;
    for (const Extent& e : extents_) {
      if (e.begin != end) fail(e.name, e.begin < end ? "overlaps another array" : "leaves a hole before it");
      end = e.end;
    }
    if (end != data_.size()) fail("there are bytes after the last array");
  }

  std::string_view bytes_, data_;
  const std::string& file_;
  std::vector<Extent> extents_;
};

}  // namespace

std::size_t bytes_of_dtype(std::string_view dtype) {
  const auto row =
      std::find_if(dtypes.begin(), dtypes.end(), [&](const Dtype& d) { return d.word == dtype; });
  return row == dtypes.end() ? 0 : row->bytes;
}

std::string to_safetensors(const StoredArrays& stored) {
  Json header = Json::object();
  if (!stored.metadata.empty()) header[std::string(metadata_key)] = stored.metadata;
  std::string data;
  for (const auto& [name, array] : stored.arrays) {
    if (size_in_bytes(array.shape, bytes_of_dtype(array.dtype)) != array.bytes.size())
      throw std::logic_error("array " + name + ": bytes do not fit shape and dtype");
    header[name] = {{"dtype", array.dtype},
                    {"shape", array.shape},
                    {"data_offsets", {data.size(), data.size() + array.bytes.size()}}};
    data += array.bytes;
  }
  std::string text = compact_text(header);
  text.resize((text.size() + 7) / 8 * 8, ' ');
  std::string out;
  for (std::size_t i = 0; i < length_bytes; ++i) out.push_back(static_cast<char>(text.size() >> (8 * i)));
  return out + text + data;
}

StoredArrays parse_safetensors(std::string_view bytes, const std::string& file) {
  return Reader(bytes, file).read();
}

}  // namespace exmy
