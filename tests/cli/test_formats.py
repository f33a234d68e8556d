"""`exmy format list|show|table`. Values are those of the numerics, section 1."""

import csv
import io
import json
import re
import unittest

from program import ProgramTest

FACTS = {"e4m3fn": {"max_finite": 448, "min_normal": 2.0**-6, "min_subnormal": 2.0**-9, "bits": 8,
                    "infinities": False},
         "e5m2": {"max_finite": 57344, "min_normal": 2.0**-14, "min_subnormal": 2.0**-16, "infinities": True},
         "e4m3fnuz": {"max_finite": 240, "min_subnormal": 2.0**-10, "bias": 8, "negative_zero": False},
         "fp16": {"max_finite": 65504, "min_subnormal": 2.0**-24, "bits": 16, "e_min": -14, "e_max": 15},
         "bf16": {"min_subnormal": 2.0**-133, "bits": 16, "precision": 8},
         "e2m1fn": {"max_finite": 6, "nan": "none", "finite_values_count": 15, "codes_count": 16},
         "Binary8p4se": {"max_finite": 224, "min_subnormal": 2.0**-10, "semantics": "p3109"},
         "Binary8p3se": {"max_finite": 49152},
         "fp64": {"bits": 64, "codes_count": 2**64, "bias": 1023, "epsilon": 2.0**-52},
         "e6m9": {"exponent_bits": 6, "mantissa_bits": 9, "bias": 31, "epsilon": 2.0**-9},
         "e8m0": {"name": "e8m0", "signed": False, "zero": False, "max_finite": 2.0**127}}
RANGES = {"fp32": 277.00, "tf32": 264.00, "bf16": 260.99, "fp16": 40.00, "e6m9": 71.00, "e5m2": 31.81,
          "e4m3fn": 17.81,
          "e4m3": 16.91, "e3m2fn": 8.81, "e2m3fn": 5.91, "e2m1fn": 3.58, "Binary8p4se": 17.81,
          "Binary8p3se": 32.58}
E2M1FN = [0, .5, 1, 1.5, 2, 3, 4, 6]
REFUSED = {"e0m3": "exponent_bits", "e12m3": "exponent_bits", "e4m53": "mantissa_bits",
           "e4m0": "mantissa bit",
           "Binary16p1se": "binary64", "Binary16p5uf": "binary64", "Binary17p4se": "16",
           "Binary8p8se": "1 to 7",
           "e4m3fnuzz": "unknown format", "e04m3": "unknown format", "E4M3": "unknown format",
           "": "unknown format",
           "e4m3b9999": "bias", "e4m3b": "unknown format", "fp33": 'did you mean "fp32"'}


class Formats(ProgramTest):
    def rows(self, name):
        text = self.good("format", "table", name, "--csv").out
        self.assertEqual(text.splitlines()[0], "code,class,value_hex,value")
        return list(csv.DictReader(io.StringIO(text)))

    def show(self, *names):
        return json.loads(self.good("format", "show", *names, "--json").out)

    def test_show_json(self):
        for name, facts in FACTS.items():
            shown = self.show(name)
            for key, value in facts.items():
                self.assertEqual(shown[key], value, f"{name} {key}")
            for key in ("max_finite", "min_normal", "min_subnormal"):
                if key in shown:
                    self.assertEqual(float.fromhex(shown[key + "_hex"]), shown[key], name)
        for name, facts in zip(FACTS, self.show(*FACTS)):
            self.assertEqual(facts["name"], name)

    def test_ranges_in_binades(self):
        for name, facts in zip(RANGES, self.show(*RANGES)):
            self.assertEqual(round(facts["range_binades"], 2), RANGES[name], name)

    def test_show_text_has_every_fact(self):
        text = self.good("format", "show", "e5m2").out
        for key, value in (("max_finite", "57344"), ("min_normal", r"6\.103515625e-05"), ("bias", "15"),
                           ("infinities", "true"), ("nan", "ieee"), ("finite_values_count", "247")):
            self.assertRegex(text, rf"(?m)^ *{key} +{value}( |$)")

    def test_table_of_e2m1fn(self):
        rows = self.rows("e2m1fn")
        self.assertEqual([row["code"] for row in rows], list("0123456789ABCDEF"))
        self.assertEqual([float(row["value"]) for row in rows], E2M1FN + [-value for value in E2M1FN])
        self.assertEqual([row["class"] for row in rows[:3]] + [rows[8]["class"], rows[9]["class"]],
                         ["+zero", "+subnormal", "+normal", "-zero", "-subnormal"])

    def test_table_of_binary8p4se(self):
        rows = {row["code"]: row for row in self.rows("Binary8p4se")}
        self.assertEqual(len(rows), 256)
        self.assertEqual(rows["48"]["value_hex"], "0x1p+1")
        self.assertEqual(rows["01"]["value_hex"], "0x1p-10")
        self.assertEqual(rows["7E"]["value"], "224")
        self.assertEqual((rows["7F"]["class"], rows["7F"]["value"]), ("+infinity", "Infinity"))
        self.assertEqual((rows["FF"]["class"], rows["FF"]["value"]), ("-infinity", "-Infinity"))
        self.assertEqual((rows["80"]["class"], rows["80"]["value"]), ("nan", "NaN"))
        self.assertEqual(sum(row["class"] == "nan" for row in rows.values()), 1)

    def test_every_row_gives_its_value_twice(self):
        for name, finite in (("e4m3fn", 254), ("e5m2fnuz", 255), ("e8m0", 255), ("bf16", 2**16 - 2**8)):
            rows = self.rows(name)
            self.assertEqual(len(rows), 2 ** self.show(name)["bits"])
            values = [row for row in rows if row["class"][1:] in ("normal", "subnormal", "zero")]
            self.assertEqual(len(values), finite, name)
            for row in values:
                self.assertEqual(float.fromhex(row["value_hex"]), float(row["value"]), row)
                self.assertEqual(row["class"][0], "-" if row["value"].startswith("-") else "+")

    def test_tables_in_text_and_json_have_the_same_rows(self):
        rows = self.rows("e3m2fn")
        text = self.good("format", "table", "e3m2fn").out
        self.assertEqual([line.split() for line in text.splitlines()[1:]],
                         [list(row.values()) for row in rows])
        table = json.loads(self.good("format", "table", "e3m2fn", "--json").out)
        self.assertEqual([row["code"] for row in table], [row["code"] for row in rows])
        self.assertEqual([row["class"] for row in table], [row["class"] for row in rows])

    def test_tables_end_at_16_bits(self):
        for name in ("tf32", "fp32", "fp64", "e8m8"):
            answer = self.good("format", "table", name, code=2)
            self.assertEqual(answer.out, "")
            self.assertIn("16", answer.err)

    def test_list_names_every_format_with_its_aliases(self):
        listed = json.loads(self.good("format", "list", "--json").out)
        names = {row["name"] for row in listed}
        expected = ("e4m3fn e5m2 e4m3fnuz e5m2fnuz e4m3b11fnuz e3m4 e4m3 e8m0fnu e2m1fn e2m3fn e3m2fn fp64 fp32 "
                    "tf32 fp16 bf16 dlfloat16")
        self.assertLessEqual(set(expected.split()), names)
        for row in listed:
            aliases = row["aliases"] if isinstance(row["aliases"], list) else row["aliases"].split()
            for alias in aliases:
                known = self.show(alias)
                self.assertEqual({**known, "name": 0}, {**self.show(row["name"]), "name": 0}, alias)
        text = self.good("format", "list").out
        for name in names:
            self.assertRegex(text, rf"(?m)^{name} ")

    def test_numbers_of_the_list_are_the_numbers_of_the_formats(self):
        for line in self.good("format", "list").lines:
            found = re.match(r"(\S+) +(\d+) bits +max (\S+) +min (\S+)", line)
            if not found:
                continue
            facts = self.show(found.group(1))
            least = facts.get("min_subnormal", facts.get("min_normal"))
            self.assertEqual(int(found.group(2)), facts["bits"])
            for shown, value in ((found.group(3), facts["max_finite"]), (found.group(4), least)):
                self.assertLess(abs(float(shown) / value - 1), 1e-3, line)  # the list is short, not exact

    def test_names_that_are_no_format_are_refused_with_the_reason(self):
        for name, reason in REFUSED.items():
            for command in ("show", "table"):
                answer = self.good("format", command, name, code=2)
                self.assertEqual(answer.out, "")
                self.assertIn(reason, answer.err, name)

    def test_one_wrong_name_among_right_ones_prints_nothing(self):
        for options in ([], ["--json"]):
            answer = self.good("format", "show", "fp16", "nonsense", *options, code=2)
            self.assertEqual(answer.out, "")


if __name__ == "__main__":
    unittest.main()
