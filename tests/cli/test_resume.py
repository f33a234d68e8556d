"""Runs that survive: killed, stopped or interrupted anywhere, and resumed, they give the same bits."""

import os
import random
import shutil
import signal
import time
import unittest

from program import changed
from survival import FAULTS, KILLS, LONG, SEED, SHORT, SurvivalTest


class Resume(SurvivalTest):
    def wait_for_checkpoint(self, folder, running, newer_than=-1):
        """Waits until a run has a checkpoint of a step beyond one; the newest step."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and running.poll() is None:
            newest = self.newest(folder)
            if newest > newer_than:
                return newest
            time.sleep(0.002)
        self.fail("no checkpoint came")

    def newest(self, folder):
        try:
            return max((int(name[5:]) for name in os.listdir(self.path(folder, "checkpoint"))
                        if name.startswith("step-")), default=-1)
        except FileNotFoundError:
            return -1

    def test_killed_at_random_moments_it_goes_on_to_the_same_result(self):
        chance = random.Random(SEED)
        expected, name = self.whole(LONG)
        begin = time.monotonic()
        self.good("run", "config.json", "--out", "timed")
        seconds = time.monotonic() - begin
        kills = 0
        for trial in range(10 * KILLS):
            if kills == KILLS:
                break
            running = self.start("run", "config.json", "--out", "killed")
            time.sleep(chance.uniform(0, seconds / 3))
            running.kill()
            running.communicate()
            if running.returncode == 0:  # it was done: once more from the start
                self.assertEqual(self.result(f"killed/{name}"), expected)
                shutil.rmtree(self.path("killed"))
            else:
                kills += 1
        self.good("run", "config.json", "--out", "killed")
        self.assertEqual(self.result(f"killed/{name}"), expected)
        self.assertEqual(kills, KILLS)

    def test_killed_before_or_after_any_call_that_changes_files_nothing_is_lost(self):
        chance = random.Random(SEED + 1)
        expected, name = self.whole(SHORT)
        environment = self.preloaded()
        self.good("run", "config.json", "--out", "counted", env=environment)
        calls, _, torn = self.counts()
        self.assertEqual(torn, 0, "a file got its name before its content was safe")
        self.assertGreater(calls, 100)
        moments = [(when, n) for when in ("EXMY_KILL_AT", "EXMY_KILL_AFTER") for n in range(1, calls + 1)]
        for when, n in chance.sample(moments, min(FAULTS, len(moments))):
            with self.subTest(when=when, call=n, seed=SEED):
                shutil.rmtree(self.path("killed"), ignore_errors=True)
                answer = self.call("run", "config.json", "--out", "killed", env={**environment, when: str(n)})
                self.assertEqual(answer.code, -signal.SIGKILL, answer)
                self.goes_on(f"killed/{name}", expected)

    def test_signals_and_a_time_limit_stop_with_a_checkpoint_and_exit_code_75(self):
        expected, name = self.whole(LONG)
        for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT):
            out = number.name
            running = self.start("run", "config.json", "--out", out)
            step = self.wait_for_checkpoint(f"{out}/{name}", running)
            running.send_signal(number)
            _, err = running.communicate(timeout=60)
            self.assertEqual(running.returncode, 75, err)
            self.assertIn(b"goes on", err)
            self.assertGreaterEqual(self.newest(f"{out}/{name}"), step)
            self.assertNotIn("report.json", self.files(out, name))
            self.good("verify-run", f"{out}/{name}")
            self.assertEqual(self.good("resume", f"{out}/{name}").lines, [f"{out}/{name}"])
            self.assertEqual(self.result(f"{out}/{name}"), expected)
        answer = self.good("run", "config.json", "+limits.wall_s=0.001", "--out", "limited", code=75)
        self.assertEqual(answer.lines, [f"limited/{name}"], "a limit is not part of a run's identity")
        self.good("run", "config.json", "checkpoint.every=7", "--out", "limited")
        limited = self.result(f"limited/{name}")
        self.assertEqual(limited[1:], expected[1:])

    def test_a_second_interrupt_ends_at_once(self):
        name = self.write("config.json", changed(LONG, training__steps=100000, checkpoint__every=0,
                                                 training__batch_size=256))
        running = self.start("run", name)
        time.sleep(1)
        running.send_signal(signal.SIGINT)
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=60)
        self.assertIn(running.returncode, (130, 75), "75: the first one was faster than the second")

    def stopped(self, config, out="stopped"):
        """The directory of a run that was stopped after two checkpoints."""
        answer = self.good("run", self.write("config.json", changed(config, limits__wall_s=1e-9)), "--out", out,
                           code=75)
        self.good("run", "config.json", "--out", out, code=75)
        return answer.lines[0]

    def damage(self, directory, step, file="state.safetensors"):
        path = self.path(directory, "checkpoint", f"step-{step:012}", file)
        with open(path, "r+b") as opened:
            opened.seek(40)
            byte = opened.read(1)
            opened.seek(40)
            opened.write(bytes([byte[0] ^ 1]))

    def test_a_damaged_checkpoint_is_passed_over_and_said(self):
        expected, name = self.whole(SHORT)
        directory = self.stopped(SHORT)
        self.damage(directory, 2)
        answer = self.good("verify-run", directory, code=4)
        self.assertIn("BAD", answer.out)
        self.assertIn("step-000000000002", answer.out)
        answer = self.good("run", "config.json", "~limits.wall_s", "--out", "stopped")
        self.assertIn("passed over", answer.err)
        self.assertIn("step-000000000002", answer.err)
        self.assertEqual(self.result(directory)[1:], expected[1:])

    def test_without_a_whole_checkpoint_it_is_an_error_and_nothing_is_lost(self):
        directory = self.stopped(SHORT)
        for step in (1, 2):
            self.damage(directory, step, "manifest.json")
        before = {name: self.read(directory, name) for name in self.files(directory) if "." in name}
        for command in (("run", "config.json", "--out", "stopped"), ("resume", directory)):
            answer = self.good(*command, code=4)
            self.assertEqual(answer.out, "")
            self.assertIn("no checkpoint", answer.err)
        self.assertEqual({name: self.read(directory, name) for name in self.files(directory) if "." in name},
                         before)

    def test_verify_run_notices_a_changed_byte_in_every_file_of_a_complete_run(self):
        _, name = self.whole(SHORT)
        self.assertIn("complete", self.good("verify-run", f"whole/{name}").out)
        for file in self.files("whole", name):
            whole = self.read("whole", name, file)
            for place in (0, len(whole) // 2, len(whole) - 1):
                self.write(f"whole/{name}/{file}", whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1:])
                answer = self.good("verify-run", f"whole/{name}", code=4)
                self.assertIn(f"whole/{name}: BAD: ", answer.out)
            self.write(f"whole/{name}/{file}", whole)
        os.rename(self.path("whole", name), self.path("whole", "other-0123456789ab"))
        self.good("verify-run", "whole/other-0123456789ab", code=4)

    def test_what_is_no_run_directory_is_said(self):
        os.mkdir(self.path("empty"))
        for command in ("resume", "verify-run"):
            for where in ("empty", "missing"):
                answer = self.good(command, where, code=2)
                self.assertIn("no run directory", answer.err)
            self.good(command, code=2)

    def test_a_directory_of_another_run_is_not_resumed(self):
        directory = self.stopped(SHORT)
        moved = "stopped/other-0123456789ab"
        os.rename(self.path(directory), self.path(moved))
        answer = self.good("resume", moved, code=4)
        self.assertIn("cannot go on", answer.err)


if __name__ == "__main__":
    unittest.main()
