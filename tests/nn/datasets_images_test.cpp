// CIFAR-10 files, and the generated images.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "sim/base/sha256.hpp"
#include "sim/nn/datasets/cifar10.hpp"
#include "sim/nn/datasets/patterns.hpp"
#include "tests/nn/datasets_support.hpp"
#include "tests/support/catch.hpp"

using namespace exmy;
using namespace exmy::data_test;

namespace {

constexpr std::size_t values = 3072;

/// A record whose value of channel c, row r and column k is (label + 100 c + 3 r + k) mod 256.
std::string record(int label) {
  std::string bytes(1, static_cast<char>(label));
  for (int c = 0; c < 3; ++c)
    for (int r = 0; r < 32; ++r)
      for (int k = 0; k < 32; ++k) bytes += static_cast<char>((label + 100 * c + 3 * r + k) % 256);
  return bytes;
}

struct CifarFolder : Folder {
  Cifar10Source source{file(""), {"a", "b"}, {"t"}, {}, {}, 1.0, 0.0};
  CifarFolder() {
    write("a", record(3) + record(9));
    write_gzip("b", record(0));
    write("t", record(7) + record(1));
    source.path.pop_back();  // the slash
  }
  std::string error() const {
    return error_of([&] { load_cifar10(source); });
  }
};

}  // namespace

TEST_CASE("cifar10: planes become pixels, in the order of the files", "[datasets]") {
  const CifarFolder folder;
  const Dataset data = load_cifar10(folder.source);
  CHECK(data.features_count == values);
  CHECK(data.sample_shape == Shape{32, 32, 3});
  CHECK(data.classes_count == 10);
  CHECK(data.train_count == 3);
  CHECK(data.validation_count == 2);
  CHECK(data.labels == std::vector<std::int32_t>{3, 9, 0, 7, 1});
  CHECK(data.files == std::vector<std::string>{folder.file("a"), folder.file("b"), folder.file("t")});
  REQUIRE(data.x.size() == 5 * values);
  std::size_t i = 0;
  for (const int label : data.labels)
    for (int r = 0; r < 32; ++r)
      for (int k = 0; k < 32; ++k)
        for (int c = 0; c < 3; ++c) REQUIRE(data.x[i++] == (label + 100 * c + 3 * r + k) % 256);
}

TEST_CASE("cifar10: scale, offset and limits over all files together", "[datasets]") {
  CifarFolder folder;
  folder.source.scale = 0.5;
  folder.source.offset = -1;
  folder.source.train_limit = 2;
  folder.source.validation_limit = 9;
  Dataset data = load_cifar10(folder.source);
  CHECK(data.labels == std::vector<std::int32_t>{3, 9, 7, 1});
  CHECK(data.x[0] == 0.5);
  CHECK(data.x[1] == (3 + 100) * 0.5 - 1);
  folder.source.train_files = {"b", "a"};
  folder.source.validation_files = {};
  data = load_cifar10(folder.source);
  CHECK(data.labels == std::vector<std::int32_t>{0, 3});
  CHECK(data.validation_count == 0);
}

TEST_CASE("cifar10: everything that is wrong with any file, beyond the limits too", "[datasets]") {
  CifarFolder folder;
  folder.source.train_limit = 1;
  SECTION("lengths") {
    folder.write("a", record(3).substr(1));
    CHECK(folder.error() ==
          folder.file("a") +
              ": holds 3072 bytes, wanted a multiple of 3073 (a label and 3 x 32 x 32 values)");
    folder.write("a", "");
    CHECK(folder.error() == folder.file("a") + ": is empty, wanted records of 3073 bytes");
  }
  SECTION("labels") {
    folder.write("a", record(3) + record(10) + record(200));
    CHECK(folder.error() ==
          folder.file("a") +
              ": byte 3073: label 10, wanted 0..9; 1 more label is out of range, at byte 6146");
    folder.write("a", record(10) + record(11) + record(12) + record(13));
    CHECK(contains(folder.error(), "; 3 more labels are out of range, at bytes 3073, 6146, 9219"));
    CHECK_FALSE(contains(folder.error(), "..."));
  }
  SECTION("all of them") {
    folder.source.train_files = {"a", "none", "b"};
    folder.write("b", record(255));
    folder.write("t", record(1) + "x");
    const auto all = errors_of([&] { load_cifar10(folder.source); });
    REQUIRE(all.size() == 3);
    for (const DataErrors::One& one : all) CHECK(one.key == "path");
    CHECK(all[0].unreadable);
    CHECK(contains(all[0].text, folder.file("none") + ": cannot be read: No such file"));
    CHECK_FALSE(all[1].unreadable);
    CHECK(all[1].text == folder.file("b") + ": byte 0: label 255, wanted 0..9");
    CHECK(contains(all[2].text, folder.file("t") + ": holds 3074 bytes"));
    CHECK(folder.error() == all[0].text + "\n" + all[1].text + "\n" + all[2].text);
  }
  SECTION("no file") {
    folder.source.train_files = {};
    CHECK(contains(folder.error(), "no file to train on"));
  }
}

// ---- patterns -----------------------------------------------------------------------------------------------------

namespace {

Dataset raw_patterns(std::size_t train, int noise, std::uint64_t seed = 1) {
  return make_patterns(
      {.train_count = train, .validation_count = 0, .seed = seed, .noise = noise, .scale = 1, .offset = 0});
}

/// The pixels of sample i that have the first colour: those of (0, 0)'s, or not.
std::vector<bool> figure(const Dataset& data, std::size_t i) {
  std::vector<double> image(values);
  data.x.copy(i * values, values, image.data());
  const double* x = image.data();
  std::vector<bool> same;
  for (std::size_t p = 0; p < values; p += 3) same.push_back(std::equal(x, x + 3, x + p));
  return same;
}

}  // namespace

TEST_CASE("patterns: the values of the default set are pinned", "[datasets]") {
  std::string bytes;
  for (const double v : raw_patterns(200, 48).x.values())
    bytes += static_cast<char>(static_cast<unsigned char>(v));
  CHECK(sha256_hex(bytes) == "37acbe32e370de72ff17c59c28934f5910cd117a9db987e1774db0690e2e99aa");
}

TEST_CASE("patterns: shape, classes in turn, scale; samples depend on seed and index alone", "[datasets]") {
  const Dataset data = make_patterns({.train_count = 30, .validation_count = 12});
  CHECK(data.sample_shape == Shape{32, 32, 3});
  CHECK(data.features_count == values);
  CHECK(data.classes_count == 10);
  CHECK(data.train_count == 30);
  CHECK(data.validation_count == 12);
  CHECK(data.files.empty());
  const Dataset raw = raw_patterns(42, 48), other = raw_patterns(42, 48, 2);
  REQUIRE(data.x.size() == 42 * values);
  REQUIRE(raw.x.size() == data.x.size());
  for (std::size_t i = 0; i < 42; ++i) CHECK(data.labels[i] == static_cast<int>(i % 10));
  for (std::size_t k = 0; k < data.x.size(); ++k) {
    REQUIRE(raw.x[k] == std::floor(raw.x[k]));
    REQUIRE((raw.x[k] >= 0 && raw.x[k] <= 255));
    REQUIRE(data.x[k] == raw.x[k] / 64 - 2);
  }
  CHECK(raw.x.values() != other.x.values());
}

TEST_CASE("patterns: without noise two colours, and figures as they are described", "[datasets]") {
  const Dataset data = raw_patterns(200, 0);
  for (std::size_t i = 0; i < 200; ++i) {
    const std::vector<bool> f = figure(data, i);
    const auto at = [&](std::size_t row, std::size_t column) -> bool { return f[32 * row + column]; };
    const auto count = static_cast<std::size_t>(std::count(f.begin(), f.end(), true));
    INFO("sample " << i << ", " << count << " pixels");
    CHECK((count > 40 && count < 1000));
    bool rows = true, columns = true, rising = true, falling = true;
    for (std::size_t r = 0; r < 31; ++r)
      for (std::size_t c = 0; c < 31; ++c) {
        rows = rows && at(r, c) == at(r, c + 1);
        columns = columns && at(r, c) == at(r + 1, c);
        rising = rising && at(r + 1, c) == at(r, c + 1);
        falling = falling && at(r, c) == at(r + 1, c + 1);
      }
    CHECK(rows == (i % 10 == 0));
    CHECK(columns == (i % 10 == 1));
    CHECK(rising == (i % 10 == 2));
    CHECK(falling == (i % 10 == 3));
  }
}

TEST_CASE("patterns: noise moves values by at most its size, and clamps", "[datasets]") {
  const Dataset clean = raw_patterns(50, 0), noisy = raw_patterns(50, 20), extreme = raw_patterns(50, 255);
  double least = 0, most = 0;
  for (std::size_t k = 0; k < clean.x.size(); ++k) {
    least = std::min(least, noisy.x[k] - clean.x[k]);
    most = std::max(most, noisy.x[k] - clean.x[k]);
    REQUIRE((extreme.x[k] >= 0 && extreme.x[k] <= 255));
  }
  CHECK(least == -20);
  CHECK(most == 20);
  CHECK(error_of([] { make_patterns({.train_count = 0}); }) == "patterns: wanted train_count at least 1");
  CHECK(error_of([] { make_patterns({.noise = 256}); }) == "patterns: wanted noise in 0..255");
}

TEST_CASE("patterns: a pixel by itself says nothing: means of the classes are alike", "[datasets]") {
  const Dataset data = raw_patterns(2000, 0);
  std::array<double, 10> sum{};
  for (std::size_t i = 0; i < 2000; ++i)
    for (std::size_t k = 0; k < values; ++k) sum[i % 10] += data.x[i * values + k] / (200.0 * values);
  // m is uniform in 80..175 and d at most 63: a sample's mean has a standard deviation below 40, that of 200 below 3.
  for (const double mean : sum) CHECK(std::fabs(mean - 127.5) < 4 * 3);
}
