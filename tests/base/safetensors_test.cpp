#include "sim/base/safetensors.hpp"

#include <stdexcept>

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
