// Texts as windows of tokens.

#include <string>

#include "sim/base/sha256.hpp"
#include "sim/nn/datasets/data_file.hpp"
#include "sim/nn/datasets/text.hpp"
#include "tests/nn/datasets_support.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;

std::string written(const std::string& text) {
  static const data_test::Folder folder;
  return folder.write("some.txt", text);
}

TextSource source(const std::string& text, std::size_t context) {
  TextSource s;
  s.path = written(text);
  s.context = context;
  s.validation_fraction = 0;
  return s;
}

std::string problem_of(const TextSource& s) {
  try {
    load_text(s);
  } catch (const DataErrors& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("text: bytes are tokens, sorted; windows and their labels") {
  TextSource s = source("cabbage cab", 3);
  const Dataset data = load_text(s);
  CHECK(data.tokens.vocabulary_count == 6);  // space a b c e g
  CHECK(data.tokens.ids == std::vector<std::uint16_t>{3, 1, 2, 2, 1, 5, 4, 0, 3, 1, 2});
  CHECK(data.classes_count == 6);
  CHECK(data.train_count == 3);  // the next token of the last one is the eleventh
  CHECK(data.validation_count == 0);
  CHECK(data.shape() == Shape{3});
  CHECK(data.files == std::vector<std::string>{s.path});
  s.objective = TokenObjective::masked;
  CHECK(load_text(s).classes_count == 7);
  s.stride = 1;
  CHECK(load_text(s).train_count == 9);  // 11 - 3 + 1
}

TEST_CASE("text: the last part validates, and no window reaches into the other") {
  TextSource s = source("abcdefghijklmnopqrst", 4);
  s.validation_fraction = 0.5;
  s.stride = 2;
  const Dataset data = load_text(s);
  CHECK(data.train_count == 3);  // 0 2 4: with its label the last one ends at 9
  CHECK(data.validation_count == 3);
  CHECK(data.tokens.begin(2, data.train_count) == 4);
  CHECK(data.tokens.begin(3, data.train_count) == 10);
  CHECK(data.tokens.begin(5, data.train_count) == 14);
}

TEST_CASE("text: characters of UTF-8") {
  TextSource s = source("\u00e9a\u20aca\U0001F600", 2);
  s.unit = TextUnit::characters;
  const Dataset data = load_text(s);
  CHECK(data.tokens.ids == std::vector<std::uint16_t>{1, 0, 2, 0, 3});
  s.vocabulary = "\U0001F600\u20ac\u00e9za";
  CHECK(load_text(s).tokens.ids == std::vector<std::uint16_t>{2, 0, 3, 0, 4});
  for (const char* wrong : {"a\xff", "a\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "a\xe2\x82"}) {
    s = source(wrong, 1);
    s.unit = TextUnit::characters;
    CHECK(problem_of(s).find("of the text is no UTF-8") != std::string::npos);
  }
}

TEST_CASE("text: everything that is wrong is told at once") {
  TextSource s = source("aXbYX", 7);
  s.vocabulary = "ab";
  s.validation_fraction = 0.2;
  const std::string path = s.path + ": ";
  CHECK(problem_of(s) ==
        path + "byte 1: byte 0x58 is not in the vocabulary (2 of them)\n" +  //
            path + "byte 3: byte 0x59 is not in the vocabulary (1 of them)\n" + path +
            "the training part has 4 tokens, wanted at least the 8 of a window\n" + path +
            "the validation part has 1 tokens, wanted at least the 8 of a window");
  CHECK(problem_of(source("", 1)).find("the training part has 0 tokens") != std::string::npos);
}

TEST_CASE("the shipped text is what experiments/data/README.md says") {
  const Dataset data = load_text({});
  CHECK(data.tokens.ids.size() == 366194);
  CHECK(data.tokens.vocabulary_count == 62);
  CHECK(data.train_count == 2574);  // floor((329575 - 129) / 128) + 1
  CHECK(data.validation_count == 286);
  CHECK(sha256_hex(read_data_file(TextSource{}.path)) ==
        "3faae4bdcd163d415b11d75992ab625db87570a8fc93632209a0cae3244b7f2a");
}

}  // namespace
