#include "sim/nn/datasets/cifar10.hpp"

#include <algorithm>
#include <filesystem>

#include "sim/nn/datasets/data_file.hpp"
#include "sim/nn/datasets/wrong_labels.hpp"

namespace exmy {
namespace {

constexpr std::size_t side = 32, channels = 3, classes = 10;
constexpr std::size_t plane_bytes = side * side;
constexpr std::size_t record_bytes = 1 + channels * plane_bytes;

unsigned value_at(const std::string& bytes, std::size_t offset) {
  return static_cast<unsigned char>(bytes[offset]);
}

/// Throws DataError where a file is none of records.
void check_records(const std::string& path, const std::string& bytes) {
  if (bytes.empty()) throw DataError::in_file(path, "is empty, wanted records of 3073 bytes");
  if (bytes.size() % record_bytes != 0) {
    throw DataError::in_file(path, "holds " + std::to_string(bytes.size()) +
                                       " bytes, wanted a multiple of 3073 (a label and 3 x 32 x 32 values)");
  }
  WrongLabels wrong;
  for (std::size_t first = 0; first < bytes.size(); first += record_bytes)
    if (value_at(bytes, first) >= classes) wrong.add(first, value_at(bytes, first));
  wrong.throw_if_any(path, classes);
}

/// About how many samples there are, so that memory is asked for once: fewer than in files that are compressed.
std::size_t samples_in(const Cifar10Source& source) {
  const auto count = [&](const std::vector<std::string>& files, std::optional<std::size_t> limit) {
    std::size_t samples = 0;
    for (const std::string& file : files) {
      std::error_code missing;  // told when it is read
      const auto bytes = std::filesystem::file_size(std::filesystem::path(source.path) / file, missing);
      if (!missing && bytes <= data_file_bytes_limit)
        samples += static_cast<std::size_t>(bytes) / record_bytes;
    }
    return std::min(samples, limit.value_or(samples));
  };
  return count(source.train_files, source.train_limit) +
         count(source.validation_files, source.validation_limit);
}

/// The samples of some files, and what was wrong with them.
class PartReader {
 public:
  PartReader(const Cifar10Source& source, std::size_t limit, Dataset& data, DataProblems& problems)
      : source_(source), left_(limit), data_(data), problems_(problems) {}

  /// How many samples were taken.
  std::size_t read(const std::vector<std::string>& files) {
    const std::size_t before = data_.labels.size();
    for (const std::string& file : files) read(file);
    return data_.labels.size() - before;
  }

 private:
  void read(const std::string& file) {
    const std::string path = (std::filesystem::path(source_.path) / file).string();
    problems_.attempt("path", [&] {
      const std::string bytes = read_data_file(path);
      check_records(path, bytes);
      if (problems_.empty()) append(bytes);
      data_.files.push_back(path);
    });
  }

  void append(const std::string& bytes) {
    const std::size_t count = std::min(bytes.size() / record_bytes, left_);
    left_ -= count;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t first = i * record_bytes;
      data_.labels.push_back(static_cast<std::int32_t>(value_at(bytes, first)));
      for (std::size_t pixel = 0; pixel < plane_bytes; ++pixel)
        for (std::size_t c = 0; c < channels; ++c)
          data_.x.push_byte(static_cast<std::uint8_t>(value_at(bytes, first + 1 + c * plane_bytes + pixel)));
    }
  }

  const Cifar10Source& source_;
  std::size_t left_;
  Dataset& data_;
  DataProblems& problems_;
};

}  // namespace

Dataset load_cifar10(const Cifar10Source& source) {
  constexpr std::size_t all = ~std::size_t{0};
  if (source.train_files.empty()) throw DataError::in_file(source.path, "no file to train on is named");
  Dataset data;
  data.x = Features(source.scale, source.offset);
  data.x.reserve(samples_in(source) * channels * plane_bytes);
  data.sample_shape = {side, side, channels};
  data.features_count = channels * plane_bytes;
  data.classes_count = classes;
  DataProblems problems;
  data.train_count =
      PartReader(source, source.train_limit.value_or(all), data, problems).read(source.train_files);
  data.validation_count =
      PartReader(source, source.validation_limit.value_or(all), data, problems).read(source.validation_files);
  problems.throw_if_any();
  return data;
}

}  // namespace exmy
