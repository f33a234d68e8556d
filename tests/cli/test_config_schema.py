"""config.schema.json and the program agree, in both directions, as far as can be generated."""

import json
import os
import unittest

from program import ProgramTest, ROOT, load, shipped  # first: it sets the import path
import conditions
import draft7
import mutations
import panel

FILE = os.path.join(ROOT, "experiments", "schema", "config.schema.json")
with open(FILE, encoding="utf-8") as _file:
    TEXT = _file.read()
SCHEMA = conditions.prepared(json.loads(TEXT))
BATCH = 8  # configurations of one call: it prints 20 problems at most
# The generated set would not fit the memory; a network of the largest size does not either, or takes minutes.
HUGE = {("data", key) for key in ("train_count", "validation_count", "features_count")}


def subschemas(schema, pointer=""):
    """Every schema inside a schema, with its pointer."""
    yield pointer, schema
    for key in ("properties", "definitions"):
        for name, item in schema.get(key, {}).items():
            yield from subschemas(item, f"{pointer}/{key}/{name}")
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from subschemas(schema[key], f"{pointer}/{key}")
    for key in ("anyOf", "allOf"):
        for index, item in enumerate(schema.get(key, [])):
            yield from subschemas(item, f"{pointer}/{key}/{index}")


def described(schema):
    """The schemas that say what their properties mean; parts of anyOf and conditions only narrow them."""
    return [(pointer, item) for pointer, item in subschemas(schema)
            if "properties" in item and "anyOf/" not in pointer]


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

    def test_objects_are_closed_and_required_keys_exist(self):
        for pointer, schema in described(SCHEMA):
            self.assertLessEqual(set(schema.get("required", [])), set(schema["properties"]), pointer)
            if "allOf" not in schema:
                self.assertIs(schema["additionalProperties"], False, pointer)

    def test_kinds_are_told_apart_by_conditions_that_cover_all_words(self):
        found = 0
        for pointer, schema in described(SCHEMA):
            if "allOf" not in schema:
                continue
            (key, words), = schema["properties"].items()
            consts = [part["if"]["condition"]["properties"][key]["const"] for part in schema["allOf"]]
            self.assertEqual(consts, words["enum"], pointer)
            for part, word in zip(schema["allOf"], consts):
                kind = draft7.resolve(part["if"]["then"]["$ref"], SCHEMA)
                self.assertEqual(kind["properties"][key]["const"], word, pointer)
            found += 1
        self.assertEqual(found, 7, "model, layer, data, optimizer, schedule, loss_scale, scale")
        self.assertNotIn('"oneOf"', TEXT)

    def test_another_validator_agrees(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("jsonschema is not installed: draft7.py and conditions.py alone check the schema")
        schema = json.loads(TEXT)
        jsonschema.Draft7Validator.check_schema(schema)
        validator = jsonschema.Draft7Validator(schema)
        for config in panel.configs():
            for _, _, other in [(0, 0, config), *mutations.wrong(config, SCHEMA)]:
                self.assertEqual(validator.is_valid(other), conditions.errors(other, SCHEMA) == [], other)


class SchemaAndProgram(ProgramTest):
    def setUp(self):
        super().setUp()
        for name, content in panel.data_files().items():
            self.write(name, content)
        self.count = 0

    def new(self, config):
        self.count += 1
        return self.write(f"{self.count}.json", config)

    def verdicts(self, configs):
        """{index: errors} of those that the program refuses."""
        names = [self.new(config) for config in configs]
        verdicts = {}
        for first in range(0, len(names), BATCH):
            self.judge(list(range(first, min(first + BATCH, len(names)))), names, verdicts)
        return verdicts

    def judge(self, batch, names, verdicts):
        answer = self.call("validate", *(names[index] for index in batch))
        if " more" in answer.err[-12:] and len(batch) > 1:  # some problems are not shown
            for index in batch:
                self.judge([index], names, verdicts)
            return
        for index in batch:
            errors = [error for error in answer.errors if error["file"] == names[index]]
            if errors:
                verdicts[index] = errors
        self.assertEqual(answer.code, 2 if answer.errors else 0, answer)

    def test_the_program_prints_the_files(self):
        for which in ("config", "report"):
            path = os.path.join(ROOT, "experiments", "schema", f"{which}.schema.json")
            with open(path, encoding="utf-8") as file:
                self.assertTrue(self.good("schema", which).out == file.read(), f"not the text of {path}")

    def test_shipped_configurations_are_valid(self):
        self.assertGreater(len(shipped()), 10)
        self.good("validate", *shipped())
        for path in shipped():
            self.assertEqual(conditions.errors(load(path), SCHEMA), [], path)

    def test_the_panel_uses_every_property_and_the_program_accepts_it(self):
        used = set()
        for config in panel.configs():
            self.assertEqual(conditions.errors(config, SCHEMA), [])
            for pointer, value, judge in conditions.places(config, SCHEMA, SCHEMA):
                used |= {(id(judge), key) for key in value} if isinstance(value, dict) else set()
        for pointer, schema in described(SCHEMA):
            for key in schema["properties"]:
                self.assertIn((id(schema), key), used, f"{pointer}/{key}: not used by the panel")
        self.good("validate", *(self.new(config) for config in panel.configs()))

    def test_what_the_schema_refuses_the_program_refuses_at_the_same_place(self):
        self.assertEqual(self.verdicts(panel.configs()), {}, "each fault has to be the only one")
        seen, cases = set(), []
        for config in panel.configs():
            for rule, pointer, other in mutations.wrong(config, SCHEMA):
                text = json.dumps(other, sort_keys=True)
                if rule in seen or text in seen:
                    continue
                seen |= {rule, text}
                if conditions.errors(other, SCHEMA):
                    cases.append((rule, conditions.spelled(pointer), other))
                elif rule[1:] != ("required", "kind"):  # without a kind the default one is meant
                    self.assertEqual(rule[1], "type", f"{pointer}: the schema does not say {rule[1:]}")
        self.assertGreater(len(cases), 500)
        verdicts = self.verdicts([other for _, _, other in cases])
        for index, (rule, pointer, _) in enumerate(cases):
            with self.subTest(pointer=pointer, rule=rule[1:]):
                reported = [error["pointer"] or "" for error in verdicts.get(index, ())]
                self.assertNotEqual(reported, [], "the program accepts what the schema refuses")
                self.assertTrue(any(same_place(pointer, other) for other in reported), reported)

    def test_numbers_at_the_ends_of_their_ranges_are_in_range(self):
        seen, cases = set(), []
        for config in panel.configs():
            for rule, pointer, other in mutations.at_bounds(config, SCHEMA):
                huge = rule[1] == "maximum" and (
                    (pointer[0] == "model" and config["model"]["kind"] != "mlp") or
                    (pointer in HUGE and config["data"]["kind"] in ("xor", "patterns")))
                if rule in seen or huge or conditions.errors(other, SCHEMA):
                    continue
                seen.add(rule)
                cases.append((conditions.spelled(pointer), other))
        self.assertGreater(len(cases), 40)
        verdicts = self.verdicts([other for _, other in cases])
        for index, errors in verdicts.items():
            pointer = cases[index][0]
            for error in errors:  # data and formats may be too small for the value; the value itself is fine
                self.assertFalse(error["pointer"] == pointer and error["code"] in ("E202", "E204"), error)

    def test_every_word_of_every_enumeration_is_accepted(self):
        accepted, cases = set(), []
        for config in panel.configs():
            for pointer, value, judge in conditions.places(config, SCHEMA, SCHEMA):
                accepted |= {(id(judge), value)} if value in judge.get("enum", ()) else set()
        for config in panel.configs():
            for enum, word, pointer, other in mutations.words(config, SCHEMA):
                if (enum, word) not in accepted and not conditions.errors(other, SCHEMA):
                    cases.append((enum, word, pointer, other))
        verdicts = self.verdicts([other for *_, other in cases])
        accepted |= {case[:2] for index, case in enumerate(cases) if index not in verdicts}
        for pointer, schema in subschemas(SCHEMA):
            for word in schema.get("enum", ()):
                self.assertIn((id(schema), word), accepted, f"{pointer}: {word!r} is accepted nowhere")

    def test_defaults_are_those_of_the_program_and_resolved_configurations_are_valid(self):
        checked = set()
        for config in panel.least():
            _, (report,) = self.runs(self.write("least.json", config), "--quiet")
            resolved = report["config"]["resolved"]
            self.assertEqual(conditions.errors(resolved, SCHEMA), [])
            for pointer, value, judge in conditions.places(resolved, SCHEMA, SCHEMA):
                given = mutations.found(config, pointer)
                for key, item in judge.get("properties", {}).items():
                    if "default" not in item or (isinstance(given, dict) and key in given):
                        continue
                    if item["default"] != {} or not value[key]:  # else its members have their own defaults
                        self.assertEqual(value[key], item["default"], f"{conditions.spelled(pointer)}/{key}")
                    checked.add((id(judge), key))
        for pointer, schema in described(SCHEMA):
            for key, item in schema["properties"].items():
                if "default" in item:
                    self.assertIn((id(schema), key), checked, f"{pointer}/{key}: its default is not seen")


def same_place(a, b):
    return a == b or a.startswith(b + "/") or b.startswith(a + "/")


if __name__ == "__main__":
    unittest.main()
