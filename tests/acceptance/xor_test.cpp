// Acceptance item 11: the "all layers float16" program of many tutorials does not train, because Adam's state
// and the weights are float16 too. The loss is that of the whole training set after 400 steps.

#include <cmath>

#include "tests/acceptance/trained.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;
using namespace exmy::acceptance;

TEST_CASE("acceptance 11: the XOR program trains in fp32", "[slow]") {
  const int seed = GENERATE(1, 2, 3);
  const Trained fp32 = train_with_seed("experiments/quickstart/xor-fp32.json", seed);
  CHECK(fp32.train_loss <= 0.025);
  CHECK(fp32.validation_accuracy_fraction == 1);
}

TEST_CASE("acceptance 11: everything in fp16, Adam too, does not train", "[slow]") {
  const int seed = GENERATE(1, 2, 3);
  const Trained fp16 = train_with_seed("experiments/quickstart/xor-fp16.json", seed);
  CHECK(fp16.train_loss >= 0.45);
  CHECK(fp16.zero_v_fraction > 0.7);
}

TEST_CASE("acceptance 11: fp16 with fp32 master weights and optimiser state trains like fp32", "[slow]") {
  const int seed = GENERATE(1, 2, 3);
  const Trained mixed = train_with_seed("experiments/quickstart/xor-fp16-master.json", seed);
  CHECK(mixed.train_loss <= 0.025);
  CHECK(mixed.validation_accuracy_fraction == 1);
  CHECK(mixed.zero_v_fraction < 0.01);
}

TEST_CASE("acceptance 11: bf16 alone stalls near a loss of .24", "[slow]") {
  const int seed = GENERATE(1, 2, 3);
  const Trained bf16 = train_with_seed("experiments/acceptance/xor-bf16.json", seed);
  CHECK(std::fabs(bf16.train_loss - 0.24) <=
        0.02);  // guessing gives .25; the item's data and seeds are not known
  CHECK(bf16.validation_accuracy_fraction < 0.6);
}

}  // namespace
