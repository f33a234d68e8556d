"""Runs Python tests with whatever interpreter runs this file, and writes what happened as JSON.

usage: unittests.py RESULT FOLDER [PATTERN]
RESULT becomes {"passed": number, "failed": [names], "skipped": [names with reasons]}.
"""

import json
import os
import sys
import unittest

sys.dont_write_bytecode = True  # leave the source tree clean


class Result(unittest.TextTestResult):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.passed = 0

    def addSuccess(self, test):  # noqa: N802  (unittest's name)
        super().addSuccess(test)
        self.passed += 1


def main(result_file, folder, pattern="test_*.py"):
    folder = os.path.abspath(folder)
    suite = unittest.defaultTestLoader.discover(folder, pattern, folder)
    result = unittest.TextTestRunner(sys.stdout, verbosity=2, resultclass=Result).run(suite)
    failed = [str(test) for test, _ in result.failures + result.errors]
    failed += map(str, result.unexpectedSuccesses)
    skipped = [f"{test}: {reason}" for test, reason in result.skipped]
    with open(result_file, "w", encoding="utf-8") as file:
        json.dump({"passed": result.passed, "failed": failed, "skipped": skipped}, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
