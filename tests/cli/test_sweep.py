"""Sweeps: every run once, whatever fails, stops, dies, or works beside it."""

import json
import os
import pty
import random
import re
import shutil
import signal
import stat
import subprocess
import time
import unittest

from program import HERE, ProgramTest, SECONDS, SMALL, changed, program, without_times

LONG = changed(SMALL, training__steps=1500, checkpoint__every=50)  # half a second
ENDLESS = changed(SMALL, training__steps=10_000_000, checkpoint__every=1000)
LR = "training.optimizer.lr"


def interruptible():
    """A shell that starts this in the background has it ignore SIGINT, and children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class SweepTest(ProgramTest):
    shim_folder = None

    def setUp(self):
        super().setUp()
        self.write("base.json", SMALL)

    def sweep_file(self, name="grid", base=None, **keys):
        if base is not None:
            self.write("base.json", base)
        keys.setdefault("parameters", {"seed": {"values": [1, 2, 3]}})
        return self.write(name + ".json", {"base": "base.json", **keys})

    def sweep(self, *words, code=0, name="grid", **options):
        """Runs a sweep; its rows by their parameters, and what it said."""
        answer = self.good("sweep", name + ".json", "--json", *words, code=code, **options)
        return [json.loads(line) for line in answer.lines], answer

    def statuses(self, rows):
        return [row["status"] for row in rows]

    def events(self, row, kind):
        lines = [json.loads(line) for line in self.read(row["directory"], "events.jsonl").splitlines()]
        return [line for line in lines if line["event"] == kind]

    def result(self, directory):
        """All of a run directory that must not depend on interruptions."""
        report = without_times(self.report(directory))
        events = [json.loads(line) for line in self.read(directory, "events.jsonl").splitlines()]
        told = [e for e in events if e["event"] in ("validation", "skipped")]
        return report, told, self.read(directory, "stats.jsonl"), self.read(directory, "weights.safetensors")

    def faults(self, fault):
        """The environment in which children misbehave."""
        library = self.path("children.so")
        if not os.path.exists(library):
            subprocess.run(["g++", "-shared", "-fPIC", "-O1", "-std=c++20", "-o", library,
                            os.path.join(HERE, "children.cpp")], check=True)
        folder = self.path("faults-" + str(len(os.listdir(self.folder))))
        os.makedirs(folder)
        return {"LD_PRELOAD": library, "EXMY_FAULT": fault, "EXMY_FAULT_FOLDER": folder}

    def start(self, *words, **options):
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE,
                   "preexec_fn": interruptible, **options}
        running = subprocess.Popen([program(), "sweep", *words], cwd=self.folder, **options)
        self.addCleanup(lambda: [pipe.close() for pipe in (running.stdout, running.stderr) if pipe])
        self.addCleanup(running.kill)
        return running

    def wait_for(self, condition, what):
        deadline = time.monotonic() + SECONDS
        while not condition():
            self.assertLess(time.monotonic(), deadline, what)
            time.sleep(0.005)

    def paths(self, ending):
        return [name for name in self.files("results") if name.endswith(ending)] if os.path.isdir(
            self.path("results")) else []

    def children(self):
        """Processes that work below this test's folder."""
        found = []
        for number in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{number}/cmdline", "rb") as file:
                    line = file.read()
                if os.readlink(f"/proc/{number}/cwd") == os.path.realpath(self.folder) and b"--no-wait" in line:
                    found.append(int(number))
            except OSError:
                pass
        return found


class Runs(SweepTest):
    def test_a_grid_is_a_table_of_runs_that_are_those_of_exmy_run(self):
        self.sweep_file(parameters={LR: {"values": [0.1, 0.2]}}, seeds=[1, 2])
        answer = self.good("sweep", "grid.json")
        self.assertRegex(answer.lines[0], r"^run +lr +seed +status +step +train loss")
        self.assertEqual(answer.lines[-1], "4 runs: 4 completed")
        rows, _ = self.sweep()
        self.assertEqual([row["parameters"] for row in rows],
                         [{LR: lr, "seed": seed} for lr in (0.1, 0.2) for seed in (1, 2)])
        self.assertEqual(self.files("results"), sorted(
            ["grid"] + [path for path in self.files("results") if path.startswith("grid/")]))
        for row in rows:
            self.assertEqual(os.path.basename(row["directory"]), row["run_id"])
            self.assertEqual(row["status"], "completed")
            self.assertIn(row["run_id"].split("-")[-1], answer.out)
            parameters = row["parameters"]
            _, (alone,) = self.runs("base.json", f"{LR}={parameters[LR]}", f"seed={parameters['seed']}", "name=grid",
                                    "--out", "alone")
            report = self.report(row["directory"])
            self.assertEqual(report["run"]["run_id"], alone["run"]["run_id"])
            self.assertEqual(report["determinism"], alone["determinism"])
            self.assertEqual(row["train_loss"], report["final"]["train_loss"])
            self.assertIn(f"{row['train_loss']:.4f}", answer.out)
        index = json.loads(self.read("results/grid/sweep.json"))
        self.assertEqual([run["run_id"] for run in index["runs"]], [row["run_id"] for row in rows])

    def test_duplicates_are_one_run(self):
        self.sweep_file(parameters={LR: {"values": [0.1, 0.2, 0.1]}}, seeds=[1, 2])
        rows, answer = self.sweep()
        self.assertEqual(len(rows), 4)
        self.assertIn("2 of 6 combinations", answer.err)
        self.assertEqual(len(self.paths("report.json")), 4)

    def test_a_complete_sweep_is_left_alone(self):
        self.sweep_file()
        first, _ = self.sweep()
        before = {name: os.stat(self.path("results", name)).st_mtime_ns for name in self.files("results")
                  if not name.endswith("sweep.json") and os.path.isfile(self.path("results", name))}
        begin = time.monotonic()
        again, answer = self.sweep(env=self.faults("fail@"))  # nothing is started
        self.assertLess(time.monotonic() - begin, 5)
        self.assertEqual(again, first)
        for name, when in before.items():
            self.assertEqual(os.stat(self.path("results", name)).st_mtime_ns, when, name)

    def test_as_many_at_once_as_asked_for(self):
        self.sweep_file()
        rows, _ = self.sweep("-j", "3", env=self.faults("meet3@"))
        self.assertEqual(self.statuses(rows), ["completed"] * 3)
        rows, _ = self.sweep("-j", "1", "name=alone", env=self.faults("alone@"))
        self.assertEqual(self.statuses(rows), ["completed"] * 3)

    def test_cores_are_shared_out_unless_the_user_says_how(self):
        self.sweep_file(parameters={"seed": {"values": [1]}})
        for given, expected in (({}, 1), ({"OMP_NUM_THREADS": "2"}, 2)):
            environment = {key: value for key, value in os.environ.items() if key != "OMP_NUM_THREADS"}
            out = f"out-{expected}"
            subprocess.run([program(), "sweep", "grid.json", "-j", "64", "--out", out], cwd=self.folder, check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**environment, **given})
            (report,) = [name for name in self.files(out) if name.endswith("report.json")]
            self.assertEqual(json.loads(self.read(out, report))["provenance"]["threads"]["used"], expected)

    def test_a_diverged_run_is_a_row(self):
        self.sweep_file(parameters={LR: {"values": [0.1, 1e30]}})
        rows, _ = self.sweep()
        self.assertEqual(self.statuses(rows), ["completed", "diverged"])
        self.assertIn("step", rows[1]["message"])
        self.sweep("--fail-on-divergence", code=1)

    def test_a_sweep_that_changed_keeps_what_it_no_longer_lists(self):
        self.sweep_file()
        old, _ = self.sweep()
        self.sweep_file(parameters={"seed": {"values": [3, 4]}})
        new, answer = self.sweep()
        self.assertEqual([row["parameters"]["seed"] for row in new], [3, 4])
        self.assertEqual(new[0], old[2])
        self.assertIn("2 runs that this sweep no longer lists stay in results/grid", answer.err)
        self.assertEqual(len(self.paths("report.json")), 4)

    def test_dry_run(self):
        self.sweep_file(parameters={LR: {"values": [0.1, 0.2]}, "model.hidden": {"values": [[8], [16]]}})
        answer = self.good("sweep", "grid.json", "--dry-run")
        self.assertEqual(self.paths(""), [])
        self.assertRegex(answer.lines[0], r"^run +lr +hidden +status +steps +multiply-adds +bytes")
        self.assertRegex(answer.out, r"\n4 runs: 4 pending; 12 steps  \d+ multiply-adds  at most \d+ bytes each\n")
        self.assertIn("estimate", answer.lines[-1])
        rows, _ = self.sweep("--dry-run")
        self.assertEqual([row["steps_count"] for row in rows], [3, 3, 3, 3, 12])
        costs = {tuple(row["parameters"]["model.hidden"]): row for row in rows[:-1]}
        (planned,) = self.good("run", "base.json", "model.hidden=[16]", "--dry-run", "--json").lines
        planned = json.loads(planned)
        self.assertEqual(costs[(16,)]["macs_count"], planned["macs_count"])
        self.assertEqual(costs[(16,)]["memory_bytes"], planned["memory_bytes"])
        self.assertEqual(rows[-1]["macs_count"], sum(row["macs_count"] for row in rows[:-1]))
        self.assertGreater(rows[-1]["estimated_left_s"], 0)
        self.sweep()
        rows, _ = self.sweep("--dry-run")
        self.assertEqual(self.statuses(rows[:-1]), ["completed"] * 4)
        self.assertEqual(rows[-1]["estimated_left_s"], 0)

    def test_a_dry_run_estimates_the_time(self):
        self.sweep_file(base=changed(SMALL, training__steps=6000))
        rows, _ = self.sweep("-j", "1", "--dry-run")
        begin = time.monotonic()
        self.sweep("-j", "1")
        spent = time.monotonic() - begin
        # A factor of four: the machine has other work, and more of it in one of the two.
        self.assertLess(rows[-1]["estimated_left_s"], 4 * spent)
        self.assertGreater(rows[-1]["estimated_left_s"], spent / 4)


class Failures(SweepTest):
    def failure(self, row):
        return json.loads(self.read(row["directory"], "failure.json"))

    def test_a_failing_run_is_a_row_and_is_tried_again_by_the_next_call(self):
        self.sweep_file()
        rows, answer = self.sweep("-j", "2", code=1, env=self.faults("fail@seed=2"))
        self.assertEqual(self.statuses(rows), ["completed", "failed", "completed"])
        self.assertEqual(rows[1]["message"], "it does not want to")
        failure = self.failure(rows[1])
        self.assertEqual((failure["status"], failure["exit_code"], failure["attempts_count"], failure["message"]),
                         ("failed", 9, 1, "it does not want to"))
        rows, _ = self.sweep()
        self.assertEqual(self.statuses(rows), ["completed"] * 3)
        self.assertFalse(os.path.exists(self.path(rows[1]["directory"], "failure.json")))

    def test_crashes_are_tried_again_as_often_as_asked(self):
        self.sweep_file()
        rows, _ = self.sweep(env=self.faults("crash2@seed=2"))
        self.assertEqual(self.statuses(rows), ["completed"] * 3)
        rows, _ = self.sweep("name=again", "retries=1", code=1, env=self.faults("crash2@seed=2 crash1@seed=3"))
        self.assertEqual(self.statuses(rows), ["completed", "crashed", "completed"])
        failure = self.failure(rows[1])
        self.assertEqual((failure["status"], failure["signal"], failure["attempts_count"]), ("crashed", "SIGSEGV", 2))
        self.assertIn("SIGSEGV", rows[1]["message"])

    def test_a_crash_in_the_middle_changes_no_bit(self):
        self.sweep_file(base=LONG)
        expected, _ = self.sweep("--out", "whole")
        rows, _ = self.sweep(env=self.faults("late2@seed=2"))
        for row, whole in zip(rows, expected):
            self.assertEqual(self.result(row["directory"]), self.result(whole["directory"]))
        self.assertEqual(len(self.events(rows[1], "started")), 1)

    def test_a_run_that_hangs_is_ended_and_not_tried_again(self):
        self.sweep_file(time_limit_s=1)
        rows, _ = self.sweep(code=1, env=self.faults("hang@seed=2"))
        self.assertEqual(self.statuses(rows), ["completed", "timed_out", "completed"])
        self.assertEqual(self.failure(rows[1])["status"], "timed_out")

    def test_a_run_over_its_time_goes_on_from_its_checkpoint(self):
        self.sweep_file(base=ENDLESS, parameters={"seed": {"values": [1]}}, time_limit_s=0.5)
        rows, _ = self.sweep(code=1)
        self.assertEqual(self.statuses(rows), ["timed_out"])
        self.assertGreater(rows[0]["step"], 0)
        again, _ = self.sweep(code=1)
        self.assertGreater(again[0]["step"], rows[0]["step"])

    def test_what_a_child_says_does_not_matter(self):
        self.sweep_file()
        rows, answer = self.sweep(code=1, env=self.faults("shout@seed=2 lie@seed=3"))
        self.assertEqual(self.statuses(rows), ["completed", "completed", "failed"])
        self.assertLess(len(answer.err), 10_000)

    def test_fail_fast(self):
        self.sweep_file(base=ENDLESS)
        rows, _ = self.sweep("-j", "2", "--fail-fast", code=1, env=self.faults("fail@seed=1"))
        self.assertEqual(self.statuses(rows)[0], "failed")
        self.assertIn(rows[1]["status"], ("stopped", "pending"))
        self.assertEqual(rows[2]["status"], "pending")
        self.assertEqual(self.call("sweep", "grid.json", "--fail-fast", "--keep-going").code, 2)

    def test_a_limit_of_its_own_stops_a_run_until_the_next_call(self):
        self.sweep_file(base=changed(ENDLESS, limits__wall_s=0.3), parameters={"seed": {"values": [1]}})
        first, answer = self.sweep(code=75)
        self.assertEqual(self.statuses(first), ["stopped"])
        second, _ = self.sweep(code=75)
        self.assertGreater(second[0]["step"], first[0]["step"])

    def test_a_directory_that_disappears_ends_the_sweep(self):
        self.sweep_file(base=ENDLESS)
        running = self.start("grid.json", "-j", "1")
        self.wait_for(lambda: self.paths("progress.json"), "no run begins")
        shutil.rmtree(self.path("results"), ignore_errors=True)
        shutil.rmtree(self.path("results"), ignore_errors=True)
        for child in self.children():
            os.kill(child, signal.SIGKILL)
        out, err = running.communicate(timeout=SECONDS)
        self.assertEqual((running.returncode, out), (3, b""), err)
        self.assertIn(b"results/grid disappeared", err)


class Interruptions(SweepTest):
    def test_stopped_once_it_says_how_to_go_on_and_goes_on_to_the_same_bits(self):
        self.sweep_file(base=LONG)
        expected, _ = self.sweep("--out", "whole")
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1):
            with self.subTest(number.name):
                shutil.rmtree(self.path("results"), ignore_errors=True)
                running = self.start("grid.json", "-j", "2")
                self.wait_for(lambda: self.paths("events.jsonl"), "no run begins")
                running.send_signal(number)
                _, err = running.communicate(timeout=SECONDS)
                self.assertEqual(running.returncode, 75, err)
                self.assertIn(b"the same command goes on", err)
                self.assertEqual(self.children(), [])
                rows, _ = self.sweep()
                for row, whole in zip(rows, expected):
                    self.assertEqual(self.result(row["directory"]), self.result(whole["directory"]))

    def test_on_a_terminal_only_the_runner_sees_ctrl_c(self):
        self.sweep_file(base=ENDLESS)
        for times, code in ((1, 75), (2, 130)):
            with self.subTest(times):
                environment = self.faults("deaf@seed=2") if times == 2 else {}
                screen, side = pty.openpty()
                running = self.start("grid.json", "-j", "2", "--out", str(times), stdin=side, stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL, preexec_fn=lambda: self.own_terminal(side),
                                     env={**os.environ, **environment})
                os.close(side)
                self.wait_for(lambda: [n for n in self.files(str(times)) if n.endswith("progress.json")]
                              if os.path.isdir(self.path(str(times))) else [], "no run begins")
                (before,) = [n for n in self.files(str(times)) if n.endswith("progress.json")][:1]
                os.write(screen, b"\x03")
                if times == 2:
                    # The other run saves its state, so this one has been heard.
                    self.wait_for(lambda: before not in self.files("2"), "nobody stops")
                    self.assertIsNone(running.poll(), "it waits for the one that hangs")
                    os.write(screen, b"\x03")
                running.wait(SECONDS)
                os.close(screen)
                self.assertEqual(running.returncode, code)
                self.assertEqual(self.children(), [])
                checkpoints = [name for name in self.files(str(times)) if "checkpoint/step-" in name]
                self.assertTrue(checkpoints, "a run saved its state")

    @staticmethod
    def own_terminal(side):
        interruptible()
        os.setsid()
        import fcntl  # pylint: disable=import-outside-toplevel
        import termios  # pylint: disable=import-outside-toplevel
        fcntl.ioctl(side, termios.TIOCSCTTY, 0)

    def test_killed_at_random_moments_it_goes_on_to_the_same_bits(self):
        chance = random.Random(4)
        self.sweep_file(base=LONG)
        begin = time.monotonic()
        expected, _ = self.sweep("--out", "whole")
        seconds = time.monotonic() - begin
        for _ in range(4):
            running = self.start("grid.json", "-j", "2")
            time.sleep(chance.uniform(0, seconds / 2))
            running.kill()
            running.communicate()
            self.wait_for(lambda: not self.children(), "its children go on")  # they save their state and stop
        rows, _ = self.sweep()
        for row, whole in zip(rows, expected):
            self.assertEqual(self.result(row["directory"]), self.result(whole["directory"]))
            self.assertEqual(len(self.events(row, "started")), 1)

    def test_children_of_a_killed_runner_save_their_state_and_stop(self):
        self.sweep_file(base=ENDLESS)
        running = self.start("grid.json", "-j", "2")
        self.wait_for(lambda: len(self.paths("progress.json")) == 2, "no run begins")
        running.kill()
        running.communicate()
        self.wait_for(lambda: not self.children(), "its children go on")
        saved = {path.split("/")[1] for path in self.paths("manifest.json") if "/checkpoint/" in path}
        self.assertEqual(len(saved), 2, self.files("results"))

    def test_two_runners_share_the_work(self):
        self.sweep_file(base=changed(LONG, training__steps=400), parameters={"seed": {"range": {"start": 1, "stop": 12, "step": 1}}})
        runners = [self.start("grid.json", "-j", "2", "--json") for _ in range(2)]
        answers = [runner.communicate(timeout=SECONDS) for runner in runners]
        self.assertEqual([runner.returncode for runner in runners], [0, 0], answers)
        self.assertEqual(answers[0][0], answers[1][0])
        rows = [json.loads(line) for line in answers[0][0].splitlines()]
        self.assertEqual(self.statuses(rows), ["completed"] * 12)
        for row in rows:
            self.assertEqual(len(self.events(row, "started")) + len(self.events(row, "resumed")), 1, row)


class Halving(SweepTest):
    RATES = [0.3, 0.001, 0.2, 0.0001, 0.25]

    def halved(self, **keys):
        return self.sweep_file(base=changed(SMALL, training__steps=100),
                               parameters={LR: {"values": self.RATES}},
                               early_stop={"kind": "successive_halving", "first_step": 10, "factor": 2}, **keys)

    def expected(self):
        """By hand: at 10, 20, 40 and 80 steps half of the runs go on, rounded up: 5, 3, 2, 1, 1."""
        losses = {}
        for rate in self.RATES:
            _, (report,) = self.runs("base.json", f"{LR}={rate}", "--out", "whole")
            losses[rate] = report["loss_curve"]["train_loss"]
        going, pruned_at = list(self.RATES), {}
        for rung in (10, 20, 40, 80):
            mean = {rate: sum(losses[rate][max(0, rung - 20):rung]) / min(20, rung) for rate in going}
            ranked = sorted(going, key=mean.get)
            kept = ranked[:(len(ranked) + 1) // 2]
            pruned_at.update({rate: rung for rate in ranked if rate not in kept})
            going = kept
        return pruned_at

    def check(self, rows, pruned_at, also_complete=()):
        for row in rows:
            rate = row["parameters"][LR]
            if rate in pruned_at and rate not in also_complete:
                self.assertEqual((row["status"], row["step"]), ("pruned", pruned_at[rate]), row)
                pruned = json.loads(self.read(row["directory"], "pruned.json"))
                self.assertEqual((pruned["step"], pruned["metric"]), (pruned_at[rate], "train_loss"))
            else:
                self.assertEqual(row["status"], "completed", row)
                self.assertFalse(os.path.exists(self.path(row["directory"], "pruned.json")))

    def test_the_best_half_goes_on(self):
        self.halved()
        pruned_at = self.expected()
        self.assertEqual(sorted(pruned_at.values()), [10, 10, 20, 40])
        rows, _ = self.sweep("-j", "2")
        self.check(rows, pruned_at)
        again, _ = self.sweep(env=self.faults("fail@"))  # nothing is started
        self.assertEqual(again, rows)
        rows, _ = self.sweep("~early_stop")
        self.assertEqual(self.statuses(rows), ["completed"] * 5)

    def test_a_baseline_goes_on(self):
        worst = 0.0001
        self.halved(baseline={LR: worst})
        pruned_at = self.expected()
        self.assertEqual(pruned_at[worst], 10)
        rows, _ = self.sweep()
        self.assertTrue(rows[0]["baseline"])
        self.assertEqual(rows[0]["status"], "completed")
        self.assertEqual(len(rows), 5)

    def test_a_run_that_fails_is_out_and_one_that_is_stopped_makes_the_others_wait(self):
        self.halved()
        rows, _ = self.sweep(code=1, env=self.faults("fail@lr=0.3"))
        status = {row["parameters"][LR]: row["status"] for row in rows}
        self.assertEqual(status, {0.3: "failed", 0.001: "pruned", 0.2: "pruned", 0.0001: "pruned", 0.25: "completed"})
        rows, _ = self.sweep()
        self.check(rows, self.expected(), also_complete=(0.25,))

    def test_killed_or_shared_it_decides_the_same(self):
        self.halved()
        pruned_at = self.expected()
        chance = random.Random(5)
        for _ in range(5):
            running = self.start("grid.json", "-j", "1")
            time.sleep(chance.uniform(0, 0.5))
            running.kill()
            running.communicate()
        runners = [self.start("grid.json", "-j", "1", "--json") for _ in range(2)]
        answers = [runner.communicate(timeout=SECONDS) for runner in runners]
        self.assertEqual([runner.returncode for runner in runners], [0, 0], answers)
        for out, _ in answers:
            self.check([json.loads(line) for line in out.splitlines()], pruned_at)


class BadInput(SweepTest):
    def refused_sweep(self, *words, said, code=2):
        answer = self.good("sweep", *words, code=code)
        self.assertEqual(answer.out, "")
        self.assertIn(said, answer.err)
        return answer

    def test_words(self):
        self.sweep_file()
        self.refused_sweep(said="give one sweep file")
        self.refused_sweep("grid.json", "grid.json", said="give one sweep file")
        self.refused_sweep("grid.json", "retries=1,2", said="takes one value")
        self.refused_sweep("none.json", said="none.json")
        for jobs in ("0", "-1", "many", "1001"):
            self.assertEqual(self.call("sweep", "grid.json", "-j", jobs).code, 2)
        self.assertEqual(self.paths(""), [])

    def test_sweeps_that_stand_for_nothing_too_much_or_nowhere(self):
        self.sweep_file(parameters={"training.optimzer.lr": {"values": [1]}})
        self.refused_sweep("grid.json", said="optimizer")
        self.sweep_file(parameters={"seed": {"range": {"start": 1, "stop": 100, "step": 1}}}, run_cap=20)
        self.refused_sweep("grid.json", said="run_cap")
        self.sweep_file(constraints=["seed > 10"])
        self.refused_sweep("grid.json", said="no combination")
        self.write("grid.json", {"base": "elsewhere.json", "parameters": {"seed": {"values": [1]}}})
        self.refused_sweep("grid.json", said="elsewhere.json")
        self.assertEqual(self.paths(""), [])

    def test_problems_of_all_runs_at_once_each_with_the_run_that_has_it(self):
        self.sweep_file(parameters={"policy": {"values": [[], [{"match": {"role": "weight"}, "format": "e4m4x"}]]},
                                    LR: {"values": [0.1, -1]}})
        answer = self.refused_sweep("grid.json", said="e4m4x")
        self.assertEqual(sorted(e["code"] for e in answer.errors), ["E203", "E204"], answer)
        for error in answer.errors:
            self.assertRegex(error["text"], r"\(policy=.* and 1 more run\)$")
        self.sweep_file(base=changed(SMALL, model__kind="mpl"))
        answer = self.refused_sweep("grid.json", said="mlp")
        self.assertEqual(len(answer.errors), 1, "all runs have it: it is said once")
        self.assertNotIn("more run", answer.err)
        self.assertEqual(self.paths(""), [])

    def test_results_of_other_definitions_are_not_touched(self):
        self.sweep_file()
        self.sweep()
        index = json.loads(self.read("results/grid/sweep.json"))
        before = self.files("results")
        for key in ("numerics_version", "schema_version"):
            self.write("results/grid/sweep.json", {**index, key: 99})
            content = self.read("results/grid/sweep.json")
            answer = self.refused_sweep("grid.json", "run_cap=50", said=key + " is 99", code=4)
            self.assertEqual(len(answer.err.splitlines()), 1)
            self.assertEqual(self.read("results/grid/sweep.json"), content)
        self.write("results/grid/sweep.json", "{")
        self.refused_sweep("grid.json", said="no index of a sweep", code=4)
        self.assertEqual(self.files("results"), before)

    def test_a_directory_that_cannot_be_written(self):
        self.sweep_file()
        self.write("results", "mine")
        self.refused_sweep("grid.json", said="results/grid", code=3)
        self.assertEqual(self.read("results"), b"mine")
        os.remove(self.path("results"))
        os.makedirs(self.path("results", "grid", "sweep.json", "inside"))
        self.refused_sweep("grid.json", said="sweep.json", code=3)
        self.assertEqual(self.files("results"), ["grid", "grid/sweep.json", "grid/sweep.json/inside"])

    def test_a_directory_without_write_permission(self):
        self.sweep_file()
        os.makedirs(self.path("results", "grid"))
        os.chmod(self.path("results", "grid"), stat.S_IRUSR | stat.S_IXUSR | stat.S_IROTH | stat.S_IXOTH)
        os.chmod(self.folder, 0o755)
        nobody = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}  # root may all
        try:
            answer = self.good("sweep", "grid.json", code=3, **nobody)
        except PermissionError:
            self.skipTest("runs as root, and others may not run the program here")
        self.assertRegex(answer.err, r"results/grid: cannot write the directory of the sweep: Permission denied\n$")
        self.assertEqual(self.files("results"), ["grid"])


if __name__ == "__main__":
    unittest.main()
