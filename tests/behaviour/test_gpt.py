"""Known behaviour of a GPT of 4 layers, 4 heads and width 128: half an hour on two cores. scripts/nightly runs this."""

import json
import os
import unittest

from behaviour import ROOT, BehaviourTest

with open(os.path.join(ROOT, "tests", "golden", "text-gpt.json"), encoding="utf-8") as _file:
    RECORDED = json.load(_file)


class Gpt(BehaviourTest):
    """The bounds of the losses at the end are what such networks are asked to keep; what was measured stands beside them."""

    def test_the_first_losses_are_those_of_the_framework(self):
        # Same weights, same batches, two orders of summation in fp32: 5e-6 apart at most were measured. Other batches or
        # other weights are some 0.01 apart in the first step already.
        losses = self.run_of("gpt-fp32")["loss_curve"]["train_loss"]
        for got, wanted in zip(losses, RECORDED["first_train_losses"]):
            self.assertLess(abs(got - wanted), 1e-3)

    def test_fp32_ends_where_the_framework_does(self):
        validation = self.run_of("gpt-fp32")["loss_curve"]["validation"]
        self.assertEqual(validation["step"], [point["step"] for point in RECORDED["validation"]])
        for got, point in zip(validation["loss"], RECORDED["validation"]):
            self.assertLess(abs(got - point["loss"]), 0.02, point)  # 0.00001 was measured

    def test_it_takes_less_than_a_gibibyte(self):
        self.assertLess(self.run_of("gpt-fp32")["cost"]["peak_rss_bytes_count"], 1 << 30)  # 259 MiB were measured

    def test_bf16_follows_fp32(self):
        self.assertLess(abs(self.loss("gpt-bf16") - self.loss("gpt-fp32")), 0.05)  # 0.0008 was measured

    def test_e5m2_does_not(self):
        report = self.run_of("gpt-e5m2")
        if report["run"]["status"] != "diverged":
            self.assertGreater(self.loss("gpt-e5m2"), self.loss("gpt-fp32") + 0.2)  # 7.35 was measured

    def test_an_optimiser_in_e5m2_diverges_at_once(self):
        report = self.run_of("gpt-e5m2-optimizer")
        self.assertEqual(report["run"]["status"], "diverged")
        self.assertEqual(report["run"]["steps_count"], 1)


if __name__ == "__main__":
    unittest.main()
