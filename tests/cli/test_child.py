"""What a run does for those who start many: it does not wait, stops where it is told to, says how far it is, leaves
what is not its own alone, and notices when its lock is not its own any more."""

import hashlib
import json
import os
import signal
import subprocess
import time
import unittest

from program import ProgramTest, SECONDS, changed, program, without_times

SHORT = {"seed": 3,
         "model": {"kind": "mlp", "hidden": [8]},
         "data": {"kind": "digits", "validation_count": 1397},
         "training": {"steps": 25, "batch_size": 16, "eval_every": 4, "optimizer": {"kind": "adam", "lr": 0.01}},
         "stats": {"every": 3},
         "checkpoint": {"every": 0}}
LONG = changed(SHORT, training__steps=1000000, checkpoint__every=500)
PROGRESS = {"step", "steps_count", "train_loss", "started_at", "updated_at", "wall_s"}


class Child(ProgramTest):
    def child(self, *words, code=0):
        """One line of JSON from a run as a runner of sweeps starts it."""
        answer = self.good("run", "config.json", "--quiet", "--json", "--no-wait", *words, code=code)
        (line,) = answer.lines
        return json.loads(line)

    def start(self, *words):
        running = subprocess.Popen([program(), "run", "config.json", *words], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                                   env={**os.environ, "OMP_NUM_THREADS": "1"})
        self.addCleanup(running.communicate)
        self.addCleanup(running.kill)
        return running

    def wait_for(self, condition):
        deadline = time.monotonic() + SECONDS
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.002)

    def directory(self, out):
        """The one run directory of a folder, once it is there."""
        self.wait_for(lambda: os.path.isdir(self.path(out)) and os.listdir(self.path(out)))
        return f"{out}/{os.listdir(self.path(out))[0]}"

    def start_and_find(self, out):
        running = self.start("--out", out)
        directory = self.directory(out)
        self.wait_for(lambda: any("checkpoint/step-" in name for name in self.files(directory)))
        return running, directory

    def content(self, directory):
        return {name: self.read(directory, name) for name in self.files(directory)
                if os.path.isfile(self.path(directory, name))}

    def steps_saved(self, directory):
        return sorted(int(name[5:]) for name in os.listdir(self.path(directory, "checkpoint")))

    def result(self, directory):
        """All that a run leaves, but times and interruptions."""
        found = self.content(directory)
        events = [json.loads(line) for line in found.pop("events.jsonl").splitlines()]
        told = [e for e in events if e["event"] in ("validation", "skipped")]
        del found["SHA256SUMS"]
        return without_times(json.loads(found.pop("report.json"))), told, found

    def test_stopped_at_any_step_it_goes_on_to_the_uninterrupted_result(self):
        self.write("config.json", SHORT)
        whole = self.child("--out", "whole")
        self.assertEqual(set(whole), {"directory", "kept", "status"})
        expected = self.result(whole["directory"])
        curve = expected[0]["loss_curve"]["train_loss"]
        validation = {e["step"]: e["loss"] for e in expected[1]}
        for n in range(1, 25):
            with self.subTest(n):
                stopped = self.child("--out", str(n), f"+limits.steps={n}", code=75)
                directory = stopped["directory"]
                self.assertEqual(os.path.basename(directory), os.path.basename(whole["directory"]))
                self.assertEqual((stopped["status"], stopped["step"], stopped["kept"]), ("preempted", n, False))
                recent = curve[max(0, n - 20):n]
                self.assertAlmostEqual(stopped["train_loss"], sum(recent) / len(recent), 12, "order of the sum")
                self.assertEqual(stopped.get("validation_loss"), validation.get(n // 4 * 4))
                self.assertEqual(self.steps_saved(directory), [n])
                self.assertNotIn("lock", self.files(directory))
                for less in (n, max(1, n - 3)):  # it is there already
                    again = self.child("--out", str(n), f"+limits.steps={less}", code=75)
                    self.assertEqual(again, stopped)
                    self.assertEqual(self.steps_saved(directory), [n])
                self.good(*(("resume", directory) if n % 2 else ("run", "config.json", "--out", str(n))))
                self.assertEqual(self.result(directory), expected)
                self.good("verify-run", directory)

    def test_stopped_at_every_step_one_after_the_other(self):
        self.write("config.json", SHORT)
        expected = self.result(self.child("--out", "whole")["directory"])
        for n in range(1, 25):
            self.assertEqual(self.child("--out", "chain", f"+limits.steps={n}", code=75)["step"], n)
        for beyond in (25, 1000):  # a run of so many steps is complete
            last = self.child("--out", "chain", f"+limits.steps={beyond}")
            self.assertEqual((last["status"], last["kept"]), ("completed", beyond == 1000))
            self.assertEqual(self.result(last["directory"]), expected)

    def test_a_limit_that_is_none(self):
        self.write("config.json", SHORT)
        for wrong, code in (("0", "E204"), ("-1", "E204"), ("1.5", "E202"), ('"3"', "E202"), ("[3]", "E202")):
            answer = self.good("run", "config.json", f"limits.steps={wrong}", code=2)
            self.assertEqual([e["code"] for e in answer.errors], [code], answer)
        self.assertEqual(self.files(), ["config.json"])

    def test_it_does_not_wait_for_another_process(self):
        self.write("config.json", LONG)
        running, directory = self.start_and_find("out")
        owner = json.loads(self.read(directory, "lock"))
        self.assertEqual(owner["pid"], running.pid)
        busy = self.child("--out", "out", code=75)
        self.assertEqual(busy, {"directory": directory, "kept": False, "status": "busy"})
        self.write("b.json", SHORT)
        answer = self.good("run", "config.json", "b.json", "--no-wait", "--out", "out", "--json", code=75)
        self.assertEqual([json.loads(line)["status"] for line in answer.lines], ["busy", "completed"],
                         "the others are done all the same")
        self.assertIn(f"process {running.pid}", answer.err)
        self.assertEqual(json.loads(self.read(directory, "lock")), owner)
        running.send_signal(signal.SIGTERM)
        self.assertEqual(running.wait(SECONDS), 75)
        self.assertNotIn("lock", self.files(directory))

    def test_a_killed_run_is_taken_over_at_once(self):
        self.write("config.json", LONG)
        running, directory = self.start_and_find("out")
        running.kill()
        running.wait(SECONDS)
        self.assertIn("lock", self.files(directory))
        answer = self.good("run", "config.json", "+limits.steps=1", "--out", "out", code=75)
        self.assertNotIn("waiting", answer.err)
        self.assertEqual([name for name in self.files(directory) if "lock" in name], [])

    def test_the_lock_holds_where_link_lies_and_where_there_is_none(self):
        """Over NFS a link can be made and be reported as failed; some file systems have no links."""
        self.write("config.json", LONG)
        for kind, body in (("lies", "linkat(AT_FDCWD, from, AT_FDCWD, to, 0); errno = EEXIST; return -1;"),
                           ("none", "(void)from; (void)to; errno = EPERM; return -1;")):
            with self.subTest(kind):
                source = self.write(f"{kind}.cpp", f"""#include <cerrno>
                    #include <fcntl.h>
                    #include <unistd.h>
                    extern "C" int link(const char* from, const char* to) noexcept {{ {body} }}""")
                library = self.path(f"{kind}.so")
                subprocess.run(["g++", "-shared", "-fPIC", "-o", library, self.path(source)], check=True)
                os.environ["LD_PRELOAD"] = library
                self.addCleanup(os.environ.pop, "LD_PRELOAD", None)
                running, directory = self.start_and_find(kind)
                self.assertEqual(json.loads(self.read(directory, "lock"))["pid"], running.pid)
                self.assertEqual(self.child("--out", kind, code=75)["status"], "busy")
                running.kill()
                running.wait(SECONDS)
                after = self.child("--out", kind, "+limits.steps=1", code=75)
                self.assertEqual(after["status"], "preempted", "the lock of the dead one was taken over")
                self.assertEqual([name for name in self.files(directory) if "lock" in name], [])
                del os.environ["LD_PRELOAD"]

    def test_a_run_that_lost_its_lock_stops_without_writing(self):
        self.write("config.json", LONG)
        running, directory = self.start_and_find("out")
        lock = json.loads(self.read(directory, "lock"))
        other = json.dumps({**lock, "host": "elsewhere", "token": "mine"})
        self.write(f"{directory}/other", other)
        os.rename(self.path(directory, "other"), self.path(directory, "lock"))
        self.assertEqual(running.wait(SECONDS), 3)
        err = running.stderr.read().decode()
        self.assertIn("lost the lock", err)
        self.assertIn("host elsewhere", err)
        self.assertEqual(self.read(directory, "lock").decode(), other, "the lock of the new owner stays")
        self.assertNotIn(b"preempted", self.read(directory, "events.jsonl"))
        newest = self.steps_saved(directory)[-1]
        with open(self.path(directory, "checkpoint", f"step-{newest:012}", "manifest.json"), "rb") as file:
            logs = json.load(file)["content"]["logs"]
        self.assertGreaterEqual(len(self.read(directory, "events.jsonl")), logs["events.jsonl"])
        os.remove(self.path(directory, "lock"))
        self.good("verify-run", directory)

    def test_progress_is_told_while_it_runs_and_only_then(self):
        self.write("config.json", SHORT)
        done = self.child("--out", "short")["directory"]
        self.assertNotIn("progress.json", self.files(done))
        self.write("config.json", LONG)
        running, directory = self.start_and_find("out")
        seen = []
        def told():
            try:
                now = json.loads(self.read(directory, "progress.json"))  # never torn
            except FileNotFoundError:
                return False
            if not seen or now != seen[-1]:
                seen.append(now)
            return len(seen) == 3
        self.wait_for(told)
        running.send_signal(signal.SIGTERM)
        self.assertEqual(running.wait(SECONDS), 75)
        for now in seen:
            self.assertEqual(set(now), PROGRESS | {"validation_loss", "validation_accuracy_fraction"})
            self.assertEqual(now["steps_count"], 1000000)
        self.assertEqual(sorted(seen, key=lambda now: now["step"]), seen)
        self.assertGreaterEqual(seen[1]["wall_s"] - seen[0]["wall_s"], 0.99)
        self.assertNotIn("progress.json", self.files(directory))
        self.assertFalse([name for name in self.files(directory) if name.endswith(".tmp")])
        seen.clear()
        running = self.start("--out", "out")
        self.wait_for(lambda: told() or seen)
        running.kill()
        self.assertGreater(seen[0]["wall_s"], 3, "what earlier processes trained counts")

    def test_what_others_said_of_its_end_is_forgotten_once_it_goes_on(self):
        self.write("config.json", SHORT)
        directory = self.child("--out", "out", "+limits.steps=3", code=75)["directory"]
        for name in ("failure.json", "pruned.json"):
            self.write(f"{directory}/{name}", {})
        self.child("--out", "out", "+limits.steps=4", code=75)
        self.assertEqual([name for name in self.files(directory) if name.startswith(("fail", "prun"))], [])

    def left_alone(self, directory, *said):
        before = self.content(directory)
        for words in (("run", "config.json", "--out", "out"), ("resume", directory)):
            answer = self.good(*words, code=4)
            for text in said:
                self.assertIn(text, answer.err)
            self.assertEqual(answer.out, "")
        self.assertEqual(self.content(directory), before)

    def test_results_of_another_version_or_run_are_left_alone(self):
        self.write("config.json", SHORT)
        directory = self.child("--out", "out")["directory"]
        report = json.loads(self.read(directory, "report.json"))
        others = (({**report, "schema_version": 2}, "schema_version"),
                  ({**report, "provenance": {**report["provenance"], "numerics_version": 99}}, "numerics_version"),
                  ({**report, "config": {**report["config"], "sha256": "0" * 64}}, "config/sha256"))
        for other, said in others:
            with self.subTest(said):
                self.write(f"{directory}/report.json", other)
                self.left_alone(directory, said, "report.json")

    def test_checkpoints_of_another_version_or_run_are_left_alone(self):
        self.write("config.json", SHORT)
        directory = self.child("--out", "out", "+limits.steps=3", code=75)["directory"]
        self.child("--out", "out", "+limits.steps=5", code=75)
        name = f"{directory}/checkpoint/step-000000000005/manifest.json"
        text = self.read(name).decode()
        manifest = json.loads(text)
        for key, value in (("schema_version", 2), ("numerics_version", 99), ("config_sha256", "0" * 64)):
            with self.subTest(key):
                old = manifest["content"][key]
                other = {**manifest["content"], key: value}
                compact = json.dumps(other, sort_keys=True, separators=(",", ":"))
                changed_text = text.replace(f'"{key}": {json.dumps(old)}', f'"{key}": {json.dumps(value)}')
                self.assertNotEqual(changed_text, text)
                self.write(name, changed_text.replace(manifest["sha256"],
                                                      hashlib.sha256(compact.encode()).hexdigest()))
                self.left_alone(directory, key, "manifest.json")

    def test_a_configuration_of_another_schema_is_not_resumed(self):
        self.write("config.json", SHORT)
        directory = self.child("--out", "out", "+limits.steps=3", code=75)["directory"]
        config = json.loads(self.read(directory, "config.resolved.json"))
        self.write(f"{directory}/config.resolved.json", {**config, "schema_version": 2})
        answer = self.good("resume", directory, code=4)
        self.assertIn("schema_version is 2", answer.err)


if __name__ == "__main__":
    unittest.main()
