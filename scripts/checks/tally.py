"""Counts what passed, failed and was skipped, and prints it in sections."""

import contextlib
import os
import subprocess
import time


def run(command, **options):
    """Runs a command, its output going through; its exit code (127: there is no such program)."""
    print("$", " ".join(map(str, command)), flush=True)
    try:
        return subprocess.run(command, check=False, **options).returncode
    except OSError as error:
        print(error, flush=True)
        return 127
    except subprocess.TimeoutExpired:
        print("stopped after", options["timeout"], "s", flush=True)
        return 124


def cpu_of_children():
    times = os.times()
    return times.children_user + times.children_system


class Tally:
    def __init__(self):
        self.passed = 0
        self.failed = []   # names
        self.skipped = []  # names with reasons

    def add(self, name, good):
        """Counts one test; returns whether it passed."""
        if good:
            self.passed += 1
        else:
            print("FAILED:", name, flush=True)
            self.failed.append(name)
        return good

    def skip(self, name, reason):
        print(f"skipped: {name}: {reason}", flush=True)
        self.skipped.append(f"{name}: {reason}")

    def step(self, name, command, **options):
        """Runs a command that counts as one test."""
        return self.add(name, run(command, **options) == 0)

    @contextlib.contextmanager
    def section(self, title):
        wall, cpu = time.monotonic(), cpu_of_children()
        print(f"\n== {title} ==", flush=True)
        yield
        wall, cpu = time.monotonic() - wall, cpu_of_children() - cpu
        print(f"-- {title}: {wall:.1f} s, {cpu:.1f} s of processor time", flush=True)

    def summary(self):
        """Prints what did not pass and, as the last line, the sums. Returns the exit code."""
        print()
        for name in self.skipped:
            print("skipped:", name)
        for name in self.failed:
            print("failed:", name)
        print(f"{self.passed} passed, {len(self.failed)} failed, {len(self.skipped)} skipped", flush=True)
        return 1 if self.failed else 0
