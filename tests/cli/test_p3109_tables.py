"""The values of every P3109 format are those of the standard's tables: digests in tests/golden/."""

import hashlib
import json
import os
import unittest

from program import ROOT, ProgramTest

GOLDEN = os.path.join(ROOT, "tests", "golden", "p3109-tables.sha256.json")
SPECIAL = {"Infinity": "inf", "-Infinity": "-inf", "NaN": "nan"}


class Tables(ProgramTest):
    def digest(self, name):
        """(number of codes, SHA-256) of `exmy format table NAME --csv`, in the form of the golden file."""
        lines = self.good("format", "table", name, "--csv").lines[1:]
        text = hashlib.sha256()
        for index, line in enumerate(lines):
            code, _, value_hex, value = line.split(",")
            self.assertEqual(int(code, 16), index)
            text.update(f"{index} {SPECIAL.get(value) or float.fromhex(value_hex).hex()}\n".encode())
        return [len(lines), text.hexdigest()]

    def test_every_format(self):
        with open(GOLDEN, encoding="utf-8") as file:
            golden = json.load(file)
        self.assertEqual(len(golden), 454)
        wrong = [name for name in golden if self.digest(name) != golden[name]]
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
