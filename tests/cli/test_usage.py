"""Commands, options, help, and where output goes."""

import json
import os
import unittest

from program import ProgramTest, QUICKSTART, SMALL, changed


class Usage(ProgramTest):
    def test_help_and_version_are_answers(self):
        for words in (["--help"], ["run", "--help"], ["validate", "-h"], ["format", "--help"],
                      ["format", "table", "--help"], ["schema", "--help"]):
            answer = self.good(*words)
            self.assertIn("Usage:", answer.out)
            self.assertEqual(answer.err, "")
        for command in ("run", "validate", "format", "schema"):
            self.assertIn(command, self.good("--help").out)
        self.assertRegex(self.good("--version").out, r"^exmy \d+\.\d+\.\d+\n$")

    def test_wrong_usage_is_exit_code_2_and_says_what_is_wrong(self):
        cases = {("frobnicate",): "frobnicate", ("run", "--frobnicate", "a.json"): "--frobnicate",
                 ("run",): "configuration file", ("validate",): "configuration file",
                 ("run", "seed=1"): "no configuration file", ("validate", "seed=1"): "no configuration file",
                 ("schema",): "config", ("schema", "recipe"): "recipe",
                 ("schema", "config", "report"): "report",
                 ("format",): "subcommand", ("format", "frobnicate"): "frobnicate",
                 ("format", "show"): "name",
                 ("format", "table"): "name", ("format", "table", "fp16", "bf16"): "bf16",
                 ("run", "a.json", "--out"): "--out", (): "subcommand"}
        for words, said in cases.items():
            with self.subTest(words):
                answer = self.good(*words, code=2)
                self.assertEqual(answer.out, "")
                self.assertIn(said, answer.err)
        self.assertEqual(self.files(), [])

    def test_schemas_are_json(self):
        for which in ("config", "report", "certificate"):
            schema = json.loads(self.good("schema", which).out)
            self.assertEqual(schema["$schema"], "http://json-schema.org/draft-07/schema#")
            self.assertIn(which.removesuffix("uration"), schema["title"])

    def test_validate_answers_one_line_a_configuration(self):
        for name in ("b.json", "a.json"):
            self.write(name, SMALL)
        answer = self.good("validate", "b.json", "a.json", "seed=1,2")
        self.assertEqual([line.split(":")[0] for line in answer.lines], ["b", "b", "a", "a"])
        self.assertTrue(all("valid" in line for line in answer.lines), answer)
        self.assertEqual(answer.err, "")
        self.assertEqual(self.files(), ["a.json", "b.json"])

    def test_validate_sites_lists_every_site_with_its_rounding(self):
        policy = [{"match": {"role": "weight"}, "format": "e4m3fn", "saturation": "finite"},
                  {"match": {"layer": "fc2", "role": "accumulator"}, "format": "fp16",
                   "rounding": "toward_zero"}]
        self.write("a.json", changed(SMALL, policy=policy))
        sites = dict(line.split("  ", 1) for line in self.good("validate", "--sites", "a.json").lines[1:])
        self.assertEqual(sites["fc1/dot/forward/weight"], "e4m3fn nearest_even finite")
        self.assertEqual(sites["fc2/dot/forward/accumulator"], "fp16 toward_zero none")
        self.assertEqual(sites["fc1/dot/forward/accumulator"], "fp32 nearest_even none")
        self.assertEqual(sites["fc1/dot/forward/product"], "exact")
        for site in sites:
            self.assertEqual(len(site.split("/")), 4, site)
        for role in ("weight", "activation", "activation_grad", "weight_grad", "product", "accumulator",
                     "elementwise", "master_weight", "update", "loss"):
            self.assertTrue(any(site.endswith("/" + role) for site in sites), role)

    def test_an_answer_that_cannot_be_written_is_an_error(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full here")
        self.write("a.json", SMALL)
        for words in (("format", "list"), ("format", "table", "bf16", "--csv"), ("schema", "config"),
                      ("format", "compare", "fp16"), ("quantize", "--format", "fp16", "1"),
                      ("validate", "a.json"), ("run", "a.json", "--quiet")):
            with self.subTest(words), open("/dev/full", "wb") as full:
                answer = self.good(*words, code=3, stdout=full)
                self.assertNotEqual(answer.err, "")

    def test_progress_and_warnings_go_to_stderr(self):
        self.write("a.json", SMALL)
        answer = self.good("run", "a.json")
        self.assertRegex(answer.out, r"^results/a-[0-9a-f]{12}\n$")
        self.assertIn("3 steps", answer.err)
        self.assertNotIn("\r", answer.err)
        self.assertNotIn("\x1b", answer.err)
        quiet = self.good("run", "a.json", "--quiet", "seed=2")
        self.assertEqual(quiet.err, "")
        self.assertEqual(len(quiet.lines), 1)

    def test_dry_run_says_what_would_run_and_its_cost_and_writes_nothing(self):
        self.write("a.json", SMALL)
        plan = self.good("run", "a.json", "seed=1,2", "--dry-run", "--out", "out")
        self.assertEqual(self.files(), ["a.json"])
        *runs, total = plan.lines
        macs = 3 * 32 * (2 * (64 * 8 + 8 * 10) + 8 * 10)  # fc1 needs no input gradient
        for line in runs:
            self.assertRegex(line, rf"3 steps +{macs} multiply-adds +\d+ bytes")
        self.assertRegex(total, rf"2 runs +6 steps +{2 * macs} multiply-adds")
        done = self.good("run", "a.json", "seed=1,2", "--out", "out")
        self.assertEqual([line.split("  ")[0] for line in runs], done.lines)

    def test_dry_run_with_json_answers_in_json(self):
        self.write("a.json", SMALL)
        plan = self.good("run", "a.json", "seed=1,2", "--dry-run", "--json")
        self.assertEqual([json.loads(line)["steps_count"] for line in plan.lines], [3, 3])

    def test_the_readme_example_of_a_shipped_configuration_validates_from_anywhere(self):
        self.good("validate", os.path.join(QUICKSTART, "fp32.json"))  # finds the shipped data


if __name__ == "__main__":
    unittest.main()
