#include "sim/nn/datasets/idx.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "sim/nn/datasets/data_file.hpp"

namespace exmy {
namespace {

constexpr std::size_t word_bytes = 4;
constexpr int most_classes = 256;

unsigned byte_at(const std::string& bytes, std::size_t offset) {
  return static_cast<unsigned char>(bytes[offset]);
}

std::uint32_t word_at(const std::string& bytes, std::size_t offset) {
  std::uint32_t word = 0;
  for (std::size_t k = 0; k < word_bytes; ++k) word = word << 8 | byte_at(bytes, offset + k);
  return word;
}

std::string hex(std::uint32_t word) {
  std::array<char, 11> text{};
  std::snprintf(text.data(), text.size(), "0x%08X", word);
  return text.data();
}

/// One file: its dimensions and, after `first`, exactly as many bytes as they declare.
struct IdxFile {
  std::string path;
  std::string bytes;
  std::vector<std::size_t> dimensions;
  std::size_t first = 0;

  std::size_t count() const { return dimensions[0]; }
  std::size_t sample_bytes() const { return (bytes.size() - first) / count(); }
};

void check_magic(const IdxFile& file, std::size_t rank) {
  const auto wanted = static_cast<std::uint32_t>(0x800 + rank);
  if (file.bytes.size() < file.first) {
    throw DataError::at_byte(file.path, file.bytes.size(),
                             "the file ends, wanted a header of " + std::to_string(file.first) + " bytes");
  }
  if (word_at(file.bytes, 0) != wanted) {
    throw DataError::at_byte(file.path, 0,
                             "magic " + hex(word_at(file.bytes, 0)) + ", wanted " + hex(wanted) +
                                 " (unsigned bytes, rank " + std::to_string(rank) + ")");
  }
}

/// Divides instead of multiplying: the product of three 32-bit sizes need not fit 64 bits.
void check_length(const IdxFile& file) {
  std::size_t left = file.bytes.size() - file.first;
  bool fits = true;
  for (auto size = file.dimensions.rbegin(); size != file.dimensions.rend(); ++size) {
    fits = fits && left % *size == 0;
    left /= *size;
  }
  if (fits && left == 1) return;
  std::string declared;
  for (const std::size_t size : file.dimensions) {
    declared += (declared.empty() ? "" : " x ") + std::to_string(size);
  }
  throw DataError::at_byte(file.path, file.first,
                           "holds " + std::to_string(file.bytes.size() - file.first) +
                               " bytes of data, wanted " + declared + " as the header declares");
}

IdxFile read_idx(const std::string& path, std::size_t rank) {
  IdxFile file{path, read_data_file(path), {}, (1 + rank) * word_bytes};
  check_magic(file, rank);
  for (std::size_t k = 1; k <= rank; ++k) {
    file.dimensions.push_back(word_at(file.bytes, k * word_bytes));
    if (file.dimensions.back() == 0) {
      throw DataError::at_byte(path, k * word_bytes,
                               "dimension " + std::to_string(k) + " is 0, wanted at least 1");
    }
  }
  check_length(file);
  return file;
}

struct IdxPair {
  IdxFile images, labels;
  std::size_t taken = 0;
};

IdxPair read_pair(const std::string& images, const std::string& labels, std::optional<std::size_t> limit) {
  IdxPair pair{read_idx(images, 3), read_idx(labels, 1), 0};
  if (pair.labels.count() != pair.images.count()) {
    throw DataError::at_byte(labels, word_bytes,
                             std::to_string(pair.labels.count()) + " labels, wanted " +
                                 std::to_string(pair.images.count()) + ", one per image of " + images);
  }
  if (limit && *limit == 0) throw DataError::in_file(images, "limit 0, wanted at least 1");
  pair.taken = std::min(pair.images.count(), limit.value_or(pair.images.count()));
  return pair;
}

void check_same_size(const IdxFile& train, const IdxFile& validation) {
  for (std::size_t k = 1; k < train.dimensions.size(); ++k) {
    if (validation.dimensions[k] == train.dimensions[k]) continue;
    throw DataError::at_byte(validation.path, (1 + k) * word_bytes,
                             (k == 1 ? "rows " : "columns ") + std::to_string(validation.dimensions[k]) +
                                 ", wanted " + std::to_string(train.dimensions[k]) + " as in " + train.path);
  }
}

void append(Dataset& data, const IdxPair& pair, const IdxSource& source) {
  const IdxFile& images = pair.images;
  const std::size_t end = images.first + pair.taken * data.features_count;
  for (std::size_t k = images.first; k < end; ++k)
    data.x.push_byte(static_cast<std::uint8_t>(byte_at(images.bytes, k)));
  for (std::size_t i = 0; i < pair.taken; ++i) {
    const std::size_t offset = pair.labels.first + i;
    const auto label = static_cast<std::int32_t>(byte_at(pair.labels.bytes, offset));
    if (source.classes_count && label >= *source.classes_count) {
      throw DataError::at_byte(
          pair.labels.path, offset,
          "label " + std::to_string(label) + ", wanted 0.." + std::to_string(*source.classes_count - 1));
    }
    data.labels.push_back(label);
  }
  data.files.insert(data.files.end(), {images.path, pair.labels.path});
}

}  // namespace

Dataset load_idx(const IdxSource& source) {
  if (source.classes_count && (*source.classes_count < 1 || *source.classes_count > most_classes)) {
    throw DataError::in_file(source.train_labels,
                             "classes_count " + std::to_string(*source.classes_count) + ", wanted 1..256");
  }
  const IdxPair train = read_pair(source.train_images, source.train_labels, source.train_limit);
  const IdxPair validation =
      read_pair(source.validation_images, source.validation_labels, source.validation_limit);
  check_same_size(train.images, validation.images);
  Dataset data;
  data.features_count = train.images.sample_bytes();
  data.sample_shape = {train.images.dimensions[1], train.images.dimensions[2], 1};
  data.train_count = train.taken;
  data.validation_count = validation.taken;
  data.x = Features(source.scale, source.offset);
  data.x.reserve(data.count() * data.features_count);
  append(data, train, source);
  append(data, validation, source);
  data.classes_count =
      source.classes_count.value_or(1 + *std::max_element(data.labels.begin(), data.labels.end()));
  return data;
}

}  // namespace exmy
