"""What the tests of experiments/behaviour share: a run of an example, and what they read in its report."""

import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXAMPLES = os.path.join(ROOT, "experiments", "behaviour")
IMAGES = os.path.join(ROOT, "experiments", "images")
sys.path.append(os.path.join(ROOT, "tests", "cli"))

from program import ProgramTest, program  # noqa: E402  (needs the path above)

HOURS = 3600.0  # a GPT takes some ten minutes on two cores, on a machine that is busy several times as long


class BehaviourTest(ProgramTest):
    """Runs are kept from test to test: several are compared with the same one."""

    reports = {}

    def run_of(self, name, *words, folder=EXAMPLES):
        """`words`: overrides of the configuration."""
        key = (name, *words)
        if key not in self.reports:
            path = os.path.join(folder, f"{name}.json")
            done = subprocess.run([program(), "run", path, *words, "--quiet"], cwd=self.folder, stdout=subprocess.PIPE,
                                  text=True, timeout=3 * HOURS, check=True)
            report = self.reports[key] = self.report(done.stdout.strip())
            print(f"{' '.join(key)}: {report['run']['status']}, {json.dumps(report['final'])}", flush=True)
        return self.reports[key]

    def loss(self, name):
        """The validation loss at the end: all windows or samples of the validation part, so that it is the same for all
        runs and scatters less than the loss of a batch."""
        report = self.run_of(name)
        self.assertEqual(report["run"]["status"], "completed", name)
        return report["final"]["validation_loss"]

    def vanished(self, name):
        """The share of the activations' gradients other than 0 that were rounded to 0."""
        counts = [tensor["counters"] for tensor in self.run_of(name)["tensors"] if tensor["role"] == "activation_grad"]
        numbers = sum(c["total_count"] - c["zero_in_count"] for c in counts)
        return sum(c["underflow_to_zero_count"] for c in counts) / numbers
