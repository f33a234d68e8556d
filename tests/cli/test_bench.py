"""`exmy bench`: rows, options, and that bits decide. No time is judged here."""

import json
import os
import unittest

from program import ProgramTest  # first: it sets the import path
import draft7

NUMBER = {"type": "number", "exclusiveMinimum": 0}
MARK = {"type": ["number", "null"], "exclusiveMinimum": 0}
TEXT = {"type": "string", "minLength": 2}
ROW = {"type": "object", "additionalProperties": False, 
       "required": ["name", "ratio", "floor", "goal", "value", "unit", "yardstick"],
       "properties": {"name": TEXT, "ratio": NUMBER, "floor": MARK, "goal": MARK, "value": NUMBER,
                      "unit": {"enum": ["Gelem/s", "GMAC/s", "ms/step", "steps/min"]}, "yardstick": TEXT, "kernel": TEXT,
                      "peak_rss_bytes_count": {"type": "integer", "minimum": 1 << 20}}}
SCHEMA = {"type": "object", "additionalProperties": False,
          "required": ["version", "compiler", "instruction_set", "machine", "time", "quick", "pairs_count", "rows"],
          "properties": {"version": TEXT, "compiler": TEXT, "instruction_set": TEXT, "time": TEXT, "commit": TEXT,
                         "quick": {"type": "boolean"}, "pairs_count": {"type": "integer", "minimum": 1},
                         "machine": {"type": "object", "additionalProperties": False,
                                     "required": ["cpu", "os", "processors_count"],
                                     "properties": {"cpu": TEXT, "os": TEXT,
                                                    "processors_count": {"type": "integer", "minimum": 1}}},
                         "rows": {"type": "array", "items": ROW}}}
GROUPS = ["round", "function", "matrix", "shape", "threads", "convolution", "step"]
ANALYSED = ("matrix/", "shape/", "threads/")


class Bench(ProgramTest):
    def rows(self, *words, **options):
        answer = self.good("bench", "--quick", *words, "--json", "rows.json", **options)
        found = json.loads(self.read("rows.json"))
        self.assertEqual(list(draft7.errors(found, SCHEMA)), [])
        self.assertEqual([found["quick"], found["pairs_count"]], [True, 1])
        self.assertEqual(answer.err, "")
        return answer, found

    def test_every_row_runs_and_has_the_bits_of_the_reference(self):
        answer, found = self.rows()
        rows = found["rows"]
        names = [row["name"] for row in rows]
        self.assertEqual(len(set(names)), len(names))
        processors = found["machine"]["processors_count"]
        groups = [group for group in GROUPS if group != "threads" or processors > 1]
        self.assertEqual(list(dict.fromkeys(name.split("/")[0] for name in names)), groups)
        self.assertEqual([line.split()[0] for line in answer.lines], ["name", *names, "equal:"])
        self.assertIn("the times say nothing", answer.lines[-1])
        for row in rows:
            if row["goal"] is not None:  # a step's ratio is a multiple of time, the others are parts of a rate
                self.assertLess(*((row["goal"], row["floor"]) if row["unit"] == "ms/step" else
                                  (row["floor"], row["goal"])), row["name"])
            self.assertNotIn("kernel", row)
        self.assertEqual({row["unit"] for row in rows if row["name"].startswith("round/")}, {"Gelem/s"})
        self.assertEqual([row["name"] for row in rows if "peak_rss_bytes_count" in row],
                         [f"step/{network}/{policy}/counted" for network in ("resnet-8", "gpt")
                          for policy in ("e4m3fn", "fp16")])

    def test_the_floors_and_goals_are_those_that_were_set(self):
        _, found = self.rows()
        marks = {row["name"]: (row["floor"], row["goal"]) for row in found["rows"]}
        for name, wanted in {"round/fp16/L2": (0.6, 0.9), "round/bf16/DRAM": (0.9, 1.2),
                             "round/fp16/L2/counted": (0.3, 0.45), "function/tanh/bf16": (0.2, 0.35),
                             "round/fp16/L2/stochastic": (0.15, 0.25), "round/fp16/double/L2": (None, None),
                             "matrix/fp16/fused/stochastic": (0.03, 0.06),
                             "matrix/fp32": (0.9, 1), "matrix/fp16/fused/excluded": (0.28, 0.37),
                             "matrix/fp16/fused/saturating": (0.15, 0.25), "matrix/fp16/fused/watched": (0.11, 0.2),
                             "matrix/fp16/rounded-products/excluded": (0.12, 0.16),
                             "matrix/fp16/rounded-products/watched": (0.06, 0.09),
                             "matrix/chunked/fp32-fp16": (0.9, 1), "matrix/fp16/odd": (None, None),
                             "matrix/pairwise/fp16": (0.25, 0.31), "matrix/block/hopper": (0.2, 0.26),
                             "matrix/fp32/counted": (None, None), "shape/1x256x256/fp32": (0.5, None),
                             "convolution/resnet-8/dgrad/counted": (0.5, None),
                             "step/e4m3fn/counted": (8, 3), "step/fp16/counted": (15, 8),
                             "step/gpt/e4m3fn/counted": (150, None), "step/gpt/fp16/counted": (30, None),
                             "step/resnet-8/fp16/counted": (None, None)}.items():
            self.assertEqual(marks[name], wanted, name)

    def test_a_filter_chooses_by_part_of_a_name(self):
        _, found = self.rows("--filter", "fused/watched")
        self.assertEqual([row["name"] for row in found["rows"]],
                         ["matrix/fp16/fused/watched", "matrix/fp16/fused/watched/counted"])

    def test_explain_says_what_the_analyser_chose(self):
        answer, found = self.rows("--explain", "--filter", "fp16")
        explained = {row["name"]: row["kernel"] for row in found["rows"] if "kernel" in row}
        self.assertEqual(list(explained), [row["name"] for row in found["rows"] if row["name"].startswith(ANALYSED)])
        for kernel in explained.values():
            self.assertIn("    " + kernel, answer.lines)
        if found["instruction_set"] in ("x86-64-v3", "x86-64-v4"):
            self.assertIn("no overflow by bound", explained["matrix/fp16/fused/excluded"])
            self.assertIn("saturating", explained["matrix/fp16/fused/saturating"])
            self.assertIn("overflow watched", explained["matrix/fp16/fused/watched"])
            self.assertIn("rounded to odd", explained["matrix/fp16/odd"])
            self.assertIn("rounded products", explained["matrix/fp16/rounded-products/watched"])
            self.assertIn("exact, binary32 nodes", explained["matrix/pairwise/fp16"])
            self.assertIn("; chunks: ", explained["matrix/chunked/fp32-fp16"])

    def test_a_lower_instruction_set_has_the_same_bits(self):
        for level in ("baseline", "x86-64-v2", "x86-64-v3"):
            _, found = self.rows("--filter", "16", env={"EXMY_ISA": level})
            self.assertEqual(found["instruction_set"], level)

    def test_without_openblas_eigen_is_the_yardstick(self):
        self.write("libopenblas.so.0", "not a library")
        _, found = self.rows("--filter", "matrix/fp32", env={"LD_LIBRARY_PATH": self.folder})
        for row in found["rows"]:
            self.assertRegex(row["yardstick"], r"^Eigen, .* \(no OpenBLAS here\)$")

    def test_wrong_usage_is_exit_code_2(self):
        for words, said in {("--filter", "martix"): 'no row has "martix" in its name', ("--filter",): "--filter",
                            ("--json",): "--json", ("more",): "more", ("--slow",): "--slow"}.items():
            with self.subTest(words):
                answer = self.good("bench", *words, code=2)
                self.assertEqual(answer.out, "")
                self.assertIn(said, answer.err)
        self.assertIn("matrix/fp32", self.good("bench", "--filter", "martix", code=2).err)

    def test_rows_that_cannot_be_written_are_exit_code_3_before_anything_runs(self):
        os.mkdir(self.path("folder"))
        for place in ("nowhere/rows.json", "folder"):
            answer = self.good("bench", "--json", place, code=3)
            self.assertEqual(answer.out, "")
            self.assertIn(place, answer.err)


if __name__ == "__main__":
    unittest.main()
