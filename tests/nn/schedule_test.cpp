// Factors of the learning rate.

#include <cmath>

#include "sim/nn/schedules/schedule.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;

struct Read {
  std::vector<Problem> problems;
  Schedule schedule;

  explicit Read(const std::string& json) {
    const Document document = Document::parse(json, "test");
    schedule = read_schedule(ObjectReader(document, "", problems));
  }
  std::vector<double> factors(std::uint64_t steps, std::uint64_t batch = 32) const {
    std::vector<double> all;
    for (std::uint64_t step = 0; step < steps; ++step) all.push_back(schedule({step, steps, 3, batch}));
    return all;
  }
};

TEST_CASE("schedules: constant and step") {
  CHECK(Read(R"({})").factors(3) == std::vector<double>{1, 1, 1});
  CHECK(Read(R"({"kind": "step", "every": 2, "factor": 0.5})").factors(5) ==
        std::vector<double>{1, 1, 0.5, 0.5, 0.25});
}

TEST_CASE("schedules: a cosine") {
  const std::vector<double> f = Read(R"({"kind": "cosine"})").factors(8);
  for (std::size_t i = 0; i < 8; ++i)
    CHECK(std::fabs(f[i] - (1 + std::cos(std::acos(-1.0) * static_cast<double>(i) / 8)) / 2) <
          1e-15);  // libm's
}

TEST_CASE("schedules: a warm-up rises, then the kind runs over the steps that follow") {
  CHECK(Read(R"({"warmup_steps": 4})").factors(6) == std::vector<double>{0.25, 0.5, 0.75, 1, 1, 1});
  CHECK(Read(R"({"kind": "step", "every": 1, "factor": 0.5, "warmup_steps": 2})").factors(5) ==
        std::vector<double>{0.5, 1, 1, 0.5, 0.25});
  const std::vector<double> f = Read(R"({"kind": "cosine", "warmup_steps": 2})").factors(10);
  const std::vector<double> plain = Read(R"({"kind": "cosine"})").factors(8);
  CHECK(std::vector<double>(f.begin() + 2, f.end()) == plain);
  CHECK(Read(R"({"warmup_epochs": 2})").factors(7) == Read(R"({"warmup_steps": 6})").factors(7));
  CHECK(Read(R"({"kind": "cosine", "warmup_steps": 9})").factors(2) == std::vector<double>{1.0 / 9, 2.0 / 9});
}

TEST_CASE("schedules: the linear scaling rule") {
  CHECK(Read(R"({"reference_batch": 8})").factors(2) == std::vector<double>{4, 4});
  CHECK(Read(R"({"reference_batch": 64})").factors(2) == std::vector<double>{0.5, 0.5});
  // From the rate of the reference batch to four times that.
  CHECK(Read(R"({"reference_batch": 8, "warmup_steps": 4})").factors(6) ==
        std::vector<double>{1.75, 2.5, 3.25, 4, 4, 4});
  // 1 + 7 (1 / 3), each operation rounded; 1 + (7 1) / 3 would be 0x1.aaaaaaaaaaaabp+1.
  CHECK(Read(R"({"reference_batch": 4, "warmup_steps": 3})").factors(4) ==
        std::vector<double>{0x1.aaaaaaaaaaaaap+1, 0x1.6aaaaaaaaaaaap+2, 8, 8});
  CHECK(Read(R"({"warmup_steps": 1, "warmup_epochs": 1})").problems.size() == 1);
}

}  // namespace
