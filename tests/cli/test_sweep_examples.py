"""The example sweeps of experiments/sweeps: they expand to the runs that their page speaks of, and they run."""

import glob
import json
import os
import unittest

from program import ROOT, ProgramTest

EXAMPLES = os.path.join(ROOT, "experiments", "sweeps")
# combinations of parameters and baselines, times seeds
RUNS = {"formats": (3 * 21 + 1) * 3, "accumulators": (6 * 4 + 1) * 3, "updates": 5 * 11 * 3,
        "loss-scale": (3 * 23 + 1) * 3}


class SweepExamples(ProgramTest):
    def test_each_is_known_here(self):
        self.assertEqual(sorted(RUNS), sorted(os.path.basename(path)[:-len(".json")]
                                              for path in glob.glob(os.path.join(EXAMPLES, "*.json"))))

    def test_each_expands_and_every_run_is_valid(self):
        for name, count in RUNS.items():
            answer = self.good("sweep", os.path.join(EXAMPLES, name + ".json"), "--dry-run")
            self.assertRegex(answer.out + answer.err, rf"\b{count} runs\b", name)
            self.assertEqual(os.listdir(self.folder), [], name)

    def test_a_few_runs_of_each_with_two_steps(self):
        for name in RUNS:
            with open(os.path.join(EXAMPLES, name + ".json"), encoding="utf-8") as file:
                sweep = json.load(file)
            sweep.update(base=os.path.join(EXAMPLES, sweep["base"]), method="random", count=3, seeds=1, name=name)
            sweep["overrides"].update({"training.epochs": None, "training.steps": 2, "model.hidden": [16]})
            self.good("sweep", self.write(name + ".json", sweep), "-j", "2")
            index = json.loads(self.read("results", name, "sweep.json"))
            self.assertEqual(len(index["runs"]), 3 + ("baseline" in sweep), name)
            for run in index["runs"]:
                report = self.report(os.path.join("results", name, run["run_id"]))
                self.assertGreater(report["run"]["steps_count"], 0, run)

    def test_the_page_has_command_number_and_picture_of_each(self):
        with open(os.path.join(ROOT, "experiments", "README.md"), encoding="utf-8") as file:
            page = file.read()
        for name, count in RUNS.items():
            self.assertIn(f"{count} runs", page)
            self.assertIn(f"exmy sweep experiments/sweeps/{name}.json", page)
            self.assertIn(f"(sweeps/{name}.png)", page)
            self.assertLess(os.path.getsize(os.path.join(EXAMPLES, name + ".png")), 120_000, "bytes: for a page")


if __name__ == "__main__":
    unittest.main()
