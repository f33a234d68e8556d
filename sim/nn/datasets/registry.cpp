#include "sim/nn/datasets/registry.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>

#include "sim/base/philox.hpp"
#include "sim/nn/datasets/cifar10.hpp"
#include "sim/nn/datasets/csv.hpp"
#include "sim/nn/datasets/digits.hpp"
#include "sim/nn/datasets/idx.hpp"
#include "sim/nn/datasets/patterns.hpp"
#include "sim/nn/datasets/text.hpp"
#include "sim/nn/datasets/xor.hpp"

namespace exmy {
namespace {

std::optional<std::size_t> count(ObjectReader& r, std::string_view key, double least) {
  const auto n = r.integer<std::int64_t>(key, if_given, Range::at_least(least));
  return n ? std::optional(static_cast<std::size_t>(*n)) : std::nullopt;
}

std::size_t count(ObjectReader& r, std::string_view key, std::size_t fallback, double least) {
  return static_cast<std::size_t>(
      r.integer<std::int64_t>(key, static_cast<std::int64_t>(fallback), Range::at_least(least)));
}

void read_transform(ObjectReader& r, double& scale, double& offset) {
  scale = r.number("scale", scale);
  offset = r.number("offset", offset);
}

/// Shipped data: as written if that exists, else below EXMY_SHARE_DIR or the source tree of this build.
std::string shipped(const std::string& path) {
  if (std::filesystem::exists(path)) return path;
  const char* share = std::getenv("EXMY_SHARE_DIR");
  const std::filesystem::path root = share != nullptr ? share : EXMY_SOURCE_DIR;
  return std::filesystem::exists(root / path) ? (root / path).string() : path;
}

constexpr std::array splits{Named<DigitsSplit>{"shuffled", DigitsSplit::shuffled},
                            Named<DigitsSplit>{"original", DigitsSplit::original}};

DatasetLoader read_digits(ObjectReader& r) {
  DigitsSource s;
  s.path = r.text("path", s.path);
  read_transform(r, s.scale, s.offset);
  s.validation_count =
      static_cast<std::size_t>(r.integer<std::int64_t>("validation_count", 360, Range::closed(0, 1796)));
  s.split = r.one_of("split", DigitsSplit::shuffled, splits);
  return {[s](std::uint64_t) {
    DigitsSource found = s;
    found.path = shipped(s.path);
    return load_digits(found);
  }};
}

DatasetLoader read_idx(ObjectReader& r) {
  IdxSource s;
  s.train_images = r.text("train_images", required);
  s.train_labels = r.text("train_labels", required);
  s.validation_images = r.text("validation_images", required);
  s.validation_labels = r.text("validation_labels", required);
  s.train_limit = count(r, "train_limit", 1);
  s.validation_limit = count(r, "validation_limit", 1);
  if (const auto n = r.integer<std::int32_t>("classes_count", if_given, Range::closed(1, 256)))
    s.classes_count = *n;
  read_transform(r, s.scale, s.offset);
  return {[s](std::uint64_t) { return load_idx(s); }};
}

constexpr std::array tasks{Named<CsvTask>{"classification", CsvTask::classification},
                           Named<CsvTask>{"regression", CsvTask::regression}};
constexpr std::array headers{Named<CsvHeader>{"detect", CsvHeader::detect},
                             Named<CsvHeader>{"present", CsvHeader::present},
                             Named<CsvHeader>{"absent", CsvHeader::absent}};
constexpr std::array separators{Named<char>{",", ','}, Named<char>{";", ';'}, Named<char>{"tab", '\t'}};

DatasetLoader read_csv(ObjectReader& r) {
  CsvSource s;
  s.path = r.text("path", required);
  s.separator = r.one_of("separator", if_given, separators);
  s.header = r.one_of("header", CsvHeader::detect, headers);
  s.label_name = r.text("label", if_given);
  s.label_index = count(r, "label_index", 0);
  if (s.label_name && s.label_index)
    r.problem(codes::contradiction, "label_index", "give either \"label\" (a name) or \"label_index\"");
  s.task = r.one_of("task", CsvTask::classification, tasks);
  if (const auto n = r.integer<std::int32_t>("classes_count", if_given, Range::closed(1, 65536)))
    s.classes_count = *n;
  s.tokens = r.boolean("tokens", false);
  if (const auto token = r.integer<std::uint32_t>("padding", if_given, Range::closed(0, 65535)))
    s.padding = static_cast<std::uint16_t>(*token);
  if (s.padding && !s.tokens)
    r.problem(codes::contradiction, "padding", "padding is a token: \"tokens\" is false");
  s.validation_count = count(r, "validation_count", 0);
  s.validation_fraction = r.number("validation_fraction", 0.2, Range::closed_open(0, 1));
  read_transform(r, s.scale, s.offset);
  return {[s](std::uint64_t) { return load_csv(s); }};
}

DatasetLoader read_xor(ObjectReader& r) {
  XorSource s;
  s.train_count = count(r, "train_count", s.train_count, 1);
  s.validation_count = count(r, "validation_count", s.validation_count, 0);
  s.features_count = count(r, "features_count", s.features_count, 2);
  s.margin = r.number("margin", s.margin, Range::closed(0, 1));
  const auto make = [s](std::uint64_t seed) {
    const RandomStream random(seed, "data/xor", 0);
    return make_xor(s, [random](std::uint64_t i) { return random.uniform(i); });
  };
  return {make, true};
}

DatasetLoader read_cifar10(ObjectReader& r) {
  Cifar10Source s;
  s.path = r.text("path", s.path);
  s.train_files = r.texts("train_files", s.train_files);
  s.validation_files = r.texts("validation_files", s.validation_files);
  if (s.train_files.empty()) r.problem(codes::out_of_range, "train_files", "no file to train on is named");
  s.train_limit = count(r, "train_limit", 1);
  s.validation_limit = count(r, "validation_limit", 1);
  read_transform(r, s.scale, s.offset);
  return {[s](std::uint64_t) { return load_cifar10(s); }};
}

DatasetLoader read_patterns(ObjectReader& r) {
  PatternsSource s;
  constexpr double most = 1 << 24;
  s.train_count = r.integer<std::uint32_t>("train_count", static_cast<std::uint32_t>(s.train_count),
                                           Range::closed(1, most));
  s.validation_count = r.integer<std::uint32_t>(
      "validation_count", static_cast<std::uint32_t>(s.validation_count), Range::closed(0, most));
  s.seed = r.unsigned64("seed", s.seed);
  s.noise = r.integer<std::int32_t>("noise", s.noise, Range::closed(0, 255));
  read_transform(r, s.scale, s.offset);
  return {[s](std::uint64_t) { return make_patterns(s); }};
}

constexpr std::array units{Named<TextUnit>{name_of(TextUnit::bytes), TextUnit::bytes},
                           Named<TextUnit>{name_of(TextUnit::characters), TextUnit::characters}};
constexpr std::array objectives{Named<TokenObjective>{"next", TokenObjective::next},
                                Named<TokenObjective>{"masked", TokenObjective::masked}};

DatasetLoader read_text(ObjectReader& r) {
  TextSource s;
  s.path = r.text("path", s.path);
  s.unit = r.one_of("unit", TextUnit::bytes, units);
  s.vocabulary = r.text("vocabulary", if_given);
  s.context = count(r, "context", s.context, 1);
  s.stride = count(r, "stride", 1);
  s.validation_fraction = r.number("validation_fraction", s.validation_fraction, Range::closed_open(0, 1));
  s.objective = r.one_of("objective", TokenObjective::next, objectives);
  return {[s](std::uint64_t) {
    TextSource found = s;
    found.path = shipped(s.path);
    return load_text(found);
  }};
}

constexpr std::array dataset_table{
    DatasetKind{"digits", read_digits},    DatasetKind{"idx", read_idx},
    DatasetKind{"csv", read_csv},          DatasetKind{"xor", read_xor},
    DatasetKind{"text", read_text},        DatasetKind{"cifar10", read_cifar10},
    DatasetKind{"patterns", read_patterns}};

}  // namespace

std::span<const DatasetKind> dataset_kinds() { return dataset_table; }

}  // namespace exmy
