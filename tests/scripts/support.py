"""What the tests of the scripts share."""

import json
import os
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SCRIPTS = os.path.join(ROOT, "scripts")
sys.dont_write_bytecode = True
for folder in (HERE, SCRIPTS):
    if folder not in sys.path:
        sys.path.insert(0, folder)


class FolderTest(unittest.TestCase):
    """A test with an empty folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="exmy-scripts-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, report, *parts):
        """Writes a report (or any text) as report.json in a folder; returns the folder."""
        folder = self.path(*parts)
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "report.json"), "w", encoding="utf-8") as file:
            file.write(report if isinstance(report, str) else json.dumps(report))
        return folder
