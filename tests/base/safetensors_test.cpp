#include "sim/base/safetensors.hpp"

#include <sys/resource.h>

#include <stdexcept>
#include <vector>

#include "sim/base/error.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;

std::string file_of(const std::string& header, const std::string& data) {
  std::string out;
  for (int shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>(header.size() >> shift));
  return out + header + data;
}

/// What the reader says of a header and its data; empty if it takes them.
std::string refusal(const std::string& bytes) {
  try {
    parse_safetensors(bytes, "x.safetensors");
  } catch (const CorruptFile& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("the bytes of a file are those of the format", "[safetensors]") {
  StoredArrays stored;
  stored.arrays["b"] = {"U8", {1, 2}, "xy"};
  stored.arrays["a"] = {"F32", {}, std::string("\0\0\x80\x3f", 4)};
  stored.metadata["k"] = "v";
  const std::string header =
      R"({"__metadata__":{"k":"v"},"a":{"data_offsets":[0,4],"dtype":"F32","shape":[]},)"
      R"("b":{"data_offsets":[4,6],"dtype":"U8","shape":[1,2]}})";
  const std::string padded = header + std::string((8 - header.size() % 8) % 8, ' ');
  CHECK(to_safetensors(stored) == file_of(padded, std::string("\0\0\x80\x3fxy", 6)));
  CHECK(parse_safetensors(to_safetensors(stored), "x") == stored);
  CHECK(parse_safetensors(to_safetensors({}), "x") == StoredArrays{});
  stored.arrays["a"].bytes += "1";
  CHECK_THROWS_AS(to_safetensors(stored), std::logic_error);
}

TEST_CASE("hostile files are refused with the reason", "[safetensors]") {
  const auto with = [](const std::string& entries, const std::string& data = "12345678") {
    return refusal(file_of("{" + entries + "}", data));
  };
  const auto has = [](const std::string& text, const char* part) {
    INFO(text);
    return text.find(part) != std::string::npos && text.starts_with("x.safetensors: ");
  };
  CHECK(with(R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]})").empty());
  CHECK(has(refusal(""), "too short"));
  CHECK(has(refusal("1234567"), "too short"));
  CHECK(has(refusal(file_of("{}", "").substr(0, 9)), "truncated"));
  CHECK(has(refusal(std::string("\x01\xe1\xf5\x05\0\0\0\0", 8) + "{}"), "at most 100000000"));
  CHECK(has(refusal(std::string(8, '\xff') + "{}"), "at most 100000000"));
  CHECK(has(refusal(file_of("[]", "")), "no JSON object"));
  CHECK(has(refusal(file_of("{", "")), "no valid JSON"));
  CHECK(has(refusal(file_of("{\"a\":NaN}", "")), "no valid JSON"));
  CHECK(has(with(R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},
                    "a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]})"),
            "no valid JSON"));
  CHECK(has(with(R"("a":{"dtype":"F33","shape":[2],"data_offsets":[0,8]})"), "unknown dtype"));
  CHECK(has(with(R"("a":{"dtype":4,"shape":[2],"data_offsets":[0,8]})"), "no dtype"));
  CHECK(has(with(R"("a":{"dtype":"F32","shape":[2]})"), "exactly dtype"));
  CHECK(has(with(R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1})"), "exactly dtype"));
  CHECK(has(with(R"("a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]})"), "no natural number"));
  CHECK(has(with(R"("a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]})"), "no natural number"));
  CHECK(has(with(R"("a":{"dtype":"F32","shape":2,"data_offsets":[0,8]})"), "no list"));
  CHECK(has(with(R"("a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]})"), "do not fit"));
  CHECK(has(with(R"("a":{"dtype":"F32","shape":[4611686018427387904,4,2],"data_offsets":[0,8]})"),
            "do not fit"));
  CHECK(has(with(R"("a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]})"), "outside"));
  CHECK(has(with(R"("a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]})"), "outside"));
  CHECK(has(with(R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})"), "after the last array"));
  CHECK(has(with(R"("a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]})"), "hole"));
  CHECK(has(with(R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},
                    "b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]})"),
            "overlaps"));
  CHECK(has(with(R"("__metadata__":{"a":1})", ""), "no string"));
  CHECK(has(with(R"("__metadata__":[])", ""), "no object"));
}

TEST_CASE("hostile numbers, names and sizes are refused too", "[safetensors]") {
  const auto refused = [](const std::string& entries, const char* part) {
    const std::string said = refusal(file_of("{" + entries + "}", "12345678"));
    INFO(entries << ": " << said);
    return said.find(part) != std::string::npos;
  };
  // Offsets and shapes that are no natural numbers, that leave 64 bits, that lie outside.
  for (const char* const offset : {"-1", "-9223372036854775808", "1e0", "8.0", "\"8\"", "null", "[8]", "true",
                                   "18446744073709551616", "1e400"}) {
    CHECK(refused(R"("a":{"dtype":"U8","shape":[8],"data_offsets":[0,)" + std::string(offset) + "]}",
                  "x.safetensors"));
    CHECK(refused(R"("a":{"dtype":"U8","data_offsets":[0,8],"shape":[)" + std::string(offset) + "]}",
                  "x.safetensors"));
  }
  for (const char* const offsets :
       {"0,18446744073709551615", "9223372036854775808,9223372036854775816", "18446744073709551608,0", "0,9"})
    CHECK(refused(R"("a":{"dtype":"U8","shape":[8],"data_offsets":[)" + std::string(offsets) + "]}",
                  "outside"));
  CHECK(refused(R"("a":{"dtype":"U8","shape":[8],"data_offsets":[0,4,8]})", "outside"));
  // Products that wrap around to the right size.
  CHECK(
      refused(R"("a":{"dtype":"U8","shape":[4294967296,4294967296,8],"data_offsets":[0,8]})", "do not fit"));
  CHECK(refused(R"("a":{"dtype":"F64","shape":[2305843009213693953],"data_offsets":[0,8]})", "do not fit"));
  CHECK(
      refused(R"("a":{"dtype":"U8","shape":[9223372036854775808,2,0],"data_offsets":[0,0]})", "do not fit"));
  // Words that are no dtype.
  for (const char* const dtype : {"", "f32", "F32 ", "F128", "U8\\u0000", "I4"})
    CHECK(refused(R"("a":{"dtype":")" + std::string(dtype) + R"(","shape":[8],"data_offsets":[0,8]})",
                  "unknown dtype"));
  // A name twice, also when it is spelled differently; a name that is no UTF-8; half of a surrogate pair.
  const std::string entry = R"(:{"dtype":"U8","shape":[4],"data_offsets":[)";
  CHECK(refused(R"("a")" + entry + R"(0,4]},"\u0061")" + entry + "4,8]}", "no valid JSON"));
  CHECK(refused("\"\xff\"" + entry + "0,4]}", "no valid JSON"));
  CHECK(refused("\"\xc0\x80\"" + entry + "0,4]}", "no valid JSON"));
  CHECK(refused(R"("\ud800")" + entry + "0,4]}", "no valid JSON"));
  CHECK(refused(R"("__metadata__":{},"__metadata__":{})", "no valid JSON"));
  // Every cut of a good file.
  StoredArrays stored;
  stored.arrays["a"] = {"F32", {2}, "12345678"};
  stored.arrays["b"] = {"U64", {1}, "12345678"};
  const std::string whole = to_safetensors(stored);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO("the first " << size << " bytes");
    CHECK(!refusal(whole.substr(0, size)).empty());
  }
  CHECK(!refusal(whole + "1").empty());
}

namespace {

/// Peak memory of this process, in KiB.
long peak_memory() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

}  // namespace

TEST_CASE("a hostile file does not get the memory that it asks for", "[safetensors]") {
  // Claims of sizes cost nothing; a header of many values, or too long for the reader, ends at the reader's limits.
  const std::string claim = std::string("\xff\xff\xff\xff\xff\xff\xff\x7f", 8);
  const std::string huge = R"({"a":{"dtype":"U8","shape":[1099511627776],"data_offsets":[0,1099511627776]}})";
  const std::string brackets(8 << 20, '['), blanks = "{" + std::string(90 << 20, ' ') + "}";
  const std::string zeros = R"({"a":{"dtype":"U8","data_offsets":[0,0],"shape":[0)" + [] {
    std::string many;
    for (int i = 0; i < (4 << 20); ++i) many += ",0";
    return many;
  }() + "]}}";
  std::vector<std::string> files{claim + "{}", file_of(huge, ""), file_of(brackets, ""), file_of(blanks, ""),
                                 file_of(zeros, "")};
  const long before = peak_memory();
  for (const std::string& file : files) CHECK(!refusal(file).empty());
  const long used = peak_memory() - before;
  INFO(used << " KiB");
#ifdef __SANITIZE_ADDRESS__
  constexpr long most = 1024 * 1024;  // the sanitizer keeps what is freed
#else
  constexpr long most = 200 * 1024;  // a million JSON values, each with its place
#endif
  CHECK(used < most);
}
