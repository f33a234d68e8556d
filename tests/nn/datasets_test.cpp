#include <algorithm>
#include <array>
#include <filesystem>
#include <numeric>

#include "sim/nn/datasets/data_file.hpp"
#include "sim/nn/datasets/digits.hpp"
#include "sim/nn/datasets/xor.hpp"
#include "tests/nn/datasets_support.hpp"
#include "tests/support/catch.hpp"

using namespace exmy;
using namespace exmy::data_test;

namespace {

using Histogram = std::array<int, 10>;
Histogram histogram(const std::vector<std::int32_t>& labels, std::size_t first, std::size_t end) {
  Histogram counts{};
  for (std::size_t i = first; i < end; ++i) ++counts.at(static_cast<std::size_t>(labels[i]));
  return counts;
}

std::string shipped_digits() {
  const auto root = std::filesystem::path(__FILE__).parent_path().parent_path().parent_path();
  return (root / "experiments/data/digits-8x8.txt").string();
}

Dataset pixels(DigitsSplit split, std::size_t validation_count = 360) {
  return load_digits({.path = shipped_digits(),
                      .scale = 1.0,
                      .offset = 0.0,
                      .validation_count = validation_count,
                      .split = split});
}

}  // namespace

TEST_CASE("data file: plain and gzip bytes, whatever the name", "[datasets]") {
  const Folder folder;
  const std::string bytes = "one\ntwo\0three" + std::string(200000, 'x');
  CHECK(read_data_file(folder.write("a.gz", bytes)) == bytes);
  CHECK(read_data_file(folder.write_gzip("b.txt", bytes)) == bytes);
  CHECK(read_data_file(folder.write("empty", "")).empty());
  CHECK(read_data_file(folder.write_gzip("empty.gz", "")).empty());
  const std::string member = contents(folder.file("b.txt"));
  CHECK(read_data_file(folder.write("two_members", member + member)) == bytes + bytes);
}

TEST_CASE("data file: every way to fail", "[datasets]") {
  const Folder folder;
  const auto read = [&](const std::string& path) { return error_of([&] { read_data_file(path); }); };
  CHECK(read(folder.file("none")) == folder.file("none") + ": cannot be read: No such file or directory");
  CHECK(contains(read(folder.file("")), "cannot be read: Is a directory"));
  const std::string gzip = contents(folder.write_gzip("a", std::string(1000, 'x') + "tail"));
  CHECK(contains(read(folder.write("garbage", gzip + "zz")), "damaged gzip"));
  std::string damaged = gzip;
  damaged[damaged.size() - 5] ^= 1;  // the last byte of the checksum
  CHECK(contains(read(folder.write("damaged", damaged)), "damaged gzip"));
  for (std::size_t size = 2; size < gzip.size(); ++size) {
    INFO(size);
    CHECK(contains(read(folder.write("cut", gzip.substr(0, size))), "the gzip stream ends early"));
  }
  const std::string long_one = folder.write_gzip("long", std::string(100001, 'x'));
  CHECK(read_data_file(long_one, 100001).size() == 100001);
  CHECK(error_of([&] { read_data_file(long_one, 100000); }) == long_one + ": is longer than 100000 bytes");
  CHECK(contains(error_of([&] { read_data_file(folder.file("a"), 10); }), "is longer than 10 bytes"));
}

double total(const Features& x) {
  const std::vector<double> all = x.values();
  return std::accumulate(all.begin(), all.end(), 0.0);
}

TEST_CASE("features: bytes stand for what their numbers would be, in an eighth of the memory", "[datasets]") {
  constexpr double scale = 1.0 / 255, offset = -0.4914;
  Features bytes(scale, offset), numbers;
  for (int i = 0; i < 4096; ++i) {
    bytes.push_byte(static_cast<std::uint8_t>(i * 7 % 256));
    numbers.push_back(static_cast<double>(i * 7 % 256) * scale + offset);
  }
  CHECK(bytes.values() == numbers.values());
  CHECK(bytes.size() == numbers.size());
  CHECK(bytes[300] == numbers[300]);
  std::vector<double> some(5), same(5);
  bytes.copy(98, 5, some.data());
  numbers.copy(98, 5, same.data());
  CHECK(some == same);
  CHECK(bytes.memory_bytes() < numbers.memory_bytes() / 5);  // with the table of 2 KiB
}

TEST_CASE("digits: the known facts of the set", "[datasets]") {
  const Dataset data = pixels(DigitsSplit::shuffled);
  CHECK(data.features_count == 64);
  CHECK(data.classes_count == 10);
  CHECK(data.train_count == 1437);
  CHECK(data.validation_count == 360);
  CHECK(data.targets.empty());
  CHECK(data.files == std::vector<std::string>{shipped_digits()});
  REQUIRE(data.x.size() == 1797 * 64);
  REQUIRE(data.labels.size() == 1797);
  // Class counts and the sum of all pixels as scikit-learn's load_digits has them.
  CHECK(histogram(data.labels, 0, 1797) == Histogram{178, 182, 177, 183, 181, 182, 181, 179, 174, 180});
  CHECK(total(data.x) == 561718.0);
  const std::vector<double> x = data.x.values();
  CHECK(*std::min_element(x.begin(), x.end()) == 0.0);
  CHECK(*std::max_element(x.begin(), x.end()) == 16.0);
}

TEST_CASE("digits: the shipped order is the documented shuffle", "[datasets]") {
  // Labels of the samples whose numbers have the smallest sha256, and the histogram of the last 360, from
  // Python.
  const Dataset data = pixels(DigitsSplit::shuffled);
  const std::vector<std::int32_t> first(data.labels.begin(), data.labels.begin() + 10);
  CHECK(first == std::vector<std::int32_t>{0, 4, 0, 7, 5, 5, 5, 7, 9, 7});
  CHECK(histogram(data.labels, 1437, 1797) == Histogram{38, 45, 35, 40, 33, 34, 30, 36, 33, 36});
}

TEST_CASE("digits: split original is scikit-learn's order", "[datasets]") {
  const Dataset data = pixels(DigitsSplit::original, 100);
  CHECK(data.train_count == 1697);
  for (std::int32_t i = 0; i < 20; ++i) CHECK(data.labels[static_cast<std::size_t>(i)] == i % 10);
  std::vector<double> first_image(16);
  data.x.copy(0, first_image.size(), first_image.data());
  CHECK(first_image == std::vector<double>{0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0});
  CHECK(total(data.x) == 561718.0);
}

TEST_CASE("digits: inputs are x/16 - 0.3 unless asked otherwise", "[datasets]") {
  const Dataset data =
      load_digits({.path = shipped_digits(), .validation_count = 360, .split = DigitsSplit::original});
  CHECK(data.x[0] == -0.3);
  CHECK(data.x[2] == 0.3125 - 0.3);
  CHECK(data.x[3] == 0.8125 - 0.3);
}

TEST_CASE("digits: a damaged file is an error that says where", "[datasets]") {
  const Folder folder;
  const std::string whole = contents(shipped_digits());
  const auto load = [&](const std::string& bytes) {
    const std::string path = folder.write("d", bytes);
    return error_of([&] { load_digits({.path = path}); }).substr(path.size());
  };
  for (std::size_t k = 0; k < 144; ++k) {
    std::string bytes = whole;
    bytes[k] = 'h';
    const std::size_t line = 1 + k / 72;
    // A bad sample number is named by its bad digit; the line feed is column 72.
    CHECK(contains(load(bytes), ":" + std::to_string(line) + ":" + std::to_string(k % 72 + 1) + ": wanted"));
  }
  CHECK(load(whole.substr(0, 72) + whole.substr(0, 72) + whole.substr(144)) ==
        ":2:1: this sample number occurred before");
  CHECK(load("1797" + whole.substr(4)) == ":1:1: wanted a sample number below 1797");
  CHECK(load("") == ": holds 0 bytes, wanted 129384 (1797 lines of 72)");
  CHECK(contains(load(whole + "\n"), "holds 129385 bytes"));
  for (std::size_t lines = 0; lines < 1797; lines += 199) {
    CHECK(contains(load(whole.substr(0, lines * 72)), "bytes, wanted 129384"));
  }
  const auto too_many = error_of([&] { pixels(DigitsSplit::shuffled, 1797); });
  CHECK(contains(too_many, "holds 1797 samples, wanted more than the 1797 of the validation part"));
  CHECK(pixels(DigitsSplit::shuffled, 1796).train_count == 1);
  CHECK(load_digits({.path = folder.write_gzip("d.gz", whole)}).labels ==
        pixels(DigitsSplit::shuffled).labels);
}

TEST_CASE("xor: geometry and labels", "[datasets]") {
  // u = 0, 1/4, 1/2, 3/4 ... give v = -1, -1/2, 0, 1/2; with margin 1/2: -1, -3/4, 1/2, 3/4
  const auto quarter = [](std::uint64_t index) { return static_cast<double>(index % 4) / 4.0; };
  const Dataset data = make_xor({.train_count = 3, .validation_count = 1, .features_count = 3}, quarter);
  CHECK(data.features_count == 3);
  CHECK(data.targets_count == 1);
  CHECK(data.classes_count == 0);
  CHECK(data.train_count == 3);
  CHECK(data.validation_count == 1);
  CHECK(data.labels.empty());
  CHECK(data.files.empty());
  CHECK(data.x.values() ==
        std::vector<double>{-1, -0.75, 0.5, 0.75, -1, -0.75, 0.5, 0.75, -1, -0.75, 0.5, 0.75});
  CHECK(data.targets == std::vector<double>{0, 1, 0, 1});
}

TEST_CASE("xor: margin 0 and 1, and a larger validation part", "[datasets]") {
  const auto scatter = [](std::uint64_t index) { return static_cast<double>(index * 37 % 64) / 64.0; };
  const Dataset plain =
      make_xor({.train_count = 2, .validation_count = 0, .features_count = 2, .margin = 0}, scatter);
  CHECK(plain.x.values() == std::vector<double>{-1, 0.15625, -0.6875, 0.46875});
  CHECK(plain.targets == std::vector<double>{1, 1});
  const Dataset signs =
      make_xor({.train_count = 2, .validation_count = 3, .features_count = 2, .margin = 1}, scatter);
  CHECK(signs.x.values() == std::vector<double>{-1, 1, -1, 1, -1, 1, -1, -1, 1, -1});
  CHECK(signs.targets == std::vector<double>{1, 1, 1, 0, 1});
  const Dataset zero = make_xor({.train_count = 1, .validation_count = 0, .features_count = 2, .margin = 0},
                                [](std::uint64_t index) { return index == 0 ? 0.5 : 0.25; });
  CHECK(zero.x.values() == std::vector<double>{0, -0.5});
  CHECK(zero.targets == std::vector<double>{1});  // zero counts as positive
}

TEST_CASE("xor: arguments out of range", "[datasets]") {
  const auto error = [](const XorSource& source) {
    return error_of([&] { make_xor(source, [](std::uint64_t) { return 0.5; }); });
  };
  CHECK(error({.train_count = 0}) == "xor: wanted train_count at least 1");
  CHECK(error({.features_count = 1}) == "xor: wanted features_count at least 2");
  CHECK(error({.margin = -0.1}) == "xor: wanted margin in 0..1");
  CHECK(error({.margin = 1.1}) == "xor: wanted margin in 0..1");
  CHECK(error({}) == "no error");
}
