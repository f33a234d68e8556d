"""jsonschema: the published schemas, the project's own small validator, and the reports of runs.

EXMY_REPORTS: folders (joined by ':') searched for report.json; default build/determinism and results.
"""

import json
import os
import pathlib
import sys
import unittest

import jsonschema

import driver

sys.path.insert(0, os.path.join(driver.ROOT, "tests", "scripts"))
import check_report  # noqa: E402
import draft7  # noqa: E402
import synthetic  # noqa: E402

FOLDERS = os.environ.get("EXMY_REPORTS") or ":".join(os.path.join(driver.ROOT, *parts)
                                                     for parts in (("build", "determinism"), ("results",)))
SCHEMAS = pathlib.Path(driver.ROOT, "experiments", "schema")
REPORT_SCHEMA = check_report.load_schema()


def reports():
    folders = map(pathlib.Path, FOLDERS.split(":"))
    return sorted(path for folder in folders for path in folder.glob("**/report.json"))


def shortened(value):
    """The same JSON value with lists of one element: every kind of place, once."""
    if isinstance(value, dict):
        return {key: shortened(item) for key, item in value.items()}
    return [shortened(item) for item in value[:1]] if isinstance(value, list) else value


def places(value):
    """Every (container, key) below a JSON value."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in list(pairs):
        yield value, key
        yield from places(item)


class Reports(unittest.TestCase):
    def setUp(self):
        self.validator = jsonschema.Draft7Validator(REPORT_SCHEMA)

    def test_schemas_are_draft_07(self):
        files = sorted(SCHEMAS.glob("*.json"))
        self.assertGreater(len(files), 0)
        for file in files:
            with self.subTest(file.name):
                schema = json.loads(file.read_text(encoding="utf-8"))
                self.assertEqual(schema["$schema"], "http://json-schema.org/draft-07/schema#")
                jsonschema.Draft7Validator.check_schema(schema)

    def test_both_validators_accept_the_synthetic_reports(self):
        for report in synthetic.quickstart():
            with self.subTest(report["run"]["name"]):
                self.assertEqual([error.message for error in self.validator.iter_errors(report)], [])
                self.assertEqual(list(draft7.errors(report, REPORT_SCHEMA)), [])

    def test_both_validators_judge_damaged_reports_alike(self):
        """Each value in turn replaced by others: whatever the one refuses, the other does too."""
        report = shortened(synthetic.report("e4m3fn", synthetic.DIGITS["e4m3fn"]))
        refused = 0
        for container, key in places(report):
            kept = container[key]
            for damage in (None, -1, 0.5, "NaN", "x", [], {}, True):
                container[key] = damage
                theirs = self.validator.is_valid(report)
                refused += not theirs
                if theirs != (not any(draft7.errors(report, REPORT_SCHEMA))):
                    self.fail(f"{key} = {damage!r}: jsonschema says {theirs}")
            container[key] = kept
        self.assertGreater(refused, 1000)

    def test_reports_of_runs(self):
        found = reports()
        if not found:
            self.skipTest(f"reports of runs: none in {FOLDERS}")
        for path in found:
            with self.subTest(path):
                report = json.loads(path.read_text(encoding="utf-8"))
                found_by_jsonschema = [f"{error.json_path}: {error.message}"
                                       for error in self.validator.iter_errors(report)]
                self.assertEqual(found_by_jsonschema, [])
        self.assertEqual(check_report.main([str(path) for path in found]), 0)


if __name__ == "__main__":
    unittest.main()
