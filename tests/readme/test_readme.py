"""Runs every sh block of README.md, from top to bottom, in one shell, as a reader would.

The folder is the repository seen through links, with the program under test in build/release and results of its
own. Blocks marked "test: skip" are not run; those marked "test: slow" only with EXMY_SLOW=1.
"""

import os
import re
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BLOCK = re.compile(r"(?:<!-- test: (\w+)[^>]*-->\s*)?^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks():
    """(mark, text) of every sh block; mark is "", "slow" or "skip"."""
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        return [(mark or "", text) for mark, text in BLOCK.findall(file.read())]


class Readme(unittest.TestCase):
    def test_marks_are_known_and_few(self):
        marks = [mark for mark, _ in blocks()]
        self.assertLessEqual(set(marks), {"", "slow", "skip"})
        self.assertGreaterEqual(marks.count(""), 10)
        self.assertEqual(marks.count("skip"), 1, "scripts/test cannot run itself")
        self.assertEqual(marks.count("slow"), 2, "scripts/quickstart, a sweep of minutes")

    @unittest.skipUnless(os.environ.get("EXMY"), "needs EXMY (the program)")
    def test_every_block_works(self):
        wanted = {"", "slow"} if os.environ.get("EXMY_SLOW") else {""}
        with tempfile.TemporaryDirectory() as folder:
            for name in os.listdir(ROOT):
                if name not in ("build", "results", ".git"):
                    os.symlink(os.path.join(ROOT, name), os.path.join(folder, name))
            os.makedirs(os.path.join(folder, "build", "release", "sim"))
            os.symlink(os.path.realpath(os.environ["EXMY"]), os.path.join(folder, "build", "release", "sim", "exmy"))
            script = "set -eu\n" + "\n".join(f"echo '== block {i}' >&2\n{text}" for i, (mark, text) in
                                             enumerate(blocks()) if mark in wanted)
            done = subprocess.run(["bash", "-c", script], cwd=folder, text=True, capture_output=True, timeout=900)
            self.assertEqual(done.returncode, 0, done.stderr[-3000:])
            runs = os.listdir(os.path.join(folder, "results", "tour"))
            self.assertGreaterEqual(len(runs), 12, runs)
            self.assertIn("e4m3fn", done.stdout)


if __name__ == "__main__":
    unittest.main()
