"""Twenty steps of every model beside PyTorch's, which scripts/record_parity recorded: losses and final weights."""

import glob
import json
import os
import shutil
import struct
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GOLDEN = os.path.join(ROOT, "tests", "golden", "parity")
sys.path.append(os.path.join(ROOT, "tests", "cli"))

from arrays import arrays_of  # noqa: E402  (needs the path above)
from program import ProgramTest  # noqa: E402

CODES = {"F32": "f", "F64": "d"}
POLICIES = {"fp64": [{"format": "fp64"}, {"match": {"role": "product"}, "format": "exact"}],
            "fp32": []}
# Rounding is the only difference: two orders of summation part by some units in the last place (2^-53 and 2^-24), which
# twenty steps of training multiply, by some thousand in these networks.
TOLERANCES = {"fp64": 1e-10, "fp32": 1e-4}


def numbers_of(array):
    dtype, shape, data = array
    return struct.unpack(f"<{len(data) // struct.calcsize(CODES[dtype])}{CODES[dtype]}", data)


def distance(got, wanted):
    """The largest difference, relative to the largest number."""
    return max(abs(a - b) for a, b in zip(got, wanted, strict=True)) / max(map(abs, wanted))


class Parity(ProgramTest):
    def check(self, name, form):
        shutil.copytree(os.path.join(GOLDEN, name), self.path("."), dirs_exist_ok=True)
        (directory,) = self.good("run", "config.json", f"policy={json.dumps(POLICIES[form])}", "--quiet").lines
        expected = arrays_of(self.read("expected.safetensors"))
        wanted = {key.split("/", 1)[1]: numbers_of(array) for key, array in expected.items() if key.startswith(form)}
        curve = json.loads(self.read(directory, "report.json"))["loss_curve"]
        far = [abs(a / b - 1) for a, b in zip(curve["train_loss"], wanted.pop("losses"), strict=True)]
        self.assertLessEqual(max(far), TOLERANCES[form], far)
        weights = {key: numbers_of(array) for key, array in
                   arrays_of(self.read(directory, "weights.safetensors")).items()}
        self.assertEqual(set(weights), set(wanted))
        for key, numbers in wanted.items():
            self.assertLessEqual(distance(weights[key], numbers), TOLERANCES[form], key)


def add(name, form):
    setattr(Parity, f"test_{name}_{form}", lambda self: self.check(name, form))


for _path in sorted(glob.glob(os.path.join(GOLDEN, "*", "config.json"))):
    for _form in TOLERANCES:
        add(os.path.basename(os.path.dirname(_path)), _form)

if __name__ == "__main__":
    unittest.main()
