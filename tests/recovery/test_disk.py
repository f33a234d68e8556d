"""A disk that gets full at any moment of a run: exit code 3 and a message, what was whole stays whole, and once
there is room again the run goes on to the uninterrupted result, bit for bit."""

import os
import random
import resource
import shutil
import subprocess
import sys
import unittest

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "cli"))

from program import changed  # noqa: E402  (needs the path above)
from survival import OFFSETS, SEED, SHORT, SurvivalTest, offsets  # noqa: E402

FULL = "No space left on device"
NAMESPACE = "EXMY_MAY_MOUNT"  # set in the process that got a name space of its own

class DiskTest(SurvivalTest):
    def setUp(self):
        super().setUp()
        self.chance = random.Random(SEED)

    def steps(self, directory):
        """Steps of the checkpoints that `verify-run` calls good; there may be no bad ones."""
        answer = self.good("verify-run", directory)
        self.assertNotIn("BAD", answer.out)
        folder = self.path(directory, "checkpoint")
        names = os.listdir(folder) if os.path.isdir(folder) else []
        return sorted(int(name[5:]) for name in names if name.startswith("step-"))

    def check_failed(self, answer, directory, said):
        """It failed with a message, and left only what is whole; the steps of its checkpoints."""
        self.assertEqual(answer.code, 3, answer)
        self.assertEqual(answer.out, "", answer)
        self.assertIn(said, answer.err.splitlines()[-1])
        self.assertEqual(self.leftovers(os.path.dirname(directory)), [])
        if not os.path.exists(self.path(directory, "config.resolved.json")):
            return []
        if os.path.exists(self.path(directory, "report.json")):
            self.report(directory)  # whole; of what comes after it only the sums can be missing
            return []
        return self.steps(directory)

    def check_resumed(self, directory, steps):
        """The run went on from the newest checkpoint that there was, not from the start."""
        events = self.read(directory, "events.jsonl").decode().splitlines()
        resumed = [event for event in events if '"resumed"' in event]
        if steps:
            self.assertIn(f'"step":{steps[-1]}', resumed[-1].replace(" ", ""))
        else:
            self.assertEqual(resumed, [])

    def fails_and_goes_on(self, fail, directory, expected, said):
        """`fail` runs into the full disk."""
        steps = self.check_failed(fail(), directory, said)
        complete = os.path.exists(self.path(directory, "report.json"))
        self.goes_on(directory, expected)
        if not complete:
            self.check_resumed(directory, steps)
        shutil.rmtree(self.path(os.path.dirname(directory)))
        return steps


class Disk(DiskTest):
    def test_a_disk_that_gets_full_after_any_number_of_bytes(self):
        expected, name = self.whole(SHORT)
        environment = self.preloaded()
        self.good("run", "config.json", "--out", "counted", env=environment)
        _, end, _ = self.counts()
        self.assertGreater(end, 50000)
        seen = set()
        for room in offsets(self.chance, end):
            with self.subTest(room=room, seed=SEED):
                disk = {**environment, "EXMY_DISK": str(room)}
                seen.update(self.fails_and_goes_on(lambda: self.call("run", "config.json", "--out", "full", env=disk),
                                                   f"full/{name}", expected, FULL))
        self.assertEqual(seen, {2, 4}, "some got as far as each checkpoint")

    def test_a_disk_that_gets_full_again_and_again(self):
        expected, name = self.whole(changed(SHORT, training__steps=40))
        environment = self.preloaded()
        self.good("run", "config.json", "--out", "counted", env=environment)
        _, end, _ = self.counts()
        failures = 0
        for _ in range(200):
            room = self.chance.randrange(end // 4)
            answer = self.call("run", "config.json", "--out", "full", env={**environment, "EXMY_DISK": str(room)})
            if answer.code == 0:
                break
            self.check_failed(answer, f"full/{name}", FULL)
            failures += 1
        self.assertGreaterEqual(failures, 3)
        self.goes_on(f"full/{name}", expected)

    def test_a_limit_of_the_file_size_at_any_offset(self):
        expected, name = self.whole(SHORT)
        sizes = [os.path.getsize(self.path("whole", name, file)) for file in self.files("whole", name)]
        for limit in offsets(self.chance, max(sizes)):
            def limited():
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            with self.subTest(limit=limit, seed=SEED):
                self.fails_and_goes_on(
                    lambda: self.call("run", "config.json", "--out", "full", preexec_fn=limited),
                    f"full/{name}", expected, "File too large")

    def test_the_device_that_is_always_full(self):
        expected, name = self.whole(SHORT)
        for log in ("events.jsonl", "stats.jsonl"):
            with self.subTest(log):
                os.makedirs(self.path("full", name))
                os.symlink("/dev/full", self.path("full", name, log))
                answer = self.call("run", "config.json", "--out", "full")
                self.check_failed(answer, f"full/{name}", FULL)
                os.remove(self.path("full", name, log))
                self.goes_on(f"full/{name}", expected)
                shutil.rmtree(self.path("full"))
        with open("/dev/full", "wb") as full:
            answer = self.good("run", "config.json", "--out", "full", code=3, stdout=full)
            self.assertNotEqual(answer.err, "")
            self.goes_on(f"full/{name}", expected)  # it was only the answer that was lost
            shutil.rmtree(self.path("full"))
            self.good("run", "config.json", "--out", "full", stderr=full)
            self.assertEqual(self.result(f"full/{name}"), expected)
            for words in (("verify-run", f"full/{name}"), ("resume", f"full/{name}"), ("schema", "report")):
                self.good(*words, code=3, stdout=full)


def mount(disk, options):
    return subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", disk], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False).returncode == 0


def as_root_of_a_name_space(test):
    """Runs a test of this file in a name space in which one may mount; whether it passed, None if there is none."""
    if NAMESPACE in os.environ or not shutil.which("unshare"):
        return None
    unshare = ["unshare", "--map-root-user", "--mount"]
    if subprocess.run([*unshare, "true"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        return None
    command = [*unshare, sys.executable, os.path.abspath(__file__), test]
    return subprocess.run(command, env={**os.environ, NAMESPACE: "1"}, check=False).returncode == 0


class SmallDisk(DiskTest):
    """The same on a file system of 64 KiB."""

    def disk(self):
        disk = self.path("disk")
        os.makedirs(disk)
        if not mount(disk, "size=64k"):
            return None
        self.addCleanup(subprocess.run, ["umount", disk], check=True)
        return disk

    def test_a_small_disk_that_is_filled_to_any_offset(self):
        disk = self.disk()
        if disk is None:
            passed = as_root_of_a_name_space(self.id().removeprefix("__main__.").removeprefix("test_disk."))
            if passed is None:
                self.skipTest("may not mount a small disk here, not even in a name space of its own")
            self.assertTrue(passed, "see above")
            return
        self.fill_and_go_on()

    def fill_and_go_on(self):
        expected, name = self.whole(SHORT)
        failures = 0
        for filled in offsets(self.chance, 1 << 16):
            with self.subTest(filled=filled, seed=SEED):
                self.write("disk/filler", bytes(filled))
                answer = self.call("run", "config.json", "--out", "disk/full")
                steps = self.check_failed(answer, f"disk/full/{name}", FULL)
                failures += 1
                os.remove(self.path("disk/filler"))
                shutil.move(self.path("disk/full"), self.path("roomy"))  # to another disk
                self.goes_on(f"roomy/{name}", expected)
                self.check_resumed(f"roomy/{name}", steps)
                shutil.rmtree(self.path("roomy"))
        self.assertEqual(failures, OFFSETS)


if __name__ == "__main__":
    unittest.main()
