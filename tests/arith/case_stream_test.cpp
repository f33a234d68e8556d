// Lines in, lines out, wherever the text is cut. What the answers must be: tests/cli/test_arith.py.

#include "sim/arith/case_stream.hpp"

#include <string>

#include "sim/arith/job.hpp"
#include "sim/base/error.hpp"
#include "tests/support/catch.hpp"

using namespace exmy;
using namespace exmy::arith;

namespace {

Job job_of_words(const std::string& function, const std::string& rounding = "nearest_even") {
  Request request;
  request.function = function;
  request.rounding = rounding;
  return job_of(request);
}

const std::string text = "3C00 4000\r\n\n0x3c01 4000 4200 01\n 7D00\t0 \n7BFF 7BFF";
const std::string answers = "3C00 4000 4200 00\n3C01 4000 4200 01\n7D00 0000 7E00 10\n7BFF 7BFF 7C00 05\n";

}  // namespace

TEST_CASE("the answers do not depend on where the text is cut") {
  for (std::size_t size = 1; size <= text.size(); ++size) {
    CaseStream stream(job_of_words("f16_add"));
    std::string out;
    for (std::size_t at = 0; at < text.size(); at += size) stream.feed(text.substr(at, size), out);
    stream.finish(out);
    CHECK(out == answers);
  }
}

TEST_CASE("every complete line is answered at once") {
  CaseStream stream(job_of_words("f16_add"));
  std::string out;
  stream.feed("3C00 400", out);
  CHECK(out.empty());
  stream.feed("0\n3C", out);
  CHECK(out == "3C00 4000 4200 00\n");
}

TEST_CASE("the random number of a line is that of its place in the text, however it is cut") {
  std::string lines;
  for (int i = 0; i < 200; ++i) lines += i % 7 == 3 ? "\n" : "3F80A000\n";
  std::string whole;
  CaseStream once(job_of_words("f32_to_bf16", "stochastic_b"));
  once.feed(lines, whole);
  std::string cut;
  CaseStream often(job_of_words("f32_to_bf16", "stochastic_b"));
  for (const char c : lines) often.feed(std::string(1, c), cut);
  CHECK(whole == cut);
  CHECK(whole.find(" 3F80 01") != std::string::npos);
  CHECK(whole.find(" 3F81 01") != std::string::npos);
}

TEST_CASE("an error leaves the answers of the lines before it, and names its line however the text is cut") {
  for (const std::size_t size : {std::size_t{1}, std::size_t{7}, std::size_t{1000}}) {
    CaseStream stream(job_of_words("f16_add"));
    const std::string wrong = "\n3C00 4000\n3C00 4x00\n3C00 4000\n";
    std::string out;
    std::string message;
    try {
      for (std::size_t at = 0; at < wrong.size(); at += size) stream.feed(wrong.substr(at, size), out);
    } catch (const UsageError& error) {
      message = error.what();
    }
    CHECK(out == "3C00 4000 4200 00\n");
    CHECK(message == "standard input:3: token 2 (operand 2): \"4x00\" is not a hexadecimal number");
  }
}

TEST_CASE(
    "a line may have 65536 bytes, its line end not counted; a longer one is refused before its end comes") {
  const std::string full = "3C00 4000" + std::string(CaseStream::max_line - 9, ' ');
  for (const std::size_t size : {std::size_t{1000}, std::size_t{65536}, std::size_t{200000}}) {
    CaseStream stream(job_of_words("f16_add"));
    std::string out;
    const std::string lines = full + "\n" + full + "\n";
    for (std::size_t at = 0; at < lines.size(); at += size) stream.feed(lines.substr(at, size), out);
    CHECK(out == "3C00 4000 4200 00\n3C00 4000 4200 00\n");
  }
  CaseStream stream(job_of_words("f16_add"));
  std::string out;
  CHECK_NOTHROW(stream.feed(full, out));
  CHECK_THROWS_AS(stream.feed(" ", out), UsageError);
}
