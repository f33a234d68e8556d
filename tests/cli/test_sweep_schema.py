"""sweep.schema.json and the program agree, in both directions, as far as can be generated."""

import glob
import json
import os
import unittest

from program import ProgramTest, ROOT, SMALL, changed  # first: it sets the import path
import conditions
import draft7
import mutations
from test_config_schema import described, same_place, subschemas

FILE = os.path.join(ROOT, "experiments", "schema", "sweep.schema.json")
with open(FILE, encoding="utf-8") as _file:
    TEXT = _file.read()
SCHEMA = conditions.prepared(json.loads(TEXT))

BASE = changed(SMALL, policy=[{"match": {"role": "weight"}, "format": "e5m2"}])
LEAST = {"base": "base.json"}
CHANGES = {"label": "b", "training.steps": 2}
HALVING = {"kind": "successive_halving", "metric": "validation_loss", "first_step": 1, "factor": 2}
FAMILY = {"names": ["bf16"], "catalog": False, "exponent_bits": [4, 5], "mantissa_bits": 2, "bias": [7, 8],
          "specials": "fn", "min_bits": 8, "max_bits": 8,
          "p3109": {"bits": [7, 8], "signed": True, "domain": "finite"}}
ONE = {"exponent_bits": 4, "mantissa_bits": [2, 3], "bias": 9, "specials": "ieee", "catalog": True,
       "p3109": {"bits": 8, "signed": None, "domain": None}}


def panel():
    """Sweeps that together use every property."""
    return [
        {**LEAST, "$schema": "sweep.schema.json", "schema_version": 1, "extends": "empty.json", "name": "n",
         "overrides": {"training.steps": 1}, "method": "grid", "run_cap": 1000, "seeds": [1, 2],
         "parameters": {"training.optimizer.lr": {"values": [0.1, "x", None, [1], {"a": 1}]},
                        "policy.0.format": {"formats": FAMILY},
                        "how": {"cases": {"a": {"seed": 1}, "b": {"seed": 2, "training.eval_every": None}}}},
         "constraints": ["1 == 1", "bits(policy.0.format) > 0"], "baseline": CHANGES,
         "retries": 1, "time_limit_s": 60.0, "early_stop": HALVING},
        {**LEAST, "extends": ["empty.json"], "method": "random", "count": 2, "random_seed": 7, "seeds": 1,
         "parameters": {"training.optimizer.lr": {"range": {"start": 1, "stop": 2, "step": 0.25}},
                        "training.steps": {"log_range": {"start": 1, "stop": 9, "factor": 2}},
                        "data.offset": {"range": {"start": 1, "stop": 2, "step": None}},
                        "data.scale": {"log_range": {"start": 1, "stop": 2, "factor": None}}},
         "baseline": [CHANGES, {}], "time_limit_s": None, "early_stop": None},
        {**LEAST, "method": "list", "list": [CHANGES, {"label": None, "seed": 3}], "seeds": None, "count": None},
        {**LEAST, "parameters": {"policy.0.format": {"formats": ONE}}}]


def rejected_elsewhere(pointer):
    """An override is a value of a configuration, which is judged when a run is prepared."""
    return pointer[:1] in (("overrides",), ("baseline",), ("list",)) and len(pointer) > 2


class TheSchema(unittest.TestCase):
    def test_every_property_is_described(self):
        for pointer, schema in described(SCHEMA):
            for name, item in {**schema["properties"], **schema.get("definitions", {})}.items():
                self.assertGreater(len(item.get("description", "")), 3, f"{pointer}/{name}")

    def test_every_optional_property_says_what_happens_without_it(self):
        for pointer, schema in described(SCHEMA):
            for name in set(schema["properties"]) - set(schema.get("required", [])):
                item = schema["properties"][name]
                said = "default" in item or "default" in item["description"].lower()
                self.assertTrue(said, f"{pointer}/properties/{name}")

    def test_required_keys_exist(self):
        for pointer, schema in described(SCHEMA):
            self.assertLessEqual(set(schema.get("required", [])), set(schema["properties"]), pointer)
            self.assertIn("additionalProperties", schema, pointer)

    def test_another_validator_agrees(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("jsonschema is not installed: draft7.py and conditions.py alone check the schema")
        schema = json.loads(TEXT)
        jsonschema.Draft7Validator.check_schema(schema)
        validator = jsonschema.Draft7Validator(schema)
        for sweep in panel():
            for _, _, other in [(0, 0, sweep), *mutations.wrong(sweep, SCHEMA)]:
                self.assertEqual(validator.is_valid(other), conditions.errors(other, SCHEMA) == [], other)


class SchemaAndProgram(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("base.json", BASE)
        self.write("empty.json", {})

    def errors_of(self, sweep):
        """Of the sweep alone, which has an unknown key more, so that no run is prepared."""
        if isinstance(sweep, dict):
            sweep = {**sweep, "stop_here": 1}
        answer = self.call("sweep", self.write("sweep.json", sweep), "--dry-run", "--out", "out")
        self.assertEqual(answer.code, 2, answer)
        return [error for error in answer.errors if error["pointer"] != "/stop_here"]

    def test_the_program_prints_the_file(self):
        self.assertEqual(self.good("schema", "sweep").out, TEXT)

    def test_shipped_sweeps_are_valid(self):
        for path in glob.glob(os.path.join(ROOT, "experiments", "sweeps", "*.json")):
            with open(path, encoding="utf-8") as file:
                sweep = json.load(file)
            if "parameters" in sweep or "list" in sweep:
                self.assertEqual(conditions.errors(sweep, SCHEMA), [], path)

    def test_the_panel_uses_every_property_and_the_program_accepts_it(self):
        used = set()
        for sweep in panel():
            self.assertEqual(conditions.errors(sweep, SCHEMA), [])
            self.assertEqual(self.errors_of(sweep), [])
            for _, value, judge in conditions.places(sweep, SCHEMA, SCHEMA):
                used |= {(id(judge), key) for key in value} if isinstance(value, dict) else set()
        for pointer, schema in described(SCHEMA):
            for key in schema["properties"]:
                self.assertIn((id(schema), key), used, f"{pointer}/{key}: not used by the panel")

    def test_what_the_schema_refuses_the_program_refuses_at_the_same_place(self):
        seen, cases = set(), 0
        for sweep in panel():
            for rule, pointer, other in mutations.wrong(sweep, SCHEMA):
                if rule in seen or not conditions.errors(other, SCHEMA) or rejected_elsewhere(pointer):
                    continue
                seen.add(rule)
                cases += 1
                with self.subTest(pointer=pointer, rule=rule[1:]):
                    spelled = conditions.spelled(pointer)
                    reported = [error["pointer"] or "" for error in self.errors_of(other)]
                    self.assertTrue(any(same_place(spelled, place) for place in reported), reported)
        self.assertGreater(cases, 150)

    def test_numbers_at_the_ends_of_their_ranges_are_in_range(self):
        seen = set()
        for sweep in panel():
            for rule, pointer, other in mutations.at_bounds(sweep, SCHEMA):
                if rule in seen or conditions.errors(other, SCHEMA):
                    continue
                seen.add(rule)
                for error in self.errors_of(other):  # the number itself is fine
                    self.assertFalse(error["pointer"] == conditions.spelled(pointer)
                                     and error["code"] in ("E202", "E204"), error)
        self.assertGreater(len(seen), 20)

    def test_every_word_of_every_enumeration_is_accepted(self):
        for sweep in panel():
            for _, word, pointer, other in mutations.words(sweep, SCHEMA):
                for error in self.errors_of(other):
                    self.assertFalse(error["pointer"] == conditions.spelled(pointer) and error["code"] == "E203",
                                     (word, error))
        self.assertGreater(sum("enum" in schema for _, schema in subschemas(SCHEMA)), 3)

    def test_defaults_are_those_of_the_program(self):
        self.good("sweep", self.write("sweep.json", {**LEAST, "method": "random", "count": 1, "parameters": {
            "a": {"cases": {"x": {}}}, "policy.0.format": {"formats": {"exponent_bits": 5, "mantissa_bits": 2}}},
            "early_stop": {"kind": "successive_halving", "first_step": 1}}), "--out", "out")
        (index,) = glob.glob(self.path("out", "*", "sweep.json"))
        with open(index, encoding="utf-8") as file:
            resolved = json.load(file)["sweep"]
        self.assertEqual(conditions.errors(resolved, SCHEMA), [])
        checked = 0
        for pointer, value, judge in conditions.places(resolved, SCHEMA, SCHEMA):
            for key, item in judge.get("properties", {}).items():
                if "default" in item and key not in ("method", "parameters"):
                    self.assertEqual(value[key], item["default"], f"{conditions.spelled(pointer)}/{key}")
                    checked += 1
        self.assertGreater(checked, 12)


if __name__ == "__main__":
    unittest.main()
