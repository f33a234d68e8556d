"""What the tests of runs that survive share: configurations, results that must not depend on what happened, and
how often something happens: EXMY_KILLS, EXMY_FAULTS and EXMY_OFFSETS, drawn with EXMY_SEED (scripts/nightly has
more)."""

import json
import os
import subprocess

from program import HERE, ProgramTest, changed, program, without_times

# Long enough to be hit in the middle; with everything that a run must remember.
LONG = {"seed": 3,
        "model": {"kind": "mlp", "hidden": [24]},
        "data": {"kind": "digits", "validation_count": 1397},
        "training": {"steps": 400, "batch_size": 16, "eval_every": 60,
                     "optimizer": {"kind": "adam", "lr": 0.01},
                     "loss_scale": {"kind": "dynamic", "initial": 1048576, "growth_interval": 5}},
        "policy": [{"match": {"role": ["weight", "activation"]}, "format": "e4m3fn", "saturation": "finite"},
                   {"match": {"role": ["activation_grad", "weight_grad"]}, "format": "e5m2",
                    "rounding": "stochastic_b"}],
        "checkpoint": {"every": 20}}
SHORT = changed(LONG, training__steps=6, training__eval_every=2, checkpoint__every=2)


def count(name, otherwise):
    """A number of the environment."""
    return int(os.environ.get(name, otherwise))


KILLS = count("EXMY_KILLS", 20)      # at random moments
FAULTS = count("EXMY_FAULTS", 40)    # before or after a random call of write, fsync, rename ...
OFFSETS = count("EXMY_OFFSETS", 50)  # at which a disk is full
SEED = count("EXMY_SEED", 1)


def offsets(chance, end, number=OFFSETS):
    """Numbers from 0 to end - 1, one in each of as many parts of equal size."""
    return [chance.randrange(end * i // number, max(end * (i + 1) // number, end * i // number + 1))
            for i in range(number)]


class SurvivalTest(ProgramTest):
    def result(self, directory):
        """All of a run directory that must not depend on interruptions."""
        report = without_times(self.report(directory))
        events = [json.loads(line) for line in self.read(directory, "events.jsonl").splitlines()]
        told = [e for e in events if e["event"] in ("validation", "skipped")]
        return report, told, self.read(directory, "stats.jsonl"), self.read(directory, "weights.safetensors")

    def whole(self, config, name="whole"):
        """The result of the uninterrupted run, and the name of its directory."""
        answer = self.good("run", self.write("config.json", config), "--out", name)
        (directory,) = answer.lines
        return self.result(directory), os.path.basename(directory)

    def start(self, *words, environment=None):
        return subprocess.Popen([program(), *words], cwd=self.folder, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                                env={**os.environ, **(environment or {})})

    def preloaded(self):
        """An environment that preloads faults.cpp; `self.counts` reads what it counted."""
        library = self.path("faults.so")
        if not os.path.exists(library):
            subprocess.run(["g++", "-shared", "-fPIC", "-O1", "-o", library, os.path.join(HERE, "faults.cpp"), "-ldl"],
                           check=True)
        return {"LD_PRELOAD": library, "EXMY_CALLS": self.path("calls")}

    def counts(self):
        """Of the last process that ended by itself: its calls, its bytes, the files that it named too early."""
        return tuple(map(int, self.read("calls").split()))

    def leftovers(self, *parts):
        """What no run may leave, however it ended but by a kill."""
        return [name for name in self.files(*parts) if name.endswith(".tmp")]

    def goes_on(self, directory, expected, *words):
        """The run goes on to the uninterrupted result, and nothing else is left."""
        self.good(*(words or ("run", "config.json", "--out", os.path.dirname(directory))))
        self.assertEqual(self.result(directory), expected)
        self.good("verify-run", directory)
        self.assertEqual([f for f in self.files(directory) if "checkpoint" in f], [])
