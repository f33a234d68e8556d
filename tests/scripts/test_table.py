"""Finding and reading reports, and the comparison table."""

import contextlib
import io
import json
import os
import subprocess
import unittest

import support
import synthetic
from plots import reports, runs, table, text


def minimal(name, status="completed", **parts):
    """The smallest valid report."""
    return {
        "schema_version": 1,
        "run": {"run_id": name + "-1", "name": name, "status": status, "started_at": "2026-01-02T03:04:05Z",
                "steps_count": 1, "epochs_count": 0},
        "config": {"sha256": "0" * 64, "files": [], "resolved": {"seed": 1, "data": {"kind": "digits"}}},
        "provenance": synthetic.provenance("xor"), "formats": [synthetic.facts("e5m2")], "warnings": [],
        **parts}


def printed(function, *arguments):
    """(result, stdout, stderr) of a main function."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        result = function(*arguments)
    return result, out.getvalue(), err.getvalue()


class Reading(support.FolderTest):
    def load(self, *paths):
        warnings = []
        return runs.load_runs([self.path(path) for path in paths], warnings.append), warnings

    def test_numbers(self):
        self.assertEqual(reports.number("-Infinity"), float("-inf"))
        self.assertEqual(reports.number(3), 3.0)
        for wrong in ("3", "inf", True, None, []):
            with self.assertRaises((ValueError, TypeError)):
                reports.number(wrong)

    def test_finds_reports_below_and_not_inside_runs(self):
        self.write(minimal("b"), "a", "b")
        self.write(minimal("c"), "a", "c")
        self.write(minimal("hidden"), "a", "c", "checkpoint")
        given, below, missing = reports.find_reports([self.folder, self.path("a", "c"), self.path("nowhere")])
        self.assertEqual(given, [self.path("a", "c", "report.json")])
        self.assertEqual(below, [self.path("a", "b", "report.json")])
        self.assertEqual(missing, [self.path("nowhere")])

    def test_broken_files_are_named_and_skipped(self):
        self.write(minimal("good"), "good")
        broken = {"truncated": '{"schema_version": 1, "run": {', "nan": '{"schema_version": 1, "a": NaN}',
                  "version": '{"schema_version": 7}', "list": "[]", "empty": "",
                  "shape": json.dumps({**minimal("x"), "loss_curve": 5}),
                  "lengths": json.dumps({**minimal("x"), "loss_curve": {"step": [0, 1], "train_loss": [1]}}),
                  "no_run": '{"schema_version": 1}'}
        for name, content in broken.items():
            self.write(content, name)
        loaded, warnings = self.load("good", *broken, "missing")
        self.assertEqual([run.label for run in loaded], ["good"])
        self.assertEqual(len(warnings), len(broken) + 1)
        for name in [*broken, "missing"]:
            self.assertEqual(sum(self.path(name) in warning for warning in warnings), 1, name)

    def test_deep_nesting_is_a_broken_report(self):
        self.write("[" * 200000, "deep")
        self.assertEqual(self.load("deep")[0], [])

    def test_runs_below_a_directory_go_from_wide_to_narrow(self):
        synthetic.write(self.folder, synthetic.quickstart())
        loaded, warnings = self.load(".")
        self.assertEqual(warnings, [])
        self.assertEqual([run.name for run in loaded], [
            "fp32", "fp16", "fp16-accumulate", "bf16", "e4m3fn", "e5m2", "e5m2-accumulate", "e3m2fn",
            "e2m1fn",
            "xor-fp32", "xor-fp16-master", "xor-fp16"])
        self.assertEqual([(title, len(members)) for title, members in runs.group_by_data(loaded)],
                         [("digits", 9), ("xor", 3)])

    def test_runs_named_directly_keep_their_order(self):
        paths = synthetic.write(self.folder, synthetic.quickstart())
        loaded, _ = self.load(paths[4], paths[0], paths[4])
        self.assertEqual([run.name for run in loaded], ["e4m3fn", "fp32"])

    def test_equal_names_get_seeds_then_ids(self):
        for folder, seed, run_id in (("a", 1, "x-1"), ("b", 2, "x-2"), ("c", 2, "x-3")):
            report = minimal("x")
            report["config"]["resolved"]["seed"] = seed
            report["run"]["run_id"] = run_id
            self.write(report, folder)
        self.assertEqual([run.label for run in self.load("a", "b", "c")[0]], ["x seed 1", "x-2", "x-3"])

    def test_layers_in_natural_order(self):
        names = ["loss", "fc10", "fc2", "input", "blocks.2.q", "blocks.11.q"]
        self.assertEqual(sorted(names, key=runs.layer_order),
                         ["input", "blocks.2.q", "blocks.11.q", "fc2", "fc10", "loss"])

    def test_same_kind_of_data_from_other_files_is_another_group(self):
        for name in ("a", "b"):
            report = minimal(name)
            report["provenance"] = {**report["provenance"], "data_files": [
                {"path": "x", "bytes_count": 1, "sha256": synthetic.digest(name)}]}
            self.write(report, name)
        groups = runs.group_by_data(self.load("a", "b")[0])
        self.assertEqual([title for title, _ in groups], ["digits-1", "digits-2"])


class Table(support.FolderTest):
    def test_percent(self):
        cases = {0.0: "0", 1e-9: "<0.01", 0.00009: "<0.01", 0.0001: "0.01", 0.0031: "0.31", 0.00995: "1.0",
                 0.042: "4.2",
                 0.0995: "10", 0.37: "37", 1.0: "100", None: "-"}
        self.assertEqual({share: text.percent(share) for share in cases}, cases)

    def test_shorten(self):
        self.assertEqual(text.shorten("abcdefghij", 10), "abcdefghij")
        self.assertEqual(text.shorten("abcdefghijk", 10), "abcd..hijk")
        self.assertEqual(len(text.shorten("abcdefghijk", 9)), 9)

    def test_text_of_a_small_table(self):
        site = {"layer": "fc1", "op": "dot", "pass": "forward", "role": "weight", "format": "e5m2",
                "counters": {
            "total_count": 8, "underflow_to_zero_fraction": 0.25, "overflow_fraction": 0.125,
            "saturated_fraction": 0.125}}
        self.write(minimal("first", final={"train_loss": 0.5, "validation_loss": 0.0625,
                                           "validation_accuracy_fraction": 0.975},
                           tensors=[site], memory={"ratio_to_fp32": 0.5}, cost={"wall_s": 12.25}), "a")
        bad = minimal("second", "diverged", final={"train_loss": "NaN", "validation_loss": "Infinity"})
        bad["run"]["divergence"] = {"step": 7, "layer": "fc1", "op": "dot", "message": "first NaN"}
        self.write(bad, "b")
        code, out, err = printed(table.main, [self.path("a"), self.path("b")])
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(out.splitlines()[:6], [
            "                    train  valid.  valid.  under-   over-  swamp-  update  memory  time",
            "run     status       loss    loss  acc. %  flow %  flow %    ed %  lost %  / fp32     s",
            "-" * 87,
            "first   completed  0.5000  0.0625    97.5      25      25       -       -    0.50  12.2",
            "second  diverged      nan     inf       -       -       -       -       -       -     -",
            "-" * 87])
        self.assertIn("second diverged: step 7, fc1/dot: first NaN", out)

    def test_fits_100_columns_whatever_the_names(self):
        for i in range(3):
            report = synthetic.report("e4m3fn", synthetic.DIGITS["e4m3fn"])
            report["run"]["name"] = f"a-very-long-name-of-an-experiment-in-a-sweep-over-many-things-{i}"
            self.write(report, str(i))
        code, out, _ = printed(table.main, [self.folder])
        self.assertEqual(code, 0)
        self.assertLessEqual(max(map(len, out.splitlines())), 100)
        self.assertEqual(len({line.split("  ")[0] for line in out.splitlines() if line.startswith("a-very")}),
                         3)

    def test_markdown_has_one_width_per_table(self):
        synthetic.write(self.folder, synthetic.quickstart())
        code, out, _ = printed(table.main, ["--markdown", self.folder])
        rows = [line for line in out.splitlines() if line.startswith("|")]
        self.assertEqual((code, len(rows)), (0, 12 + 2 * 2))
        self.assertEqual({row.count("|") for row in rows}, {12})
        self.assertIn("**xor**", out)

    def test_nothing_usable_is_exit_code_2(self):
        code, out, err = printed(table.main, [self.folder])
        self.assertEqual((code, out), (2, ""))
        self.assertIn("no usable report.json", err)

    def test_runs_as_a_program_from_anywhere(self):
        self.write(minimal("alone"), "a")
        done = subprocess.run([os.path.join(support.SCRIPTS, "plots", "table.py"), "a"], cwd=self.folder,
                              capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("alone", done.stdout)


if __name__ == "__main__":
    unittest.main()
