"""Sweeps whose runs crash and hang, whose runner is killed, and which two runners share: at the end every run
is complete, none was trained to the end twice, and all results are those of a sweep that nothing happened to, bit
for bit.

From the environment: EXMY_RUNS, EXMY_RUNNER_KILLS, EXMY_SEED. scripts/nightly has more of each.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(os.path.dirname(HERE), "cli"))

from program import program  # noqa: E402  (needs the path above)
from survival import SEED, SurvivalTest, count  # noqa: E402

RUNS = count("EXMY_RUNS", 60)
RUNNER_KILLS = count("EXMY_RUNNER_KILLS", 5)
CRASHES, HANGS = 200, 50  # of 1000 processes
CALLS = 60                # among which the one is at which that happens; an undisturbed run makes more
LONGEST_S = 90 + 5 * RUNS  # a sweep that takes longer hangs
BASE = {"model": {"kind": "mlp", "hidden": [6]},
        "data": {"kind": "xor", "train_count": 64},
        "training": {"steps": 12, "batch_size": 16, "eval_every": 5, "loss": "mse",
                     "optimizer": {"kind": "adam", "lr": 0.01},
                     "loss_scale": {"kind": "dynamic", "initial": 1048576, "growth_interval": 3}},
        "policy": [{"match": {"role": ["weight", "activation"]}, "format": "e4m3fn", "saturation": "finite"},
                   {"match": {"role": ["activation_grad", "weight_grad"]}, "format": "e5m2",
                    "rounding": "stochastic_b"}],
        "checkpoint": {"every": 4}}


def sweep():
    """Two learning rates with many seeds each."""
    return {"base": "base.json", "name": "chaos", "time_limit_s": 3, "retries": 2,
            "parameters": {"training.optimizer.lr": {"values": [0.01, 0.02]},
                           "seed": {"values": list(range(1, RUNS // 2 + 1))}}}


def is_temporary(name):
    """What a process that is killed may leave."""
    return name.startswith(".exmy-") or name in ("lock", "lock.takeover")


class Chaos(SurvivalTest):
    def setUp(self):
        super().setUp()
        self.write("base.json", BASE)
        self.write("sweep.json", sweep())
        self.chance = random.Random(SEED)
        os.mkdir(self.path("chaos"))
        library = self.path("chaos.so")
        subprocess.run(["g++", "-shared", "-fPIC", "-O1", "-o", library, os.path.join(HERE, "chaos.cpp"), "-ldl"],
                       check=True)
        self.environment = {"LD_PRELOAD": library, "EXMY_CHAOS": self.path("chaos"), "EXMY_SEED": str(SEED + 1),
                            "EXMY_CRASHES": str(CRASHES), "EXMY_HANGS": str(HANGS), "EXMY_CALLS": str(CALLS),
                            "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}
        self.running = []
        self.addCleanup(self.end_all)

    def sweep(self, out="out"):
        """A runner, just started."""
        log = open(self.path(f"log-{len(self.running)}"), "wb")
        self.addCleanup(log.close)
        command = [program(), "sweep", "sweep.json", "--quiet", "--json", "-j", "2", "--out", out]
        self.running.append(subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                             env={**os.environ, **self.environment}))
        return self.running[-1]

    def end_all(self):
        for runner in self.running:
            runner.kill()
            runner.wait()
        for process in self.children_left():
            os.kill(process, signal.SIGKILL)

    def children_left(self):
        """Processes of ours that no runner waits for any more."""
        found = []
        for entry in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{entry}/environ", "rb") as file:
                    if f"EXMY_CHAOS={self.folder}".encode() in file.read():
                        found.append(int(entry))
            except OSError:
                pass
        return [process for process in found if process not in [runner.pid for runner in self.running]]

    def wait(self, runner):
        """Its exit code: 0 all complete, 1 some run failed for good, this time."""
        try:
            code = runner.wait(max(1, self.deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.fail("the sweep hangs:\n" + self.situation())
        self.assertIn(code, (0, 1), self.read(f"log-{self.running.index(runner)}").decode())
        return code

    def situation(self):
        """Who is there, and what the runners said."""
        ours = [str(process) for process in self.children_left() + [runner.pid for runner in self.running]]
        processes = subprocess.run(["ps", "-o", "pid,ppid,stat,etimes,wchan:20,args", "-p", ",".join(ours)],
                                   capture_output=True, text=True, check=False).stdout
        said = [self.read(f"log-{i}").decode()[-1000:] for i in range(len(self.running))]
        return "\n".join([processes, *said])

    def kill_runners(self):
        """Two at once, of which a random one is killed again and again, and started anew."""
        pair = [self.sweep(), self.sweep()]
        for _ in range(RUNNER_KILLS):
            time.sleep(self.chance.uniform(0.05, 2))
            victim = self.chance.randrange(2)
            pair[victim].kill()
            pair[victim].wait()
            pair[victim] = self.sweep()
        for runner in pair:
            self.wait(runner)

    def lines(self, name):
        return self.read("chaos", name).decode().splitlines() if os.path.exists(self.path("chaos", name)) else []

    def test_every_run_is_completed_once_and_none_is_lost(self):
        self.good("sweep", "sweep.json", "--quiet", "--out", "whole", env={"OMP_NUM_THREADS": "1"})
        self.deadline = time.monotonic() + LONGEST_S
        self.kill_runners()
        attempts = 1
        while self.wait(self.sweep()) != 0:  # what failed is tried again
            attempts += 1
            self.assertLess(attempts, 20, "some run never completes")
        self.check_fates()
        self.check_results()
        self.check_once()
        self.check_tables()
        self.assertEqual(self.children_left(), [], "processes are left over")

    def check_fates(self):
        """The chaos was there."""
        fates = self.lines("fates")
        self.assertGreaterEqual(fates.count("crash"), RUNS // 10)
        self.assertGreaterEqual(fates.count("hang"), RUNS // 100)
        print(f"{RUNS} runs, {fates.count('crash')} crashes, {fates.count('hang')} hangs,",
              f"{RUNNER_KILLS} runners killed", flush=True)

    def check_results(self):
        reports = [name for name in self.files("whole") if name.endswith("report.json")]
        names = sorted(os.path.basename(os.path.dirname(name)) for name in reports)
        self.assertEqual(len(names), RUNS)
        for name in names:
            self.assertEqual(self.result(f"out/chaos/{name}"), self.result(f"whole/chaos/{name}"), name)
            self.assertEqual([file for file in self.files("out/chaos", name) if not is_temporary(file)],
                             self.files("whole/chaos", name))
        self.assertEqual(self.read("out/chaos/sweep.json"), self.read("whole/chaos/sweep.json"))
        self.good("verify-run", *[f"out/chaos/{name}" for name in names])

    def check_once(self):
        """Nobody trained a run to its end that was at its end."""
        done = set()
        for line in self.lines("reports"):
            word, name = line.split()
            self.assertNotIn(name, done, "a complete run was trained again")
            if word == "done":
                done.add(name)
        self.assertGreaterEqual(len(done), RUNS - RUNNER_KILLS)  # a process may be killed before it says so
        for name in done:
            events = [json.loads(line)["event"] for line in self.read("out/chaos", name, "events.jsonl").splitlines()]
            self.assertEqual(events.count("completed"), 1, name)
            self.assertEqual(events.count("started"), 1, name)

    def check_tables(self):
        """Each run is there once, complete, with the numbers that the undisturbed sweep shows."""
        def rows(out):
            answer = self.good("sweep", "sweep.json", "--quiet", "--json", "--out", out)
            lines = [json.loads(line) for line in answer.lines]
            return [{key: value for key, value in line.items() if key != "directory"} for line in lines]

        found = rows("out")
        self.assertEqual(found, rows("whole"))
        self.assertEqual(len({row["run_id"] for row in found}), RUNS)
        self.assertEqual({row["status"] for row in found}, {"completed"})


if __name__ == "__main__":
    unittest.main()
