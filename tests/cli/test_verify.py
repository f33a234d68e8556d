"""`exmy verify`: the self-check, its certificate and the schema of that."""

import json
import os
import unittest

from program import ProgramTest, ROOT  # first: it sets the import path
import draft7

FILE = os.path.join(ROOT, "experiments", "schema", "certificate.schema.json")
with open(FILE, encoding="utf-8") as _file:
    TEXT = _file.read()
SCHEMA = json.loads(TEXT)
GROUPS = ["digests", "codes", "projection", "operations", "kernels", "matmul", "tiles", "functions", "hardware", "sweep"]
FEW = ("--part", "kernels,hardware/fp32_add,sweep/fp16", "--sample", "64")


def subschemas(schema, pointer=""):
    yield pointer, schema
    for key in ("properties", "definitions"):
        for name, item in schema.get(key, {}).items():
            yield from subschemas(item, f"{pointer}/{key}/{name}")
    if isinstance(schema.get("items"), dict):
        yield from subschemas(schema["items"], f"{pointer}/items")


def keys_of(value):
    """Every key of a document, with list indices left out."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from (f"{key}/{below}" for below in keys_of(item))
    elif isinstance(value, list):
        for item in value:
            yield from keys_of(item)


def keys_of_schema(schema):
    if "properties" in schema:
        for name, item in schema["properties"].items():
            yield name
            yield from (f"{name}/{below}" for below in keys_of_schema(item))
    elif isinstance(schema.get("items"), dict):
        yield from keys_of_schema(schema["items"])


class TheSchema(unittest.TestCase):
    def test_every_property_is_described(self):
        for pointer, schema in subschemas(SCHEMA):
            for name, item in {**schema.get("properties", {}), **schema.get("definitions", {})}.items():
                self.assertGreater(len(item.get("description", "")), 8, f"{pointer}/{name}")

    def test_objects_are_closed_and_optional_keys_say_when_they_are_absent(self):
        for pointer, schema in subschemas(SCHEMA):
            if "properties" not in schema:
                continue
            self.assertIs(schema["additionalProperties"], False, pointer)
            self.assertLessEqual(set(schema["required"]), set(schema["properties"]), pointer)
            for name in set(schema["properties"]) - set(schema["required"]):
                self.assertIn("Absent", schema["properties"][name]["description"], f"{pointer}/{name}")


class Verify(ProgramTest):
    def certificate(self, *words, **options):
        answer = self.good("verify", *words, "--json", "certificate.json", **options)
        certificate = json.loads(self.read("certificate.json"))
        self.assertEqual(list(draft7.errors(certificate, SCHEMA)), [])
        return answer, certificate

    def test_quick_is_the_default_runs_every_part_and_finds_nothing(self):
        answer, certificate = self.certificate(env={"OMP_NUM_THREADS": "2"})
        self.assertEqual(answer.lines[0].split()[:3], ["part", "cases", "mismatches"])
        self.assertRegex(answer.lines[-1], r"^equal: \d+ comparisons in [\d.]+ s$")
        self.assertEqual((certificate["level"], certificate["result"]), ("quick", "equal"))
        names = [part["name"] for part in certificate["parts"]]
        self.assertEqual(list(dict.fromkeys(name.split("/")[0] for name in names)), GROUPS)
        self.assertEqual(len([name for name in names if name.startswith("sweep/")]), 12)
        for part in certificate["parts"]:
            self.assertTrue("skipped" in part or part["cases_count"] >= part["units_count"] > 0, part["name"])
            self.assertEqual(part["units_count"], -(-part["units_all_count"] // part["sample"])
                             if "skipped" not in part else 0, part["name"])
            self.assertEqual((part["mismatches_count"], part["mismatches"]), (0, []))
            self.assertTrue(any(line.split()[0] == part["name"] for line in answer.lines), part["name"])
        self.assertEqual(certificate["cases_count"], sum(p["cases_count"] for p in certificate["parts"]))
        self.assertGreater(certificate["cases_count"], 10_000_000)
        self.assertEqual(certificate["machine"]["threads_count"], 2)
        self.assertIn("baseline", certificate["machine"]["instruction_sets_available"])

    def test_the_certificate_has_every_key_of_its_schema(self):
        _, certificate = self.certificate(*FEW)
        never = {"parts/mismatches/" + key for key in ("how", "operands", "expected", "got")}  # tests/verify has
        missing = set(keys_of_schema(SCHEMA)) - set(keys_of(certificate)) - never
        self.assertLessEqual(missing, {"parts/skipped", "build/commit", "build/dirty"})

    def test_the_program_prints_its_schema(self):
        self.assertEqual(self.good("schema", "certificate").out, TEXT)

    def test_full_with_a_sample_is_what_the_nightly_check_calls(self):
        _, certificate = self.certificate("--full", "--sample", "100000", "--seed", "7")
        self.assertEqual((certificate["level"], certificate["sample"], certificate["seed"]), ("full", 100000, 7))
        self.assertEqual({p["sample"] for p in certificate["parts"] if p["name"].startswith("sweep/")}, {100000})

    def test_the_same_seed_gives_the_same_cases_whatever_the_threads(self):
        def counts(seed, threads):
            _, found = self.certificate(*FEW, "--seed", seed, env={"OMP_NUM_THREADS": threads})
            return [(part["name"], part["cases_count"]) for part in found["parts"]]
        self.assertEqual(counts("3", "1"), counts("3", "3"))
        self.assertNotEqual(counts("3", "1"), counts("4", "1"))

    def test_parts_run_by_name_or_by_group(self):
        _, certificate = self.certificate(*FEW)
        self.assertEqual([part["name"] for part in certificate["parts"]],
                         ["kernels/round", "kernels/arithmetic", "kernels/float_spans", "kernels/panel", "kernels/panel_fp32",
                          "hardware/fp32_add", "sweep/fp16"])

    def test_a_lower_instruction_set_is_named(self):
        _, certificate = self.certificate("--part", "sweep/fp16", "--sample", "64", env={"EXMY_ISA": "baseline"})
        self.assertEqual(certificate["machine"]["instruction_set_used"], "baseline")

    def test_progress_is_no_part_of_the_answer(self):
        answer = self.good("verify", *FEW)
        self.assertEqual(answer.err, "")  # shorter than the 10 s between plain lines
        self.assertNotIn("\r", answer.out)
        self.assertEqual(self.files(), [])

    def test_wrong_usage_is_exit_code_2(self):
        cases = {("--quick", "--full"): "exclude", ("--sample", "0"): "--sample", ("--sample", "x"): "--sample",
                 ("--seed", "-1"): "negative", ("--sample", "-1"): "negative", ("--part", "kernel"): 'did you mean "kernels"',
                 ("--part", "sweep/fp61"): 'did you mean "sweep/fp16"', ("--part",): "--part",
                 ("more",): "more", ("--json",): "--json"}
        for words, said in cases.items():
            with self.subTest(words):
                answer = self.good("verify", *words, code=2)
                self.assertEqual(answer.out, "")
                self.assertIn(said, answer.err)

    def test_a_certificate_that_cannot_be_written_is_exit_code_3_before_anything_runs(self):
        os.mkdir(self.path("folder"))
        for place in ("nowhere/certificate.json", "folder"):
            answer = self.good("verify", "--json", place, code=3)
            self.assertEqual(answer.out, "")
            self.assertIn(place, answer.err)

    def test_an_answer_that_cannot_be_written_is_exit_code_3(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full here")
        with open("/dev/full", "wb") as full:
            self.good("verify", *FEW, code=3, stdout=full)


if __name__ == "__main__":
    unittest.main()
