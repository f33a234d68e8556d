#include "sim/sweep/sweep_directory.hpp"

#include "sim/base/error.hpp"
#include "sim/base/files.hpp"
#include "tests/base/scratch.hpp"
#include "tests/support/catch.hpp"

using namespace exmy;
using test::Scratch;

namespace {

SweepIndex example() {
  return {"widths",
          {{"widths-0123456789ab", {{"z", "e4m3"}, {"a", 1}, {"seed", 2}}, false},
           {"widths-ba9876543210", {}, true}},
          Json{{"base", "a.json"}}};
}

std::string error_of(const Scratch& scratch) {
  try {
    read_index(scratch.path());
  } catch (const CorruptFile& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("an index is read as it was written, parameters in their order") {
  const Scratch scratch;
  CHECK_FALSE(is_sweep_directory(scratch.path()));
  write_index(scratch.path(), example());
  CHECK(is_sweep_directory(scratch.path()));
  const SweepIndex read = read_index(scratch.path());
  CHECK(read.name == "widths");
  CHECK(read.sweep == example().sweep);
  REQUIRE(read.runs.size() == 2);
  CHECK(read.runs[0].run_id == "widths-0123456789ab");
  CHECK(read.runs[0].parameters == example().runs[0].parameters);
  CHECK_FALSE(read.runs[0].baseline);
  CHECK(read.runs[1].parameters.empty());
  CHECK(read.runs[1].baseline);
}

TEST_CASE("what is no index, or one of another version, is refused with the file and the reason") {
  const Scratch scratch;
  write_index(scratch.path(), example());
  const Json good = Json::parse(read_file(scratch.path() / "sweep.json", any_size));
  const auto with = [&](const char* pointer, Json value) {
    Json changed = good;
    changed[Json::json_pointer(pointer)] = std::move(value);
    write_atomically(scratch.path() / "sweep.json", changed.dump());
    return error_of(scratch);
  };
  CHECK(with("/schema_version", 2).find("sweep.json: schema_version is 2, this program's is 1") !=
        std::string::npos);
  CHECK(with("/numerics_version", 99).find("numerics_version is 99") != std::string::npos);
  CHECK(with("/runs/0/run_id", "../outside").find("lists a run \"../outside\"") != std::string::npos);
  CHECK(with("/runs/0/run_id", "..").find("lists a run") != std::string::npos);
  for (const char* pointer : {"/schema_version", "/runs", "/runs/0/parameters/0", "/runs/1/baseline"})
    CHECK(with(pointer, "x").find("is no index of a sweep") != std::string::npos);
  for (const char* text : {"", "[]", "{", "{}"}) {
    write_atomically(scratch.path() / "sweep.json", text);
    CHECK(error_of(scratch).find("is no index of a sweep") != std::string::npos);
  }
}
