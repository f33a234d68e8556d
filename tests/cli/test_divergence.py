"""Runs that produce NaN or infinity, and warnings of what will go wrong."""

import json
import unittest

from program import ProgramTest, SMALL, changed

MIXED = {"role": ["weight", "activation", "activation_grad", "weight_grad"]}
# A pixel of 16 becomes 16 million, too much for fp16: the first rounding of the first step gives infinity.
AT_THE_INPUT = changed(SMALL, data__scale=1e6, policy=[{"match": {"layer": "input"}, "format": "fp16"}])
# The learning rate throws the weights out of fp16 after a step or more.
LATER = changed(SMALL, training__steps=20, training__optimizer__lr=1e6,
                policy=[{"match": MIXED, "format": "fp16"}])
# The gradient overflows to infinity, gives NaN, and e2m1fn has no NaN.
LOST = changed(SMALL, policy=[{"match": {"role": "activation_grad"}, "format": "e4m3"},
                              {"match": {"role": "weight_grad"}, "format": "e2m1fn"}],
               training__loss_scale={"kind": "static", "value": 2.0**100})


class Divergence(ProgramTest):
    def diverged(self, config, *words, code=0):
        answer, (report,) = self.runs(self.write("a.json", config), *words, code=code)
        self.assertEqual(report["run"]["status"], "diverged")
        self.assertIn("diverged", answer.err.lower())
        place = report["run"]["divergence"]
        self.assertEqual(place["step"], report["run"]["steps_count"] - 1)
        return report, place

    def test_infinity_at_the_input_is_named(self):
        _, place = self.diverged(AT_THE_INPUT)
        self.assertEqual({key: place[key] for key in ("step", "layer", "op", "pass", "role")},
                         {"step": 0, "layer": "input", "op": "data", "pass": "forward", "role": "activation"})

    def test_the_first_step_the_layer_and_the_op_are_named(self):
        report, place = self.diverged(LATER)
        self.assertGreater(place["step"], 0)
        sites = [line.split()[0] for line in self.good("validate", "--sites", "a.json").lines[1:]]
        self.assertIn("/".join(place[key] for key in ("layer", "op", "pass", "role")), sites)
        self.assertNotEqual(place["message"], "")
        # One step less is finite, and the trajectory up to there is the same.
        _, (before,) = self.runs("a.json", f"training.steps={place['step']}", "data.validation_count=0",
                                 "training.schedule.kind=constant")
        _, (same,) = self.runs("a.json", "data.validation_count=0")
        self.assertEqual(before["run"]["status"], "completed")
        self.assertEqual(same["loss_curve"]["train_loss"][:place["step"]], before["loss_curve"]["train_loss"])
        self.assertEqual(same["run"]["divergence"], place)

    def test_a_nan_that_is_lost_in_a_format_without_nan_is_divergence(self):
        for counters in (True, False):
            _, place = self.diverged(changed(LOST, stats__counters=counters))
            self.assertEqual(place["step"], 0)
            self.assertIn("NaN", place["message"])
            self.assertNotEqual(place["layer"], "")

    def test_exit_codes(self):
        self.diverged(LATER)
        self.diverged(LATER, "--fail-on-divergence", code=1)  # kept, and still a failure
        self.diverged(LATER, "--fail-on-divergence", "--out", "new", code=1)
        self.write("good.json", SMALL)
        answer = self.good("run", "a.json", "good.json", "--fail-on-divergence", "--json", code=1)
        self.assertEqual([json.loads(line)["status"] for line in answer.lines], ["diverged", "completed"],
                         "the others are run all the same")
        self.good("run", "good.json", "--fail-on-divergence")

    def test_events_tell_it(self):
        answer = self.good("run", self.write("a.json", LATER))
        lines = self.read(answer.lines[0], "events.jsonl").splitlines()
        events = [json.loads(line)["event"] for line in lines]
        self.assertEqual((events[0], events[-1]), ("started", "diverged"))

    def test_a_dynamic_loss_scale_absorbs_infinite_gradients(self):
        config = changed(SMALL, training__loss_scale={"kind": "dynamic", "initial": 2.0**40},
                         policy=[{"match": MIXED, "format": "fp16"}], training__steps=40)
        _, (report,) = self.runs(self.write("a.json", config))
        self.assertEqual(report["run"]["status"], "completed")
        self.assertGreater(report["final"]["skipped_steps_count"], 5)
        scales = report["loss_curve"]["loss_scale"]
        self.assertEqual(scales[:2], [2.0**40, 2.0**39])
        self.assertEqual(scales[-1], 2.0**40 / 2 ** report["final"]["skipped_steps_count"])


class Warnings(ProgramTest):
    def warned(self, config, code, pointer, *said):
        """The warning is on stderr of validate and run, and in the report."""
        name = self.write("a.json", config)
        self.assertIn(f"warning[{code}] {pointer}: ", self.good("validate", name).err)
        answer, (report,) = self.runs(name)
        self.assertIn(f"warning[{code}] {pointer}: ", answer.err)
        (found,) = [w["message"] for w in report["warnings"] if (w["code"], w["pointer"]) == (code, pointer)]
        for text in said:
            self.assertIn(text, found)
        self.assertNotIn("warning", answer.out)

    def clean(self, config):
        name = self.write("a.json", config)
        self.assertEqual(self.good("validate", name).err, "")

    def test_adam_decays_that_round_to_one(self):
        adam = {"kind": "adam", "lr": 0.001}
        bf16 = [{"match": {"role": ["update", "optimizer_state", "master_weight"]}, "format": "bf16"}]
        config = changed(SMALL, training__optimizer=adam, policy=bf16)
        self.warned(config, "W101", "/training/optimizer/beta2", "0.999", "rounds to 1", "bf16")
        self.clean(changed(SMALL, training__optimizer={**adam, "beta2": 0.99}, policy=bf16))
        self.clean(changed(SMALL, training__optimizer=adam))
        fp16 = [{"match": {"role": "update"}, "format": "fp16"}]
        self.warned(changed(SMALL, training__optimizer=adam, policy=fp16), "W101",
                    "/training/optimizer/epsilon", "1e-08", "rounds to 0", "fp16")

    def test_a_decoupled_decay_that_rounds_to_nothing(self):
        adamw = {"kind": "adamw", "lr": 0.001, "beta2": 0.99, "weight_decay": 0.01}
        bf16 = [{"match": {"role": "update"}, "format": "bf16"}]
        self.warned(changed(SMALL, training__optimizer=adamw, policy=bf16), "W101", "/training/optimizer/weight_decay",
                    "1 - lr * weight_decay = 0.99999 rounds to 1 in bf16")
        self.clean(changed(SMALL, training__optimizer={**adamw, "lr": 0.25, "weight_decay": 0.5}, policy=bf16))
        self.clean(changed(SMALL, training__optimizer={**adamw, "weight_decay": 0}, policy=bf16))
        self.clean(changed(SMALL, training__optimizer=adamw))
        # Where biases do not decay, theirs is no loss.
        biases = [{"match": {"role": "update", "op": "adamw.bias"}, "format": "bf16"}]
        self.warned(changed(SMALL, training__optimizer=adamw, policy=biases), "W101",
                    "/training/optimizer/weight_decay", "rounds to 1 in bf16")
        matrices = {**adamw, "decay": "matrices"}
        self.clean(changed(SMALL, training__optimizer=matrices, policy=biases))
        self.warned(changed(SMALL, training__optimizer=matrices, policy=bf16), "W101",
                    "/training/optimizer/weight_decay", "rounds to 1 in bf16")
        # A compensated update takes the lost part off; bf16 has the range for it, fp16 has not.
        kahan = {**adamw, "weight_decay": 1e-6, "epsilon": 0.001, "update": {"kind": "kahan"}}
        self.clean(changed(SMALL, training__optimizer=kahan, policy=bf16))
        fp16 = [{"match": {"role": "update"}, "format": "fp16"}]
        self.warned(changed(SMALL, training__optimizer=kahan, policy=fp16), "W101", "/training/optimizer/weight_decay",
                    "lr * weight_decay = 1e-09 rounds to 0 in fp16")

    def test_a_dynamic_loss_scale_that_can_never_back_off(self):
        finite = [{"match": {"role": ["activation_grad", "weight_grad"]}, "format": "e5m2",
                   "saturation": "finite"}]
        dynamic = {"kind": "dynamic", "initial": 1024}
        config = changed(SMALL, policy=finite, training__loss_scale=dynamic)
        self.warned(config, "W102", "/training/loss_scale", "saturat", '"on": "saturated"')
        self.clean(changed(config, training__loss_scale={**dynamic, "on": "saturated"}, stats__counters=True))
        self.clean(changed(config, policy=[{**finite[0], "saturation": "none"}]))
        self.clean(changed(config, training__loss_scale={"kind": "static", "value": 1024}))

    def test_a_loss_scale_that_does_not_survive_its_format(self):
        loss = [{"match": {"role": "loss"}, "format": "e4m3fn", "saturation": "finite"}]
        self.warned(changed(SMALL, policy=loss, training__loss_scale={"kind": "static", "value": 2.0**20}),
                    "W103", "/training/loss_scale", "32768", "448", "e4m3fn")
        # 1024 / 30 is no fp32 number, but its rounding error means nothing.
        scale = {"kind": "static", "value": 1024}
        self.clean(changed(SMALL, training__batch_size=30, training__loss_scale=scale))

    def test_what_a_run_loses_is_in_its_report(self):
        policy = [{"match": {"role": "weight", "op": "dot"}, "format": "e2m1fn"}]
        config = changed(SMALL, stats__counters=True, policy=policy)
        _, (report,) = self.runs(self.write("a.json", config))
        messages = [w["message"] for w in report["warnings"] if w["code"] == "W201"]
        self.assertTrue(any("fc1/dot/forward/weight" in message for message in messages), report["warnings"])


if __name__ == "__main__":
    unittest.main()
