"""The same bits with any number of threads, any instruction set, any environment."""

import unittest

from program import ProgramTest, SMALL, changed

# Every kernel: sums in several orders and formats, products rounded or not, deterministic and stochastic.
CONFIG = changed(
    SMALL, training__steps=8, model__hidden=[33, 17], model__activation="tanh",
    training__optimizer={"kind": "adam", "lr": 0.01}, training__loss_scale={"kind": "static", "value": 1024},
    stats={"counters": True, "every": 3, "histograms": "all"},
    policy=[{"match": {"role": ["weight", "activation"]}, "format": "e4m3fn", "saturation": "finite"},
            {"match": {"role": "activation_grad"}, "format": "e5m2", "rounding": "stochastic_b",
             "random_bits": 13},
            {"match": {"role": "accumulator", "layer": "fc2"}, "format": "e6m9", "order": "chunked",
             "chunk": 8},
            {"match": {"role": "product", "layer": "fc3"}, "format": "fp16"},
            {"match": {"role": "accumulator", "layer": "fc3"}, "order": "pairwise", "format": "bf16",
             "rounding": "stochastic_a"},
            {"match": {"role": "accumulator", "layer": "fc1", "op": "dot"}, "order": "block",
             "block": "hopper_fp8", "chunk": 48, "outer": {"format": "fp16", "rounding": "stochastic_b"}},
            {"match": {"role": "accumulator", "layer": "loss"}, "order": "exact", "format": "bf16"},
            {"match": {"role": ["optimizer_state", "master_weight"]}, "format": "bf16",
             "rounding": "stochastic_c"}])


class Bits(ProgramTest):
    def fingerprint(self, config=CONFIG, **environment):
        self.count = getattr(self, "count", 0) + 1
        _, (report,) = self.runs(self.write("a.json", config), "--out", str(self.count), env=environment)
        tensors = report.get("tensors")
        if "EXMY_ISA" in environment:  # which chooses the kernels
            tensors = [{key: value for key, value in t.items() if key != "kernels"} for t in tensors]
        return report["determinism"], tensors, report["final"], report["gradients"]

    def same(self, variants, config=CONFIG):
        first, *others = [self.fingerprint(config, **variant) for variant in variants]
        for variant, other in zip(variants[1:], others):
            self.assertEqual(other[0], first[0], variant)
            self.assertTrue(other == first, f"{variant}: other statistics")

    def test_threads(self):
        self.same([{"OMP_NUM_THREADS": n} for n in "123"])
        plain = changed(SMALL, training__steps=8)
        self.same([{"OMP_NUM_THREADS": n} for n in "123"], plain)

    def test_instruction_sets(self):
        self.same([{"EXMY_ISA": level} for level in ("baseline", "x86-64-v2", "x86-64-v3", "x86-64-v4",
                                                     "auto")])

    def test_a_wide_format_changes_the_carrier_and_nothing_else(self):
        config = changed(SMALL, training__steps=8, recipe="fp8_hybrid", stats__counters=True)
        reports = []
        for policy in ([], [{"match": {"layer": "loss", "op": "cross_entropy", "pass": "dgrad"},
                             "format": "fp64"},
                            {"match": {"layer": "loss", "op": "cross_entropy", "pass": "dgrad"},
                             "format": "fp32"}]):
            _, (report,) = self.runs(self.write("a.json", changed(config, policy=policy)))
            reports.append(report)
        self.assertEqual([report["provenance"]["carrier"] for report in reports], ["float", "double"])
        self.assertEqual(reports[0]["determinism"], reports[1]["determinism"])

    def test_locale_and_time_zone(self):
        self.same([{"LC_ALL": "C"}, {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8", "TZ": "Asia/Tokyo"}])


if __name__ == "__main__":
    unittest.main()
