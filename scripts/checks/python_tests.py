"""Counts Python tests that another interpreter may run."""

import json
import os
import sys

from builds import ROOT
from tally import run

RUNNER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "unittests.py")


def unittests(tally, folder, pattern="test_*.py", python=sys.executable, skips_fail=False, later=None,
              **environment):
    """Runs the tests of a folder in the repository and counts each; a run that breaks off is one failure.
    Skipped tests whose reason names `later` are not counted: another call runs them."""
    results = os.path.join(ROOT, "build", "unittests.json")
    os.makedirs(os.path.dirname(results), exist_ok=True)
    if os.path.exists(results):
        os.remove(results)
    run([python, RUNNER, results, os.path.join(ROOT, folder), pattern], env={**os.environ, **environment})
    if not os.path.exists(results):
        tally.add(f"{folder}/{pattern}: broke off", False)
        return
    with open(results, encoding="utf-8") as file:
        found = json.load(file)
    if not any(found.values()):
        tally.add(f"{folder}/{pattern}: no tests", False)
    tally.passed += found["passed"]
    for name in found["failed"]:
        tally.add(name, False)
    for name in found["skipped"]:
        if later and later in name:
            print("later:", name)
        elif skips_fail:
            tally.add(f"skipped, but required: {name}", False)
        else:
            tally.skip(folder, name)
