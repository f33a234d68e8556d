#include <algorithm>

#include "sim/nn/datasets/csv.hpp"
#include "tests/nn/datasets_support.hpp"
#include "tests/support/catch.hpp"

using namespace exmy;
using namespace exmy::data_test;

namespace {

Dataset csv(const std::string& text, CsvSource source = {}) {
  const Folder folder;
  source.path = folder.write("t.csv", text);
  return load_csv(source);
}

/// The message without the directory: "t.csv:LINE:COLUMN: ...".
std::string csv_error(const std::string& text, const CsvSource& source = {}) {
  const std::string message = error_of([&] { csv(text, source); });
  return message.substr(std::min(message.find("t.csv"), message.size()));
}

const std::vector<double> csv_x{1.5, -2, 0.25, 4, 1e3, 6};
const std::vector<std::int32_t> csv_labels{0, 2, 1};

}  // namespace

TEST_CASE("csv: the same table in many spellings", "[datasets]") {
  const std::string text = GENERATE(as<std::string>{},                               //
                                    "1.5,-2,0\n0.25,4,2\n1e3,6,1\n",                 //
                                    "1.5,-2,0\n0.25,4,2\n1e3,6,1",                   //
                                    "a,b,label\r\n1.5,-2,0\r\n.25,4,2\r\n1000,6,1",  //
                                    "\xEF\xBB\xBF"
                                    "a;b;c\n\n1.5;-2;0\n+0.25;4.0;2.0\n\n1E+3;6;1\n\n",
                                    "1.5\t-2\t0\n0.25\t4\t2\n1e3\t6\t1\n",  //
                                    "\"a,1\" , \"b\",\"\"\n 1.5 ,\"-2\",0\n\"0.25\",4,2\n1e3,6 ,1 \n");
  const Dataset data = csv(text, {.validation_count = 1});
  CHECK(data.features_count == 2);
  CHECK(data.x.values() == csv_x);
  CHECK(data.labels == csv_labels);
  CHECK(data.classes_count == 3);
  CHECK(data.targets_count == 0);
  CHECK(data.targets.empty());
  CHECK(data.train_count == 2);
  CHECK(data.validation_count == 1);
  CHECK(data.files.size() == 1);
}

TEST_CASE("csv: gzip", "[datasets]") {
  const Folder folder;
  const std::string path = folder.write_gzip("t.csv", "1.5,-2,0\n0.25,4,2\n1e3,6,1\n");
  const Dataset data = load_csv({.path = path});
  CHECK(data.x.values() == csv_x);
  CHECK(data.files == std::vector<std::string>{path});
}

TEST_CASE("csv: label column, task, scale", "[datasets]") {
  const std::string text = "y,a,b\n0,1.5,-2\n2,.25,4\n1,1e3,6\n";
  CHECK(csv(text, {.label_name = "y"}).x.values() == csv_x);
  CHECK(csv(text, {.label_index = 0}).labels == csv_labels);
  CHECK(csv(text, {.label_index = 0, .classes_count = 5}).classes_count == 5);
  CHECK(csv("2,1,0\n2,1,0\n", {.header = CsvHeader::present}).count() == 1);
  CHECK(csv("2,1,0\n2,1,0\n", {.header = CsvHeader::absent}).count() == 2);
  const std::string semicolon_in_a_name = "a;b,y\n7,1\n8,0\n";
  CHECK(csv(semicolon_in_a_name, {.separator = ','}).x.values() == std::vector<double>{7, 8});
  CHECK(csv_error(semicolon_in_a_name).starts_with("t.csv:2:1: 1 fields, wanted 2\n"));  // and in line 3
}

TEST_CASE("csv: regression keeps targets as they are", "[datasets]") {
  const Dataset data = csv("1,-0.5\n3,2.25\n", {.task = CsvTask::regression, .scale = 2.0, .offset = 1.0});
  CHECK(data.x.values() == std::vector<double>{3, 7});
  CHECK(data.targets == std::vector<double>{-0.5, 2.25});
  CHECK(data.targets_count == 1);
  CHECK(data.classes_count == 0);
  CHECK(data.labels.empty());
}

TEST_CASE("csv: scale and offset round twice", "[datasets]") {
  // x = scale = 1 + 2^-30: the product 1 + 2^-29 + 2^-60 rounds to 1 + 2^-29; fused, 2^-60 would remain.
  const double near_one = 0x1.00000004p0;
  const Dataset data = csv("1.000000000931322574615478515625,0\n",
                           {.validation_count = 0, .scale = near_one, .offset = -0x1.00000008p0});
  CHECK(data.x.values() == std::vector<double>{0.0});
}

TEST_CASE("csv: numbers are read to the last bit", "[datasets]") {
  const Dataset data =
      csv("0.1,4.9e-324,1.7976931348623157e308,9007199254740993,0\n", {.validation_count = 0});
  CHECK(data.x.values() ==
        std::vector<double>{0x1.999999999999ap-4, 0x1p-1074, 0x1.fffffffffffffp1023, 0x1p53});
}

TEST_CASE("csv: the validation part is the last rows", "[datasets]") {
  std::string text;
  for (int i = 0; i < 11; ++i) text += std::to_string(i) + ",0\n";
  CHECK(csv(text).validation_count == 2);  // floor(0.2 * 11)
  CHECK(csv(text, {.validation_fraction = 0.5}).validation_count == 5);
  CHECK(csv(text, {.validation_fraction = 0.0}).validation_count == 0);
  CHECK(csv(text, {.validation_count = 10}).train_count == 1);
  CHECK(contains(csv_error(text, {.validation_count = 11}), "holds 11 samples, wanted more than the 11"));
}

TEST_CASE("csv: errors name line and column", "[datasets]") {
  CHECK(csv_error("1,2,0\n1,x,0\n") == "t.csv:2:3: \"x\", wanted a finite binary64 number");
  CHECK(csv_error("a,b,c\n\n1, 2y ,0\n") == "t.csv:3:4: \"2y\", wanted a finite binary64 number");
  CHECK(csv_error("1,,0\n") == "t.csv:1:3: \"\", wanted a finite binary64 number");
  CHECK(csv_error("1,2,\n") == "t.csv:1:5: \"\", wanted a finite binary64 number");
  CHECK(csv_error("1,1e999,0\n") == "t.csv:1:3: \"1e999\", wanted a finite binary64 number");
  CHECK(csv_error("1,1e-999,0\n") == "t.csv:1:3: \"1e-999\", wanted a finite binary64 number");
  CHECK(csv_error("1,nan,0\n") == "t.csv:1:3: \"nan\", wanted a finite binary64 number");
  CHECK(csv_error("1,-inf,0\n") == "t.csv:1:3: \"-inf\", wanted a finite binary64 number");
  CHECK(csv_error("1,+-2,0\n") == "t.csv:1:3: \"+-2\", wanted a finite binary64 number");
  CHECK(csv_error("1,0x10,0\n") == "t.csv:1:3: \"0x10\", wanted a finite binary64 number");
  CHECK(csv_error("1,\xff\x01,0\n") == "t.csv:1:3: \"\?\?\", wanted a finite binary64 number");
  CHECK(csv_error("1;1,5;0\n") == "t.csv:1:3: \"1,5\", wanted a finite binary64 number");
  CHECK(csv_error("1,2,0\n1,2\n") == "t.csv:2:3: 2 fields, wanted 3");
  CHECK(csv_error("1,2,0\n1,2,0,4\n") == "t.csv:2:7: 4 fields, wanted 3");
  CHECK(csv_error("1\n2\n") == "t.csv:1:1: one column, wanted features and a label");
  CHECK(csv_error("1,\"2,0\n") == "t.csv:1:3: a quote that is not closed on this line");
  CHECK(csv_error("1,\"2\"3,0\n") == "t.csv:1:3: wanted nothing behind the closing quote");
  CHECK(csv_error("2,0\n", {.scale = 1e308}) == "t.csv:1:1: wanted a number that stays finite when scaled");
}

TEST_CASE("csv: labels out of range", "[datasets]") {
  CHECK(csv_error("1,0\n1,-1\n") == "t.csv:2:3: label \"-1\", wanted an integer 0..65535");
  CHECK(csv_error("1,0.5\n") == "t.csv:1:3: label \"0.5\", wanted an integer 0..65535");
  CHECK(csv_error("1,65536\n") == "t.csv:1:3: label \"65536\", wanted an integer 0..65535");
  CHECK(csv_error("1,1e300\n") == "t.csv:1:3: label \"1e300\", wanted an integer 0..65535");
  CHECK(csv_error("1,3\n", {.classes_count = 3}) == "t.csv:1:3: label \"3\", wanted an integer 0..2");
}

TEST_CASE("csv: everything that is wrong with a table", "[datasets]") {
  const std::string text =
      "1,2,0\n"
      "x,2,y\n"  // two fields
      "1,2\n"
      "1,\"2,0\n"
      "1,2,0.5\n"
      "1,\"2\"3,0\n"
      "1,2,9\n"
      "3,4,0\n";
  CHECK(csv_error(text, {.classes_count = 2, .validation_count = 8}).starts_with("t.csv:2:1: \"x\", wanted"));
  const Folder folder;
  const auto errors = [&](const std::string& table, CsvSource source) {
    source.path = folder.write("t.csv", table);
    std::vector<std::string> all;
    for (const DataErrors::One& one : errors_of([&] { load_csv(source); })) {
      CHECK(one.key == "path");
      all.push_back(one.text.substr(folder.file("t.csv").size()));
    }
    return all;
  };
  CHECK(errors(text, {.classes_count = 2, .validation_count = 8}) ==
        std::vector<std::string>{
            ":2:1: \"x\", wanted a finite binary64 number", ":2:5: \"y\", wanted a finite binary64 number",
            ":3:3: 2 fields, wanted 3", ":4:3: a quote that is not closed on this line",
            ":5:5: label \"0.5\", wanted an integer 0..1", ":6:3: wanted nothing behind the closing quote",
            ":7:5: label \"9\", wanted an integer 0..1",
            ": holds 8 samples, wanted more than the 8 of the validation part"});
  std::string many = "1,2\n";
  for (int i = 0; i < 13; ++i) many += "x,2\n";
  const auto all = errors(many, {.task = CsvTask::regression});
  REQUIRE(all.size() == 11);
  CHECK(all[9] == ":11:1: \"x\", wanted a finite binary64 number");
  CHECK(all[10] == ": 3 more problems");
}

TEST_CASE("csv: impossible requests", "[datasets]") {
  const std::string text = "a,b\n1,0\n";
  CHECK(csv_error("") == "t.csv: no rows, wanted at least 1");
  CHECK(csv_error("\n\r\n \n") == "t.csv: no rows, wanted at least 1");
  CHECK(csv_error("a,b\n") == "t.csv: no rows, wanted at least 1");
  CHECK(csv_error(text, {.label_name = "c"}) == "t.csv:1:1: wanted a header with the label column \"c\"");
  CHECK(csv_error("1,0\n", {.label_name = "1"}) == "t.csv:1:1: wanted a header with the label column \"1\"");
  CHECK(csv_error(text, {.label_index = 2}) == "t.csv:1:1: label column 2, wanted 0..1");
  CHECK(contains(csv_error(text, {.label_name = "a", .label_index = 0}), "by name or by index, not both"));
  CHECK(contains(csv_error(text, {.separator = 'b'}), "wanted the separator"));
  CHECK(contains(csv_error(text, {.classes_count = 0}), "wanted classes_count"));
  CHECK(contains(csv_error(text, {.validation_fraction = 1.0}), "wanted validation_fraction"));
  CHECK(contains(csv_error(text, {.validation_count = 1}), "holds 1 samples"));
}

TEST_CASE("csv: no cut and no changed byte crashes", "[datasets]") {
  const std::string text = "a;\"b\";y\n1;2;0\n-3;4e1;1\n";
  std::size_t errors = 0;
  for (std::size_t k = 0; k < text.size(); ++k) {
    errors += csv_error(text.substr(0, k)) != "" ? 1U : 0U;
    for (const char c : {'"', ';', '\n', '\0', '9', 'e', '\xff'}) {
      std::string changed = text;
      changed[k] = c;
      errors += error_of([&] { csv(changed); }) != "no error" ? 1U : 0U;
    }
  }
  CHECK(errors > text.size());  // most changes leave no valid table; the sanitizers watch the rest
}
