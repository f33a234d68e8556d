"""Directories that cannot be written, full disks, kills: an error, no half-written report, nothing lost."""

import json
import os
import resource
import shutil
import signal
import subprocess
import time
import unittest

from program import ProgramTest, SECONDS, SMALL, changed, program

LONG = changed(SMALL, training__steps=8000)  # more than a second, so that it is met at work


def interruptible():
    """A shell that starts this in the background has it ignore SIGINT, and children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Failures(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("a.json", SMALL)

    def fails(self, *words, said, **options):
        """The run fails with exit code 3, a message, and no report; returns the answer."""
        answer = self.good("run", "a.json", *words, code=3, **options)
        self.assertEqual(answer.out, "")
        self.assertIn(said, answer.err.splitlines()[-1])
        return answer

    def leftovers(self, *parts):
        return [name for name in self.files(*parts) if name.endswith((".tmp", "report.json"))]

    def test_a_file_in_the_place_of_the_output_directory(self):
        self.write("out", "mine")
        self.fails("--out", "out", said="out")
        self.fails("--out", "out/deeper", said="out/deeper")
        self.assertEqual(self.read("out"), b"mine")

    def test_a_file_or_directory_in_the_place_of_what_is_written(self):
        (directory,) = self.good("run", "a.json", "--dry-run").out.split()[:1]
        self.write(directory, "mine")
        self.fails(said=directory)
        self.assertEqual(self.read(directory), b"mine")
        os.remove(self.path(directory))
        for name in ("config.json", "events.jsonl", "report.json"):
            with self.subTest(name):
                os.makedirs(self.path(directory, name, "inside"))
                self.fails(said=name)
                self.assertTrue(os.path.isdir(self.path(directory, name, "inside")))
                self.assertEqual([found for found in self.files() if found.endswith(".tmp")], [])
                shutil.rmtree(self.path(directory))

    def test_a_read_only_directory(self):
        os.makedirs(self.path("out"))
        os.chmod(self.path("out"), 0o555)
        os.chmod(self.folder, 0o755)
        nobody = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}  # root may all
        try:
            self.fails("--out", "out", said="Permission denied", **nobody)
        except PermissionError:
            self.skipTest("runs as root, and others may not run the program here")
        self.assertEqual(self.files("out"), [])

    def test_a_run_directory_that_cannot_be_searched(self):
        if os.geteuid() == 0:
            os.chmod(self.folder, 0o777)
        nobody = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        try:
            self.good("run", "a.json", "--out", "out", "--quiet", **nobody)
        except PermissionError:
            self.skipTest("runs as root, and others may not run the program here")
        os.chmod(self.path("out"), 0)
        self.addCleanup(os.chmod, self.path("out"), 0o755)
        answer = self.good("run", "a.json", "--out", "out", code=3, **nobody)
        self.assertRegex(answer.err, r"^cannot read out/\S+/report.json: Permission denied\n$")

    def test_closed_streams_are_not_mistaken_for_files(self):
        """Without standard error, progress must not land in the file that got its number."""
        for closed in ("2>&-", "<&- 2>&-", "<&- >&- 2>&-"):
            with self.subTest(closed):
                out = self.path(str(len(closed)))
                subprocess.run(["bash", "-c", f'exec "$0" "$@" {closed}', program(), "run", "a.json", "--out", out],
                               cwd=self.folder, stdout=subprocess.DEVNULL, check=False)
                logs = [name for name in self.files(out) if name.endswith(".jsonl")]
                self.assertEqual(len(logs), 2)
                for name in logs:
                    for line in self.read(out, name).decode().splitlines():
                        self.assertIsInstance(json.loads(line), dict, name)

    def test_an_output_directory_in_a_device(self):
        self.fails("--out", "/dev/null", said="/dev/null")
        self.fails("--out", "/proc/exmy", said="/proc/exmy")

    def test_a_limit_of_the_file_size(self):
        done, (report,) = self.runs("a.json", "seed=5")
        sizes = {name: len(self.read(done.lines[0], name)) for name in self.files(done.lines[0])}
        kept = os.path.join(os.path.basename(done.lines[0]), "report.json")
        most = sizes["report.json"] * 9 // 10  # another run's has other digits: its length differs by some
        for limit in (0, 100, sizes["config.resolved.json"] + 1, most):
            with self.subTest(limit):
                def limited():
                    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
                answer = self.good("run", "a.json", "seed=5,6", code=3, preexec_fn=limited)
                self.assertEqual(answer.lines, done.lines, "the complete run is kept and printed")
                self.assertIn("File too large", answer.err)
                self.assertEqual(self.leftovers("results"), [kept])
        self.assertEqual(self.report(done.lines[0]), report)
        self.good("run", "a.json", "seed=5,6")

    def test_a_full_disk(self):
        for size in ("8k", "16k", "20k"):  # pages of 4k: no room for the configuration, the logs, the report
            disk = self.path(size)
            os.makedirs(disk)
            mount = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            if mount.returncode != 0:
                self.skipTest("may not mount a small disk here; the limit of the file size is tested")
            self.addCleanup(subprocess.run, ["umount", disk], check=True)
            self.fails("stats.counters=true", "--out", size, said="No space left on device")
            self.assertEqual(self.leftovers(size), [])

    def test_the_same_run_twice_at_once_ends_well(self):
        runs = [subprocess.Popen([program(), "run", "a.json", "training.steps=200", "--quiet"],
                                 cwd=self.folder,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
        answers = [run.communicate(timeout=SECONDS) for run in runs]
        self.assertEqual([run.returncode for run in runs], [0, 0], answers)
        self.assertEqual(answers[0][0], answers[1][0])
        directory = answers[0][0].decode().strip()
        self.report(directory)
        self.assertEqual([name for name in self.files(directory) if name.endswith(".tmp")], [])
        self.assertEqual(self.read(directory, "events.jsonl").count(b'"started"'), 1)

    def test_memory_that_is_not_there(self):
        def limited():
            resource.setrlimit(resource.RLIMIT_AS, (2**29, 2**29))
        for words in (["model.hidden=[65536,65536]"], ['data={"kind":"xor","train_count":1000000000000}']):
            answer = self.good("run", "a.json", *words, code=3, preexec_fn=limited,
                               env={"OMP_NUM_THREADS": "1"})
            self.assertIn("memory", answer.err)
            self.assertEqual(self.files(), ["a.json"])

    def start(self, *words):
        """Starts a run and waits until it trains; returns the process and the directory."""
        running = subprocess.Popen([program(), "run", *words], cwd=self.folder, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env={**os.environ, "OMP_NUM_THREADS": "1"},
                                   preexec_fn=interruptible)
        self.addCleanup(running.stdout.close)
        self.addCleanup(running.stderr.close)
        self.addCleanup(running.kill)
        deadline = time.monotonic() + SECONDS
        while not any(name.endswith("events.jsonl") and self.read(name) for name in self.files()):
            self.assertLess(time.monotonic(), deadline, "it does not start")
            self.assertIsNone(running.poll(), "it ended before it trained")
            time.sleep(0.002)
        return running

    def test_an_interrupted_run_leaves_no_report_and_runs_again_to_the_same_bits(self):
        self.write("long.json", LONG)
        _, (whole,) = self.runs("long.json", "--out", "whole")
        for number in (signal.SIGKILL, signal.SIGINT, signal.SIGTERM):
            with self.subTest(number.name):
                running = self.start("long.json", "--out", number.name)
                running.send_signal(number)
                running.wait(SECONDS)
                self.assertEqual(running.stdout.read(), b"")
                self.assertIn(running.returncode, (-number, 128 + number),
                              "the caller sees that it was interrupted")
                self.assertEqual(self.leftovers(number.name), [])
                answer, (report,) = self.runs("long.json", "--out", number.name)
                self.assertEqual(report["determinism"], whole["determinism"])
                self.assertEqual(self.read(answer.lines[0], "events.jsonl").count(b'"started"'), 1)


if __name__ == "__main__":
    unittest.main()
