"""The README's first command, for real: twice, and the second time nothing is done again."""

import glob
import json
import os
import subprocess
import time
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ROWS = """fp32 fp16 bf16 e5m2 e4m3fn e3m2fn e2m1fn fp16-accumulate e5m2-accumulate xor-fp32 xor-fp16-master
xor-fp16""".split()


def quickstart():
    started = time.monotonic()
    done = subprocess.run([os.path.join(ROOT, "scripts", "quickstart")], text=True, capture_output=True, cwd="/")
    return done, time.monotonic() - started


class Quickstart(unittest.TestCase):
    def test_a_second_call_does_nothing_again(self):
        first, seconds = quickstart()
        self.assertEqual(first.returncode, 0, first.stderr[-3000:])
        self.assertLess(seconds, 300, "at most 5 minutes on two cores")
        for row in ROWS:
            self.assertRegex(first.stdout, rf"(?m)^{row} +completed ")
        reports = {path: os.stat(path).st_mtime_ns for path in glob.glob(ROOT + "/results/quickstart/*/report.json")}
        self.assertGreaterEqual(len(reports), len(ROWS))
        pictures = glob.glob(ROOT + "/results/quickstart/pictures/*.png")
        self.assertTrue(any(p.endswith("overview.png") for p in pictures), pictures)
        second, seconds = quickstart()
        self.assertEqual(second.returncode, 0, second.stderr[-3000:])
        self.assertEqual(second.stdout, first.stdout)
        self.assertLess(seconds, 60)
        self.assertEqual(reports, {path: os.stat(path).st_mtime_ns for path in reports})

    def test_the_table_tells_the_story(self):
        """Accuracies of the digits within a point of each other; all float16 does not learn, with fp32 masters does."""
        final = {}
        for path in glob.glob(ROOT + "/results/quickstart/*/report.json"):
            with open(path, encoding="utf-8") as file:
                report = json.load(file)
            final[report["run"]["name"]] = report["final"]
        accuracy = {name: final[name]["validation_accuracy_fraction"] for name in ROWS}
        for row in ("fp32", "fp16", "bf16", "e5m2", "e4m3fn"):
            self.assertGreater(accuracy[row], 0.97, row)
        self.assertGreater(accuracy["e2m1fn"], 0.93)
        self.assertLess(final["xor-fp32"]["train_loss"], 0.025)
        self.assertLess(final["xor-fp16-master"]["train_loss"], 0.025)
        self.assertGreater(final["xor-fp16"]["train_loss"], 0.45)


if __name__ == "__main__":
    unittest.main()
