#include "sim/nn/datasets/idx.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "sim/nn/datasets/data_file.hpp"
#include "sim/nn/datasets/wrong_labels.hpp"

namespace exmy {
namespace {

constexpr std::size_t word_bytes = 4;
constexpr int most_byte_labels = 256;

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
  DataProblems empty;
  for (std::size_t k = 1; k <= rank; ++k) {
    file.dimensions.push_back(word_at(file.bytes, k * word_bytes));
    if (file.dimensions.back() == 0)
      empty.add("", DataError::at_byte(path, k * word_bytes,
                                       "dimension " + std::to_string(k) + " is 0, wanted at least 1"));
  }
  empty.throw_if_any();
  check_length(file);
  return file;
}
/// How the configuration names the two files of a part.
struct PartSource {
  std::string name;
  const std::string &images, &labels;
  std::optional<std::size_t> limit;

  std::string images_key() const { return name + "_images"; }
  std::string labels_key() const { return name + "_labels"; }
};

struct Part {
  std::optional<IdxFile> images, labels;  ///< nothing if the file is no such file
  std::size_t taken = 0;                  ///< samples
};

/// Reads all files, whatever is wrong with any of them.
class IdxReader {
 public:
  explicit IdxReader(const IdxSource& source) : source_(source) {}

  Dataset read() {
    const Part train = part({"train", source_.train_images, source_.train_labels, source_.train_limit});
    const Part validation =
        part({"validation", source_.validation_images, source_.validation_labels, source_.validation_limit});
    check_same_size(train, validation);
    problems_.throw_if_any();
    return dataset(train, validation);
  }

 private:
  std::optional<IdxFile> file(const std::string& key, const std::string& path, std::size_t rank) {
    std::optional<IdxFile> found;
    problems_.attempt(key, [&] { found = read_idx(path, rank); });
    return found;
  }

  Part part(const PartSource& s) {
    Part p{file(s.images_key(), s.images, 3), file(s.labels_key(), s.labels, 1), 0};
    if (p.images && p.labels && p.labels->count() != p.images->count())
      problems_.add(
          s.labels_key(),
          DataError::at_byte(s.labels, word_bytes,
                             std::to_string(p.labels->count()) + " labels, wanted " +
                                 std::to_string(p.images->count()) + ", one per image of " + s.images));
    if (p.labels) {
      p.taken = std::min(p.labels->count(), s.limit.value_or(p.labels->count()));
      problems_.attempt(s.labels_key(), [&] { check_labels(*p.labels, p.taken); });
    }
    return p;
  }

  /// Of the labels that are used.
  void check_labels(const IdxFile& labels, std::size_t count) const {
    if (!source_.classes_count) return;
    WrongLabels wrong;
    for (std::size_t offset = labels.first; offset < labels.first + count; ++offset) {
      const unsigned label = byte_at(labels.bytes, offset);
      if (static_cast<int>(label) >= *source_.classes_count) wrong.add(offset, label);
    }
    wrong.throw_if_any(labels.path, *source_.classes_count);
  }

  void check_same_size(const Part& train, const Part& validation) {
    if (!train.images || !validation.images) return;
    for (std::size_t k = 1; k < train.images->dimensions.size(); ++k) {
      const std::size_t got = validation.images->dimensions[k], wanted = train.images->dimensions[k];
      if (got == wanted) continue;
      problems_.add("validation_images",
                    DataError::at_byte(validation.images->path, (1 + k) * word_bytes,
                                       (k == 1 ? "rows " : "columns ") + std::to_string(got) + ", wanted " +
                                           std::to_string(wanted) + " as in " + train.images->path));
    }
  }

  Dataset dataset(const Part& train, const Part& validation) const {
    Dataset data;
    data.features_count = train.images->sample_bytes();
    data.sample_shape = {train.images->dimensions[1], train.images->dimensions[2], 1};
    data.train_count = train.taken;
    data.validation_count = validation.taken;
    data.x = Features(source_.scale, source_.offset);
    data.x.reserve(data.count() * data.features_count);
    append(data, train);
    append(data, validation);
    data.classes_count =
        source_.classes_count.value_or(1 + *std::max_element(data.labels.begin(), data.labels.end()));
    return data;
  }

  static void append(Dataset& data, const Part& part) {
    const IdxFile &images = *part.images, &labels = *part.labels;
    const std::size_t end = images.first + part.taken * data.features_count;
    for (std::size_t k = images.first; k < end; ++k)
      data.x.push_byte(static_cast<std::uint8_t>(byte_at(images.bytes, k)));
    for (std::size_t i = 0; i < part.taken; ++i)
      data.labels.push_back(static_cast<std::int32_t>(byte_at(labels.bytes, labels.first + i)));
    data.files.insert(data.files.end(), {images.path, labels.path});
  }

  const IdxSource& source_;
  DataProblems problems_;
};

void check(const IdxSource& source) {
  if (source.classes_count && (*source.classes_count < 1 || *source.classes_count > most_byte_labels))
    throw DataError::in_file(source.train_labels,
                             "classes_count " + std::to_string(*source.classes_count) + ", wanted 1..256");
  for (const auto& [limit, images] : {std::pair{source.train_limit, source.train_images},
                                      {source.validation_limit, source.validation_images}})
    if (limit && *limit == 0) throw DataError::in_file(images, "limit 0, wanted at least 1");
}

}  // namespace

Dataset load_idx(const IdxSource& source) {
  check(source);
  return IdxReader(source).read();
}

}  // namespace exmy
