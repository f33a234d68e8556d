"""exmy status: what became of runs, once and on a live view."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unittest

from program import ProgramTest, SMALL, changed, program

SECONDS = 20  # of a wait: a hang is a failure
ENTERS, LEAVES = b"\x1b[?1049h", b"\x1b[?1049l"
COLOURS = re.compile(rb"\x1b\[[0-9;]*(?:3[0-7]|4[0-7])[0-9;]*m")


def report(status="completed", loss=0.5, finished="2026-01-01T00:00:00Z", **run):
    return {"schema_version": 1, "run": {"status": status, "steps_count": 90, "finished_at": finished, **run},
            "final": {"train_loss": loss, "validation_loss": 0.25, "validation_accuracy_fraction": 0.75}}


class Status(ProgramTest):
    def write_sweep(self, name="sweep", runs=("a", "b", "c", "d")):
        """One run completed, one crashed, one stopped, one not begun."""
        listed = [{"run_id": run, "baseline": False,
                   "parameters": [{"name": "training.optimizer.lr", "value": 0.1},
                                  {"name": "seed", "value": seed}]} for seed, run in enumerate(runs, 1)]
        self.write(f"{name}/sweep.json", {"schema_version": 1, "numerics_version": 1, "name": name,
                                          "sweep": {}, "runs": listed})
        self.write(f"{name}/a/report.json", report())
        self.write(f"{name}/b/failure.json", {"status": "crashed", "signal": "SIGKILL", "message": "",
                                              "attempts_count": 3, "time": "2026-01-01T00:00:00Z"})
        self.write(f"{name}/c/config.resolved.json", {})
        self.write(f"{name}/c/events.jsonl", '{"event":"started","steps_count":90}\n{"torn')
        self.write(f"{name}/c/checkpoint/step-000000000030/manifest.json", {})
        return name

    def finish(self, name="sweep", runs="bcd"):
        for run in runs:
            self.write(f"{name}/{run}/new", report(finished="2026-01-01T00:01:00Z"))
            os.rename(self.path(name, run, "new"), self.path(name, run, "report.json"))

    def test_text(self):
        answer = self.good("status", self.write_sweep())
        self.assertEqual(answer.lines, [
            "sweep" + 64 * " " + "1 of 4 done",
            "[" + 20 * "#" + 19 * "x" + 39 * "." + "]",
            "1 completed  1 crashed  1 stopped  1 pending", "",
            "lr=0.1 seed=2  crashed", "    SIGKILL"])
        self.assertEqual(answer.err, "")

    def test_json(self):
        answer = self.good("status", self.write_sweep(), "--json")
        view = json.loads(answer.out)
        parameters = [{"training.optimizer.lr": 0.1, "seed": seed} for seed in (1, 2, 3, 4)]
        self.assertEqual(view["runs"], [
            {"run_id": "a", "directory": "sweep/a", "sweep": "sweep", "phase": "completed",
             "parameters": parameters[0], "step": 90, "steps_count": 90, "train_loss": 0.5,
             "validation_loss": 0.25, "validation_accuracy_fraction": 0.75, "finished_at": "2026-01-01T00:00:00Z"},
            {"run_id": "b", "directory": "sweep/b", "sweep": "sweep", "phase": "crashed",
             "parameters": parameters[1], "message": "SIGKILL", "finished_at": "2026-01-01T00:00:00Z"},
            {"run_id": "c", "directory": "sweep/c", "sweep": "sweep", "phase": "stopped",
             "parameters": parameters[2], "step": 30, "steps_count": 90},
            {"run_id": "d", "directory": "sweep/d", "sweep": "sweep", "phase": "pending",
             "parameters": parameters[3]}])
        self.assertEqual({k: n for k, n in view["counts"].items() if n},
                         {"completed": 1, "crashed": 1, "stopped": 1, "pending": 1})
        self.assertEqual((view["schema_version"], view["title"], view["runs_count"]), (1, "sweep", 4))

    def test_runs_of_the_program(self):
        self.write("a.json", SMALL)
        _, (done,) = self.runs("a.json")
        self.good("run", "a.json", "training.steps=1000000", "++limits.wall_s=0.5", code=75)
        view = json.loads(self.good("status", "results", "--json").out)
        runs = {run["phase"]: run for run in view["runs"]}
        self.assertEqual(set(runs), {"completed", "stopped"})
        self.assertEqual(runs["completed"]["train_loss"], done["final"]["train_loss"])
        self.assertEqual(runs["completed"]["run_id"], done["run"]["run_id"])
        self.assertEqual(runs["stopped"]["steps_count"], 1000000)
        self.assertGreater(runs["stopped"]["step"], 0)

    def test_a_run_that_goes_on(self):
        self.write("a.json", changed(SMALL, training__steps=10000000))
        going = subprocess.Popen([program(), "run", "a.json", "--quiet"], cwd=self.folder,
                                 stdout=subprocess.DEVNULL)
        try:
            run = {}
            until = time.monotonic() + SECONDS
            while "seconds_left" not in run and time.monotonic() < until:
                time.sleep(0.1)
                answer = self.call("status", "results", "--json")
                run = json.loads(answer.out)["runs"][0] if answer.code == 0 else {}
            self.assertEqual(run["phase"], "running")
            self.assertEqual(run["steps_count"], 10000000)
            self.assertGreater(run["step"], 0)
            self.assertIsInstance(run["train_loss"], float)
            self.assertGreater(run["seconds_left"], 0)
            self.assertIn(str(going.pid), run["owner"])
        finally:
            going.kill()
            going.wait()
        self.assertEqual(json.loads(self.good("status", "results", "--json").out)["runs"][0]["phase"], "stopped")

    def test_errors(self):
        os.mkdir(self.path("empty"))
        self.write("file", "")
        for words, said in ((["missing"], "missing: there is no such directory"),
                            (["file"], "file is no directory"),
                            (["empty"], "empty is neither the directory of a sweep nor that of a run"),
                            (["empty", "--watch"], "empty is neither"),
                            ([self.write_sweep(), "--watch", "--json"], "--watch and --json")):
            answer = self.good("status", *words, code=2)
            self.assertIn(said, answer.err)
            self.assertEqual(answer.out, "")
        self.good("status", code=2)

    def test_other_versions(self):
        name = self.write_sweep()
        self.write("sweep/d/report.json", {**report(), "schema_version": 2})
        for words in ((name,), (name, "--json"), (name, "--watch"), ("sweep/d",)):
            answer = self.good("status", *words, code=4)
            self.assertIn("sweep/d/report.json: schema_version is 2, this program reads 1", answer.err)
        os.remove(self.path("sweep/d/report.json"))
        self.write("sweep/sweep.json", {"schema_version": 2})
        self.good("status", name, code=4)

    def test_an_answer_that_cannot_be_written(self):
        self.finish(self.write_sweep(), "bc")
        for words in ((), ("--json",), ("--watch",)):
            with open("/dev/full", "w") as full:
                self.good("status", "sweep", *words, stdout=full, code=3)

    # Watching.

    def test_plain_lines_end_when_nothing_is_left(self):
        watching = subprocess.Popen([program(), "status", self.write_sweep(), "--watch"], cwd=self.folder,
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0)
        first = watching.stdout.readline()
        self.assertEqual(first, b"sweep: 1 of 4 done, 1 crashed, 1 stopped, 1 pending\n")
        self.finish()
        out = watching.communicate(timeout=SECONDS)[0].decode()
        outcome = "completed  loss 0.5000  validation 0.2500 (75.0 %)"
        self.assertEqual(sorted(out.splitlines()[:3]), [f"lr=0.1 seed={seed}: {outcome}" for seed in (2, 3, 4)])
        self.assertEqual(out.splitlines()[3:], ["4 of 4 done"])
        self.assertEqual(watching.returncode, 0)
        self.assertEqual(self.good("status", "sweep", "--watch").out, "sweep: 4 of 4 done\n")

    def on_terminal(self, act, rows=24, columns=80, **environment):
        """Watches on a terminal of its own until act() has made it end; returns exit code and
        everything that the terminal got."""
        env = {**{k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "LINES", "COLUMNS")},
               "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **environment}
        words = [program(), "status", "sweep", "--watch"]
        self.pid, self.screen = pty.fork()
        if self.pid == 0:  # the child, whose standard streams and controlling terminal the new one is
            try:
                os.chdir(self.folder)
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
                os.execve(words[0], words, env)
            finally:
                os._exit(99)
        self.got = b""
        try:
            act()
            self.await_end()
        except BaseException:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            raise
        finally:
            os.close(self.screen)
        return self.code, self.got

    def collect(self):
        if not select.select([self.screen], [], [], 0.05)[0]:
            return True
        try:
            part = os.read(self.screen, 65536)
        except OSError:  # the other side is closed
            part = b""
        self.got += part
        return bool(part)

    def await_text(self, text, after=0):
        until = time.monotonic() + SECONDS
        while text not in self.got[after:]:
            if not self.collect() or time.monotonic() > until:
                self.fail(f"{text!r} does not come: {self.got!r}")
        return len(self.got)

    def await_end(self):
        until = time.monotonic() + SECONDS
        while self.collect():
            if time.monotonic() > until:
                os.kill(self.pid, signal.SIGKILL)
        self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def check_restored(self):
        self.assertEqual(self.got.count(ENTERS), 1)
        self.assertEqual(self.got.count(LEAVES), 1)
        self.assertGreater(self.got.index(LEAVES), self.got.index(ENTERS))
        self.assertNotIn(b"sweep", self.got.split(LEAVES)[1])

    def test_q_leaves_the_screen(self):
        self.write_sweep()

        def act():
            self.await_text(b"waiting")
            os.write(self.screen, b"q")

        code, got = self.on_terminal(act)
        self.assertEqual(code, 0, got)
        self.check_restored()
        for text in (b"1 of 4 done", b"lr=0.1 seed=1", b"SIGKILL", b"stopped at 30/90", b"q leaves"):
            self.assertIn(text, got)
        self.assertTrue(COLOURS.search(got))

    def test_the_screen_follows_and_is_restored_after_ctrl_c(self):
        self.write_sweep()

        def act():
            seen = self.await_text(b"waiting")
            self.finish()
            self.await_text(b"4", seen)
            os.write(self.screen, b"\x03\x03")

        code, got = self.on_terminal(act)
        self.assertEqual(code, 130, got)
        self.check_restored()

    def test_the_screen_is_restored_after_errors_and_deadly_signals(self):
        def destroy():
            self.await_text(b"waiting")
            self.write("sweep/d/report.json", {**report(), "schema_version": 2})

        self.write_sweep()
        code, got = self.on_terminal(destroy)
        self.assertEqual(code, 4, got)
        self.assertEqual(got.count(LEAVES), 1)
        self.assertIn(b"schema_version is 2", got.split(LEAVES)[1])
        os.remove(self.path("sweep/d/report.json"))
        for number in (signal.SIGTERM, signal.SIGQUIT, signal.SIGABRT):
            def die():
                self.await_text(b"waiting")
                os.kill(self.pid, number)

            code, got = self.on_terminal(die)
            self.assertEqual(code, 130 if number == signal.SIGTERM else -number, got)
            self.assertEqual(got.count(LEAVES), 1, number)

    def test_small_windows_and_resizing(self):
        self.write_sweep()

        def act():
            seen = self.await_text(b"q leaves")
            for rows, columns in ((10, 40), (3, 20), (1, 1), (24, 80)):
                fcntl.ioctl(self.screen, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
                time.sleep(0.4)
            self.await_text(b"waiting", seen)
            os.write(self.screen, b"\x1b[B\x1b[B jk\x1b[6~\x1b[5~")
            os.write(self.screen, b"q")

        code, got = self.on_terminal(act, rows=10, columns=40)
        self.assertEqual(code, 0, got)
        self.check_restored()

    def test_no_colours_where_they_are_not_wanted(self):
        self.write_sweep()

        def act():
            self.await_text(b"waiting")
            os.write(self.screen, b"q")

        for environment in ({"NO_COLOR": "1"}, {"TERM": "vt100"}):
            code, got = self.on_terminal(act, **environment)
            self.assertEqual(code, 0, got)
            self.assertIn(b"crashed", got)
            self.assertIsNone(COLOURS.search(got), environment)

    def test_terminals_that_cannot_place_a_cursor_get_plain_lines(self):
        self.write_sweep()

        def act():
            self.await_text(b"pending\r\n")
            self.finish()

        for terminal in ("dumb", "", "no-such-terminal"):
            code, got = self.on_terminal(act, TERM=terminal)
            self.assertEqual(code, 0, got)
            self.assertNotIn(b"\x1b", got, terminal)
            self.write_sweep()
            for run in "bcd":
                os.remove(self.path("sweep", run, "report.json"))

    def test_characters_that_the_terminal_cannot_show(self):
        self.write_sweep()
        self.write("sweep/b/failure.json", {"status": "failed", "message": "sch\u00f6n \x1b[31m"})

        def act():
            self.await_text(b"waiting")
            os.write(self.screen, b"q")

        self.assertIn("sch\u00f6n ?[31m".encode(), self.on_terminal(act)[1])
        _, got = self.on_terminal(act, LC_ALL="C")
        self.assertIn(b"sch?n ?[31m", got)
        self.assertTrue(all(byte < 0x80 for byte in got))


if __name__ == "__main__":
    unittest.main()
