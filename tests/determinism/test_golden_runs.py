"""Twenty steps of every model under three policies: the final weights have the recorded bits, whatever the threads.

usage: EXMY=PROGRAM [THREADS=1,2,3] python3 test_golden_runs.py [--record]
Networks, data and initial weights are those of tests/golden/parity. They are so small that threads would share nothing: with
EXMY_SHARE_FROM=0 they share every step, and a preloaded library counts that they do. `--record` writes what came out, for a change of the
definitions (numerics_version), to tests/golden/runs.json.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GOLDEN = os.path.join(ROOT, "tests", "golden")
RUNS = os.path.join(GOLDEN, "runs.json")
sys.path.append(os.path.join(ROOT, "tests", "cli"))

from program import ProgramTest, program  # noqa: E402  (needs the path above)

OPERANDS = {"op": ["dot", "conv2d", "scores", "context"]}
POLICIES = {
    "fp32": [],
    "fp8": [{"match": {**OPERANDS, "role": ["weight", "activation"]}, "format": "e4m3fn", "saturation": "finite"},
            {"match": {**OPERANDS, "role": "activation_grad"}, "format": "e5m2", "saturation": "finite"}],
    "fp16-accumulate": [{"match": {"role": ["weight", "activation", "activation_grad", "product", "accumulator"]},
                         "format": "fp16"}]}
THREADS = os.environ.get("THREADS", "1,2,3").split(",")
STEPS = 20  # of every run


def models():
    folder = os.path.join(GOLDEN, "parity")
    return sorted(name for name in os.listdir(folder) if os.path.exists(os.path.join(folder, name, "config.json")))


def counts_regions():
    """Whether the program asks GCC's OpenMP for its threads, and no sanitizer has to be loaded first."""
    with open(program(), "rb") as file:
        code = file.read()
    return b"libgomp.so" in code and b"libasan.so" not in code


class GoldenRuns(ProgramTest):
    library = None

    @classmethod
    def setUpClass(cls):
        if not counts_regions():
            return
        folder = tempfile.TemporaryDirectory(prefix="exmy-regions-")
        cls.addClassCleanup(folder.cleanup)
        cls.library = os.path.join(folder.name, "regions.so")
        subprocess.run(["g++", "-shared", "-fPIC", "-O1", "-fopenmp", "-o", cls.library,
                        os.path.join(os.path.dirname(os.path.abspath(__file__)), "regions.cpp"), "-ldl"], check=True)

    def sha256(self, policy, threads):
        words = [f"policy={json.dumps(POLICIES[policy])}", f"threads={threads}", "--out", f"{policy}-{threads}"]
        env = {"EXMY_SHARE_FROM": "0"}
        if self.library:
            env |= {"LD_PRELOAD": self.library, "EXMY_REGIONS": self.path("regions")}
        (directory,) = self.good("run", "config.json", *words, "--quiet", env=env).lines
        return json.loads(self.read(directory, "report.json"))["determinism"]["final_weights_sha256"]

    def check(self, model):
        with open(RUNS, encoding="utf-8") as file:
            recorded = json.load(file)[model]
        shutil.copytree(os.path.join(GOLDEN, "parity", model), self.path("."), dirs_exist_ok=True)
        self.assertEqual(set(recorded), set(POLICIES))
        for policy, wanted in recorded.items():
            for threads in THREADS:
                self.assertEqual(self.sha256(policy, threads), wanted, f"{policy}, {threads} threads")
                if self.library:
                    self.check_regions(int(threads))

    def check_regions(self, threads):
        """What threads share is shared: forward, backward and update of each step are some regions at least."""
        count = int(self.read("regions"))
        if threads == 1:
            self.assertEqual(count, 0)
        else:
            self.assertGreater(count, 10 * STEPS)


def add(model):
    setattr(GoldenRuns, f"test_{model}", lambda self: self.check(model))


def record():
    runs = {}
    for model in models():
        test = GoldenRuns()
        with tempfile.TemporaryDirectory(prefix="exmy-golden-") as test.folder:
            shutil.copytree(os.path.join(GOLDEN, "parity", model), test.path("."), dirs_exist_ok=True)
            runs[model] = {policy: test.sha256(policy, 1) for policy in POLICIES}
    with open(RUNS, "w", encoding="utf-8") as file:
        file.write(json.dumps(runs, indent=2) + "\n")


for _model in models():
    add(_model)

if __name__ == "__main__":
    program()
    if "--record" in sys.argv[1:]:
        record()
    else:
        unittest.main()
