"""The schema of report.json says everything that it should, and refuses what it should."""

import copy
import json
import unittest

import support  # noqa: F401  (sets the import path)
import check_report
import draft7
import synthetic

SCHEMA = check_report.load_schema()


def schemas(schema, pointer=""):
    """Every subschema with its pointer."""
    yield pointer, schema
    for key in ("properties", "definitions"):
        for name, item in schema.get(key, {}).items():
            yield from schemas(item, f"{pointer}/{key}/{name}")
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from schemas(schema[key], f"{pointer}/{key}")


def report_of(name="e4m3fn"):
    return synthetic.report(name, synthetic.DIGITS[name])


class Schema(unittest.TestCase):
    def test_every_property_is_described(self):
        for pointer, schema in schemas(SCHEMA):
            for name, item in {**schema.get("properties", {}), **schema.get("definitions", {})}.items():
                self.assertGreater(len(item.get("description", "")), 8, f"{pointer}/{name}")

    def test_objects_are_closed_and_required_keys_exist(self):
        for pointer, schema in schemas(SCHEMA):
            if "properties" in schema:
                self.assertIs(schema["additionalProperties"], False, pointer)
                self.assertLessEqual(set(schema["required"]), set(schema["properties"]), pointer)

    def test_optional_properties_say_when_they_are_absent(self):
        for pointer, schema in schemas(SCHEMA):
            if pointer.endswith("/series"):  # the description of the list says it once for all
                self.assertIn("absent", schema["description"].lower())
                continue
            for name in set(schema.get("properties", {})) - set(schema.get("required", [])):
                with self.subTest(pointer=pointer, name=name):
                    self.assertRegex(schema["properties"][name]["description"].lower(), "absent|optional")

    def test_every_counter_of_the_numerics_has_count_and_fraction(self):
        names = ("zero_in nan_in inf_in inexact rounded_up rounded_down tie overflow saturated "
                 "underflow_to_zero flushed underflow_inexact subnormal_out nan_generated nan_lost swamped "
                 "update_lost").split()
        expected = {"total_count"} | {name + end for name in names for end in ("_count", "_fraction")}
        self.assertEqual(set(SCHEMA["definitions"]["counters"]["properties"]), expected)
        series = SCHEMA["properties"]["tensors"]["items"]["properties"]["series"]["properties"]
        self.assertEqual(set(series), {"step", "total_count"} | {name + "_count" for name in names})

    def test_synthetic_reports_are_valid_and_consistent(self):
        for report in synthetic.quickstart():
            self.assertEqual(check_report.problems(report, SCHEMA), [], report["run"]["name"])

    def test_missing_unknown_and_wrong_values_are_found(self):
        changes = {
            "/run/status: 'done'": lambda r: r["run"].update(status="done"),
            "/run: name is missing": lambda r: r["run"].pop("name"),
            "/schema_version: 2": lambda r: r.update(schema_version=2),
            "/schema_version: True": lambda r: r.update(schema_version=True),
            "/colour: unknown key": lambda r: r.update(colour=1),
            "/final/train_loss: None": lambda r: r["final"].update(train_loss=None),
            "/final/train_loss: 'nan'": lambda r: r["final"].update(train_loss="nan"),
            "/final/train_loss_hex: '0.5'": lambda r: r["final"].update(train_loss_hex="0.5"),
            "/final/validation_accuracy_fraction: -1":
                lambda r: r["final"].update(validation_accuracy_fraction=-1),
            "/formats/0/bits: 8.5": lambda r: r["formats"][0].update(bits=8.5),
            "/tensors/0/counters/tie_count: -1": lambda r: r["tensors"][0]["counters"].update(tie_count=-1),
            "/tensors/0/pass: 'backward'": lambda r: r["tensors"][0].update({"pass": "backward"}),
            "/memory/roles/gradient: 'gradient'": lambda r: r["memory"]["roles"].update(
                gradient=r["memory"]["roles"]["weight"]),
            "/config/sha256: 'ABC'": lambda r: r["config"].update(sha256="ABC"),
        }
        for expected, change in changes.items():
            report = report_of()
            change(report)
            found = list(draft7.errors(report, SCHEMA))
            with self.subTest(expected):
                self.assertEqual(len(found), 1, found)
                self.assertTrue(found[0].startswith(expected), found[0])

    def test_inconsistencies_are_found(self):
        changes = {
            "/run/divergence": lambda r: r["run"].update(status="diverged"),
            "/cost/macs_count": lambda r: r["cost"].update(macs_count=1),
            "/formats: e4m3fn": lambda r: r["formats"].pop(2),
            "/formats/0/max_finite": lambda r: r["formats"][0].update(max_finite=1.0),
            "/loss_curve: lists": lambda r: r["loss_curve"]["lr"].pop(),
            "/loss_curve/step: not": lambda r: r["loss_curve"]["step"].reverse(),
            "/tensors/0/counters/tie_count: the fraction":
                lambda r: r["tensors"][0]["counters"].update(tie_fraction=0.5),
            "/tensors/0/series/overflow_count":
                lambda r: r["tensors"][0]["series"]["overflow_count"].__setitem__(0, 9),
            "/tensors/0/exponent_histogram/after":
                lambda r: r["tensors"][0]["exponent_histogram"]["after"]["counts"].append(10**12),
        }
        for expected, change in changes.items():
            report = copy.deepcopy(report_of())
            change(report)
            found = check_report.problems(report, SCHEMA)
            with self.subTest(expected):
                self.assertEqual(len(found), 1, found)
                self.assertTrue(found[0].startswith(expected), found[0])

    def test_reference_points_of_the_formats(self):
        facts = {name: synthetic.facts(name) for name in synthetic.FORMATS}
        self.assertEqual([facts[name]["max_finite"] for name in ("e4m3fn", "e5m2", "fp16", "e2m1fn")],
                         [448, 57344, 65504, 6])
        self.assertEqual([facts[name]["min_subnormal"] for name in ("e4m3fn", "e5m2", "bf16")],
                         [2**-9, 2**-16, 2.0**-133])
        self.assertEqual([facts[name]["finite_values_count"] for name in ("e4m3fn", "e2m1fn")], [253, 15])

    def test_unknown_keyword_is_an_error_of_the_schema(self):
        with self.assertRaises(KeyError):
            list(draft7.errors(1, {"multipleOf": 2}))

    def test_against_another_validator(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("jsonschema is not installed: draft7.py alone checks the schema")
        jsonschema.Draft7Validator.check_schema(SCHEMA)
        validator = jsonschema.Draft7Validator(SCHEMA)
        for report in synthetic.quickstart():
            self.assertEqual([error.message
                              for error in validator.iter_errors(json.loads(json.dumps(report)))], [])


if __name__ == "__main__":
    unittest.main()
