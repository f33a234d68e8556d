#include <array>
#include <utility>

#include "sim/nn/datasets/idx.hpp"
#include "tests/nn/datasets_support.hpp"
#include "tests/support/catch.hpp"

using namespace exmy;
using namespace exmy::data_test;

namespace {

std::string big_endian(std::vector<std::uint32_t> words) {
  std::string bytes;
  for (const std::uint32_t word : words) {
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(word >> shift & 255U);
  }
  return bytes;
}

// Two images of 2 x 3 with labels 1 and 2 to train, one with label 0 to validate.
const std::string train_images = big_endian({0x803, 2, 2, 3}) + std::string(
                                                                    "\x00\x01\x02\x03\x04\x05"
                                                                    "\xff\xfe\x80\x7f\x33\x10",
                                                                    12);
const std::string train_labels = big_endian({0x801, 2}) + std::string("\x01\x02");
const std::string validation_images = big_endian({0x803, 1, 2, 3}) + "\x0a\x0b\x0c\x0d\x0e\x0f";
const std::string validation_labels = big_endian({0x801, 1}) + std::string("\0", 1);

struct IdxFolder : Folder {
  IdxSource source{write("ti", train_images),
                   write("tl", train_labels),
                   write("vi", validation_images),
                   write("vl", validation_labels),
                   {},
                   {},
                   {},
                   1.0,
                   0.0};
  std::string error() const {
    return error_of([&] { load_idx(source); });
  }
};

}  // namespace

TEST_CASE("idx: pairs of files, plain and gzip", "[datasets]") {
  IdxFolder folder;
  const bool zipped = GENERATE(false, true);
  if (zipped) {
    folder.source.train_images = folder.write_gzip("ti.gz", train_images);
    folder.source.validation_labels = folder.write_gzip("vl.gz", validation_labels);
  }
  const Dataset data = load_idx(folder.source);
  CHECK(data.features_count == 6);
  CHECK(data.classes_count == 3);
  CHECK(data.train_count == 2);
  CHECK(data.validation_count == 1);
  CHECK(data.x.values() ==
        std::vector<double>{0, 1, 2, 3, 4, 5, 255, 254, 128, 127, 51, 16, 10, 11, 12, 13, 14, 15});
  CHECK(data.labels == std::vector<std::int32_t>{1, 2, 0});
  CHECK(data.files == std::vector<std::string>{folder.source.train_images, folder.source.train_labels,
                                               folder.source.validation_images,
                                               folder.source.validation_labels});
}

TEST_CASE("idx: scale, offset, limits and classes", "[datasets]") {
  IdxFolder folder;
  folder.source.scale = 0.5;
  folder.source.offset = -1.0;
  folder.source.train_limit = 1;
  folder.source.validation_limit = 7;
  folder.source.classes_count = 2;  // the label 2 lies beyond the limit
  const Dataset data = load_idx(folder.source);
  CHECK(data.train_count == 1);
  CHECK(data.validation_count == 1);
  CHECK(data.classes_count == 2);
  CHECK(data.x.values() == std::vector<double>{-1, -0.5, 0, 0.5, 1, 1.5, 4, 4.5, 5, 5.5, 6, 6.5});
  CHECK(data.labels == std::vector<std::int32_t>{1, 0});
}

TEST_CASE("idx: malformed files", "[datasets]") {
  IdxFolder folder;
  const auto with = [&](const char* name, const std::string& bytes) {
    folder.write(name, bytes);
    return folder.error();
  };
  SECTION("magic") {
    CHECK(with("ti", train_labels + std::string(16, 'x')) ==
          folder.file("ti") + ": byte 0: magic 0x00000801, wanted 0x00000803 (unsigned bytes, rank 3)");
    CHECK(with("ti", big_endian({0xD03, 1, 1, 1}) + "abcd") ==
          folder.file("ti") + ": byte 0: magic 0x00000D03, wanted 0x00000803 (unsigned bytes, rank 3)");
  }
  SECTION("labels where images belong") {
    CHECK(with("tl", train_images) ==
          folder.file("tl") + ": byte 0: magic 0x00000803, wanted 0x00000801 (unsigned bytes, rank 1)");
  }
  SECTION("length") {
    CHECK(with("ti", train_images + "x") ==
          folder.file("ti") + ": byte 16: holds 13 bytes of data, wanted 2 x 2 x 3 as the header declares");
    CHECK(with("ti", train_images + std::string(12, 'x')) ==
          folder.file("ti") + ": byte 16: holds 24 bytes of data, wanted 2 x 2 x 3 as the header declares");
  }
  SECTION("absurd dimensions") {
    const std::uint32_t most = 0xFFFFFFFF;
    CHECK(contains(with("ti", big_endian({0x803, most, most, most}) + "abc"),
                   "holds 3 bytes of data, wanted 4294967295 x 4294967295 x 4294967295"));
    // 2^32 x 2^16 x 2^16 would be 0 modulo 2^64
    CHECK(contains(with("ti", big_endian({0x803, 0x80000000, 0x20000, 0x10000})), "holds 0 bytes of data"));
    CHECK(contains(with("ti", big_endian({0x803, 0x80000000, 0x20000, 0x10000}) + "a"), "holds 1 bytes"));
    CHECK(contains(with("ti", big_endian({0x803, 0, 2, 3})), "byte 4: dimension 1 is 0, wanted at least 1"));
    CHECK(contains(with("ti", big_endian({0x803, 2, 2, 0})), "byte 12: dimension 3 is 0, wanted at least 1"));
  }
  SECTION("pairs that do not match") {
    CHECK(with("tl", big_endian({0x801, 3}) + "\x01\x02\x03") ==
          folder.file("tl") + ": byte 4: 3 labels, wanted 2, one per image of " + folder.file("ti"));
  }
  SECTION("sizes that differ between the parts") {
    CHECK(with("vi", big_endian({0x803, 1, 3, 3}) + "abcdefghi") ==
          folder.file("vi") + ": byte 8: rows 3, wanted 2 as in " + folder.file("ti"));
    CHECK(with("vi", big_endian({0x803, 1, 2, 4}) + "abcdefgh") ==
          folder.file("vi") + ": byte 12: columns 4, wanted 3 as in " + folder.file("ti"));
  }
  SECTION("requests") {
    folder.source.classes_count = 2;
    CHECK(folder.error() == folder.file("tl") + ": byte 9: label 2, wanted 0..1");
    folder.source.classes_count = 257;
    CHECK(contains(folder.error(), "classes_count 257, wanted 1..256"));
    folder.source.classes_count = {};
    folder.source.train_limit = 0;
    CHECK(folder.error() == folder.file("ti") + ": limit 0, wanted at least 1");
    folder.source.train_limit = {};
    folder.source.validation_labels = folder.file("none");
    CHECK(contains(folder.error(), "none: cannot be read: No such file"));
  }
}

TEST_CASE("idx: everything that is wrong with any file, under the key that names it", "[datasets]") {
  IdxFolder folder;
  folder.source.classes_count = 10;
  const auto found = [&] {
    std::vector<std::pair<std::string, std::string>> all;
    for (const DataErrors::One& one : errors_of([&] { load_idx(folder.source); }))
      all.emplace_back(one.key, one.text.substr(folder.file("").size()));
    return all;
  };
  using Found = std::vector<std::pair<std::string, std::string>>;
  SECTION("one in each") {
    folder.write("ti", train_labels + std::string(16, 'x'));
    folder.write("tl", train_images);
    folder.write("vi", validation_images.substr(0, 20));
    folder.write("vl", big_endian({0x801, 1}) + "\x4d");
    CHECK(found() ==
          Found{{"train_images", "ti: byte 0: magic 0x00000801, wanted 0x00000803 (unsigned bytes, rank 3)"},
                {"train_labels", "tl: byte 0: magic 0x00000803, wanted 0x00000801 (unsigned bytes, rank 1)"},
                {"validation_images",
                 "vi: byte 16: holds 4 bytes of data, wanted 1 x 2 x 3 as the header declares"},
                {"validation_labels", "vl: byte 8: label 77, wanted 0..9"}});
  }
  SECTION("several in one, and between them") {
    folder.write("ti", big_endian({0x803, 0, 2, 0}));
    folder.write("tl", big_endian({0x801, 8}) + "\x0a\x01\x0b\x0c\x02\x0d\x0e\x0f");
    folder.write("vi", big_endian({0x803, 2, 2, 3}) + std::string(12, 'x'));
    CHECK(found() == Found{{"train_images", "ti: byte 4: dimension 1 is 0, wanted at least 1"},
                           {"train_images", "ti: byte 12: dimension 3 is 0, wanted at least 1"},
                           {"train_labels",
                            "tl: byte 8: label 10, wanted 0..9; 5 more labels are out of range, at bytes 10, "
                            "11, 13 ..."},
                           {"validation_labels",
                            "vl: byte 4: 1 labels, wanted 2, one per image of " + folder.file("vi")}});
    folder.source.train_limit = 3;
    CHECK(found()[2].second == "tl: byte 8: label 10, wanted 0..9; 1 more label is out of range, at byte 10");
  }
  SECTION("both sizes") {
    folder.write("vi", big_endian({0x803, 1, 3, 4}) + std::string(12, 'x'));
    const std::string as = " as in " + folder.file("ti");
    CHECK(found() == Found{{"validation_images", "vi: byte 8: rows 3, wanted 2" + as},
                           {"validation_images", "vi: byte 12: columns 4, wanted 3" + as}});
  }
  SECTION("one file under two keys") {
    folder.source.validation_labels = folder.write("tl", "");
    CHECK(found() == Found{{"train_labels", "tl: byte 0: the file ends, wanted a header of 8 bytes"},
                           {"validation_labels", "tl: byte 0: the file ends, wanted a header of 8 bytes"}});
  }
  SECTION("a file that is not there") {
    folder.source.train_images = folder.file("none");
    folder.source.validation_labels = folder.file("neither");
    const auto all = errors_of([&] { load_idx(folder.source); });
    REQUIRE(all.size() == 2);
    CHECK((all[0].unreadable && all[1].unreadable));
    CHECK(all[0].key == "train_images");
    CHECK(all[1].key == "validation_labels");
  }
}

TEST_CASE("idx: a file cut at any byte is an error that names it", "[datasets]") {
  IdxFolder folder;
  const std::array<std::pair<const char*, const std::string*>, 4> files{
      {{"ti", &train_images}, {"tl", &train_labels}, {"vi", &validation_images}, {"vl", &validation_labels}}};
  for (const auto& [name, bytes] : files) {
    for (std::size_t size = 0; size < bytes->size(); ++size) {
      folder.write(name, bytes->substr(0, size));
      CHECK(contains(folder.error(), folder.file(name) + ": byte "));
    }
    folder.write(name, *bytes);
  }
  CHECK(folder.error() == "no error");
}

TEST_CASE("idx: no header byte can be changed unnoticed", "[datasets]") {
  IdxFolder folder;
  for (std::size_t k = 0; k < 16; ++k) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string bytes = train_images;
      bytes[k] = static_cast<char>(static_cast<unsigned char>(bytes[k]) ^ (1U << bit));
      folder.write("ti", bytes);
      CHECK(contains(folder.error(), "wanted"));
    }
  }
}
