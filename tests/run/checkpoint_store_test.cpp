// A checkpoint that is not whole is noticed, whatever became of its files, and the one before it is taken.

#include <fstream>

#include "sim/base/error.hpp"
#include "sim/base/files.hpp"
#include "sim/base/json_text.hpp"
#include "sim/base/sha256.hpp"
#include "sim/run/checkpoints.hpp"
#include "tests/base/scratch.hpp"
#include "tests/run/configurations.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/nightly.hpp"

namespace {

namespace fs = std::filesystem;

using namespace exmy;
using namespace exmy::run_test;

/// Tiny checkpoints of steps 1 and 2.
CheckpointStore tiny_store(const fs::path& folder) {
  const CheckpointStore store(folder, "identity");
  for (const std::uint64_t step : {1u, 2u}) {
    Checkpoint c{step, {}, {}, {{"events.jsonl", 10 * step}}, {{"started_at", "noon"}}};
    c.weights.arrays["w"] = {"F32", {2}, std::string("\0\0\x80\x3f\0\0\0\x40", 8)};
    c.state.arrays["t"] = {"U64", {}, std::string(8, static_cast<char>(step))};
    c.state.metadata["format w"] = "8 23";
    store.save(c);
  }
  return store;
}

constexpr const char* files_of_checkpoint[] = {"manifest.json", "state.safetensors", "weights.safetensors"};

/// As the store writes it.
std::string manifest_text(const Json& content) {
  return pretty_text({{"content", content}, {"sha256", sha256_hex(compact_text(content))}});
}

void put(const fs::path& path, const std::string& bytes) {
  fs::remove(path);  // some file systems write at once what replaces the content of a file
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

/// Whether the newest checkpoint is refused, and the one before it taken.
bool falls_back(const CheckpointStore& store) {
  std::vector<std::string> complaints;
  const auto found = store.load_newest(complaints);
  return found && found->step == 1 && complaints.size() == 1;
}

}  // namespace

TEST_CASE("a checkpoint reads back as it was saved") {
  const test::Scratch scratch;
  const CheckpointStore store = tiny_store(scratch.path() / "c");
  const Checkpoint two = store.load(2);
  CHECK(two.step == 2);
  CHECK(two.logs == Json{{"events.jsonl", 20}});
  CHECK(two.origin == Json{{"started_at", "noon"}});
  CHECK(two.weights.arrays.at("w").shape == std::vector<std::uint64_t>{2});
  CHECK(two.state.metadata.at("format w") == "8 23");
  CHECK_THROWS_AS(CheckpointStore(scratch.path() / "c", "another run").load(2), CorruptFile);
  std::vector<std::string> complaints;
  CHECK_FALSE(CheckpointStore(scratch.path() / "none", "identity").load_newest(complaints).has_value());
}

namespace {

void put_byte(const fs::path& path, std::size_t place, unsigned byte) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(place));
  file.put(static_cast<char>(byte));
}

/// Flips every byte of every file of the newest checkpoint by every mask; how often, and how often it was not noticed.
template <class Masks>
std::pair<std::uint64_t, std::uint64_t> flip_all(const CheckpointStore& store, const fs::path& newest,
                                                 Masks masks) {
  std::uint64_t flips = 0, unnoticed = 0;
  for (const char* name : files_of_checkpoint) {
    const std::string whole = read_file(newest / name, 1 << 20);
    for (std::size_t i = 0; i < whole.size(); ++i) {
      const unsigned byte = static_cast<unsigned char>(whole[i]);
      for (const unsigned mask : masks(i)) {
        put_byte(newest / name, i, byte ^ mask);
        ++flips;
        if (falls_back(store)) continue;
        ++unnoticed;
        UNSCOPED_INFO(name << " byte " << i << " mask " << mask);
      }
      put_byte(newest / name, i, byte);
    }
  }
  return {flips, unnoticed};
}

}  // namespace

TEST_CASE("every flip of a bit of a checkpoint is noticed, and the one before it is taken") {
  const test::Scratch scratch;
  const CheckpointStore store = tiny_store(scratch.path() / "c");
  const auto bits = [](std::size_t) { return std::vector<unsigned>{1, 2, 4, 8, 16, 32, 64, 128, 255}; };
  const auto [flips, unnoticed] = flip_all(store, scratch.path() / "c" / "step-000000000002", bits);
  CHECK(flips > 9 * 700);
  CHECK(unnoticed == 0);
  CHECK(store.load(2).step == 2);
}

TEST_CASE("every other value of every byte of a checkpoint is noticed", "[.nightly]") {
  const test::Scratch scratch;
  const CheckpointStore store = tiny_store(scratch.path() / "c");
  test::NightlySample sample;
  const auto values = [&](std::size_t) {
    std::vector<unsigned> masks;
    for (unsigned mask = 1; mask < 256; ++mask)
      if (sample.takes_next()) masks.push_back(mask);
    return masks;
  };
  const auto [flips, unnoticed] = flip_all(store, scratch.path() / "c" / "step-000000000002", values);
  test::report_cases("changed bytes of a checkpoint", flips, unnoticed);
  CHECK(unnoticed == 0);
}

namespace {

struct Unheard : RunObserver {
  void started(std::uint64_t, std::uint64_t) override {}
  void stepped(std::uint64_t, double, bool) override {}
  void evaluated(const ValidationPoint&) override {}
  void recorded(std::uint64_t, const std::vector<GradientSeries>&) override {}
};

/// The checkpoints of a run that was stopped after its first two steps; flips one bit of one of so many bytes.
std::pair<std::uint64_t, std::uint64_t> flip_run(test::NightlySample& sample) {
  const test::Scratch scratch;
  const fs::path folder = scratch.path() / "c";
  const Setup setup{small_xor, keras, stochastic_everywhere, R"({"training": {"steps": 3}})"};
  for (int process = 0; process < 2; ++process) {
    Checkpoints checkpoints({folder, "identity"}, {0, 1e-9}, [](Checkpoint&) {});
    checkpoints.find();
    Telemetry telemetry(setup.experiment.stats);
    Unheard observer;
    train<float>(setup.experiment, setup.data, telemetry, observer, checkpoints);
  }
  const CheckpointStore store(folder, "identity");
  REQUIRE(store.steps() == std::vector<std::uint64_t>{2, 1});
  return flip_all(store, folder / "step-000000000002", [&](std::size_t i) {
    return sample.takes_next() ? std::vector<unsigned>{1u << (i % 8)} : std::vector<unsigned>{};
  });
}

}  // namespace

TEST_CASE("flips of random bytes of the checkpoint of a run are noticed") {
  test::NightlySample sample(200, 1);
  const auto [flips, unnoticed] = flip_run(sample);
  CHECK(flips > 100);
  CHECK(unnoticed == 0);
}

TEST_CASE("a flip of any byte of the checkpoint of a run is noticed", "[.nightly]") {
  test::NightlySample sample;
  const auto [flips, unnoticed] = flip_run(sample);
  test::report_cases("flipped bytes of a run's checkpoint", flips, unnoticed);
  CHECK(unnoticed == 0);
}

TEST_CASE("truncated, spliced and missing files are noticed") {
  const test::Scratch scratch;
  const CheckpointStore store = tiny_store(scratch.path() / "c");
  const fs::path newest = scratch.path() / "c" / "step-000000000002";
  std::vector<std::string> whole, before;
  for (const char* name : files_of_checkpoint) {
    whole.push_back(read_file(newest / name, 1 << 20));
    before.push_back(read_file(scratch.path() / "c" / "step-000000000001" / name, 1 << 20));
  }
  test::SplitMix64 random(1);
  for (int noticed = 0; noticed < 10000;) {
    const std::size_t file = random.below(3);
    const std::string& one = whole[file];
    const std::string& other = random.below(2) == 0 ? whole[random.below(3)] : before[random.below(3)];
    std::string bytes = one.substr(0, random.below(one.size()));
    if (random.below(2) == 0) bytes += other.substr(random.below(other.size()));  // a splice
    if (bytes == one) continue;
    put(newest / files_of_checkpoint[file], bytes);
    INFO("after " << noticed << " others");
    REQUIRE(falls_back(store));
    ++noticed;
    put(newest / files_of_checkpoint[file], one);
  }
  for (std::size_t file = 0; file < 3; ++file) {
    fs::remove(newest / files_of_checkpoint[file]);
    CHECK(falls_back(store));
    if (before[file] != whole[file]) {  // the tiny weights of both are the same
      put(newest / files_of_checkpoint[file], before[file]);
      CHECK(falls_back(store));
    }
    put(newest / files_of_checkpoint[file], whole[file]);
  }
  // Without any whole checkpoint there is no silent start from the beginning.
  put(newest / "manifest.json", "");
  put(scratch.path() / "c" / "step-000000000001" / "manifest.json", "{}");
  std::vector<std::string> complaints;
  CHECK_THROWS_AS(store.load_newest(complaints), CorruptFile);
  CHECK(complaints.size() == 2);
}

TEST_CASE("hostile checkpoints are refused, without the memory that they ask for") {
  const test::Scratch scratch;
  const CheckpointStore store = tiny_store(scratch.path() / "c");
  const fs::path newest = scratch.path() / "c" / "step-000000000002";
  const std::string manifest = read_file(newest / "manifest.json", 1 << 20);
  fs::resize_file(newest / "state.safetensors", std::uintmax_t{1} << 40);  // mostly a hole
  CHECK(falls_back(store));
  tiny_store(scratch.path() / "c");
  // Manifests with the right checksum, and with parts of another type.
  for (const char* const pointer :
       {"/files", "/files/state.safetensors", "/files/state.safetensors/bytes_count", "/logs",
        "/logs/events.jsonl", "/origin", "/step"})
    for (const Json& wrong : {Json(), Json(-1), Json("text"), Json::array(), Json(1e300)}) {
      Json content = Json::parse(manifest)["content"];
      content[Json::json_pointer(pointer)] = wrong;
      INFO(pointer << " is " << wrong.dump());
      put(newest / "manifest.json", manifest_text(content));
      CHECK(falls_back(store));
    }
  for (const Json& sum : {Json(), Json(5), Json::array()}) {
    Json other = Json::parse(manifest);
    other["sha256"] = sum;
    put(newest / "manifest.json", pretty_text(other));
    CHECK(falls_back(store));
  }
}
