"""exmy compare: every number again from the reports, in Python."""

import csv
import io
import json
import math
import os
import re
import statistics
import unittest

from program import ProgramTest, ROOT, SMALL, changed

import draft7  # after program, which says where it is

# Two-sided quantiles of Student's t by degrees of freedom. Source: NIST/SEMATECH e-Handbook of Statistical
# Methods, section 1.3.6.7.2, and for more digits the closed formulas tan(pi c / 2) and c sqrt(2 / (1 - c^2))
# of 1 and 2.
T95 = {1: math.tan(math.pi * 0.95 / 2), 2: 0.95 * math.sqrt(2 / (1 - 0.95**2)), 3: 3.182}
T99 = {1: math.tan(math.pi * 0.99 / 2), 2: 0.99 * math.sqrt(2 / (1 - 0.99**2)), 3: 5.841}
TABLE = 2e-4  # relative: half a unit of the last of the table's four digits
CLOSE = 1e-12  # relative: a few operations in binary64 on numbers that cancel little

COUNTED = changed(SMALL, stats__counters=True)
E5M2 = [{"match": {"role": ["weight", "activation"]}, "format": "e5m2"}]
# Throws the weights of seed 3 out of fp16, not those of seeds 4 and 5: every bit is the same everywhere.
OVERFLOWS = changed(SMALL, training__optimizer__lr=200.0, training__steps=20,
                    policy=[{"match": {"role": ["weight", "activation", "activation_grad", "weight_grad"]},
                             "format": "fp16"}])
SCHEMA = os.path.join(ROOT, "experiments", "schema", "comparison.schema.json")
POINTERS = {"train_loss": ("final", "train_loss"), "validation_loss": ("final", "validation_loss"),
            "validation_accuracy": ("final", "validation_accuracy_fraction"), "wall_s": ("cost", "wall_s")}


class CompareTest(ProgramTest):
    def near(self, x, expected, relative=CLOSE):
        self.assertLessEqual(abs(x - expected), relative * abs(expected) + 1e-300, (x, expected))

    def reports(self, folder, **equal):
        """All reports below, by seed, whose names are as wanted."""
        found = []
        for name in sorted(os.listdir(self.path(folder))):
            if os.path.exists(self.path(folder, name, "report.json")):
                found.append(json.loads(self.read(folder, name, "report.json")))
        return sorted((r for r in found if all(r["run"][k] == v for k, v in equal.items())),
                      key=lambda r: r["config"]["resolved"]["seed"])

    def compared(self, *words):
        answer = self.good("compare", *words, "--json")
        document = json.loads(answer.out)
        with open(SCHEMA, encoding="utf-8") as file:
            self.assertEqual(list(draft7.errors(document, json.load(file))), [])
        return document

    def two_rows(self, seeds="1,2,3"):
        self.write("e5m2.json", changed(COUNTED, policy=E5M2))
        self.good("run", self.write("fp32.json", COUNTED), "e5m2.json", f"seed={seeds}", "--out", "r",
                  "--quiet")


class Numbers(CompareTest):
    def test_means_intervals_and_differences_are_those_of_the_reports(self):
        self.two_rows()
        document = self.compared("r", "--metric", ",".join(POINTERS), "--baseline", "fp32")
        self.assertEqual([row["name"] for row in document["rows"]], ["e5m2", "fp32"])
        self.assertEqual(document["columns"], ["policy.0.format", "policy.0.match.role"])
        values = {}
        for row in document["rows"]:
            for metric, (part, key) in POINTERS.items():
                x = [r[part][key] for r in self.reports("r", name=row["name"])]
                values[row["name"], metric] = x
                self.check_summary(row["metrics"][metric], x, T95)
        row = document["rows"][0]
        for metric in POINTERS:
            self.check_welch(row["metrics"][metric], values["e5m2", metric], values["fp32", metric])
        self.assertNotIn("delta", document["rows"][1]["metrics"]["train_loss"])

    def check_summary(self, found, x, quantiles):
        self.assertEqual(found["count"], len(x))
        self.near(found["mean"], statistics.mean(x))
        if len(set(x)) > 1:
            self.near(found["std"], statistics.stdev(x), 1e-9)  # squares of small differences
        half = quantiles[len(x) - 1] * statistics.stdev(x) / math.sqrt(len(x))
        tolerance = 1e-9 if len(x) <= 3 else TABLE
        self.near(found["high"] - found["low"], 2 * half, tolerance)
        self.near(found["high"] + found["low"], 2 * statistics.mean(x))

    def check_welch(self, found, x, y):
        self.near(found["delta"], statistics.mean(x) - statistics.mean(y), 1e-9)  # cancels
        a, b = statistics.variance(x) / len(x), statistics.variance(y) / len(y)
        freedom = (a + b) ** 2 / (a * a / (len(x) - 1) + b * b / (len(y) - 1)) if a + b else 2
        half = (found["delta_high"] - found["delta_low"]) / 2
        # The quantile lies between those of the whole numbers of degrees of freedom around it.
        self.assertLessEqual(2, freedom + 1e-9)
        largest = {2: T95[2], 3: T95[3], 4: 2.776, 5: 2.571}
        error = math.sqrt(a + b)
        self.assertLessEqual(half, largest[math.floor(freedom + 1e-9)] * error * (1 + TABLE) + 1e-300)
        self.assertGreaterEqual(half, largest[math.ceil(freedom - 1e-9)] * error * (1 - TABLE) - 1e-300)
        self.assertEqual(found["is_within_noise"], found["delta_low"] <= 0 <= found["delta_high"])

    def test_another_confidence_and_four_seeds(self):
        self.two_rows("1,2,3,4")
        document = self.compared("r", "--confidence", "0.99")
        self.assertEqual(document["confidence"], 0.99)
        for row in document["rows"]:
            x = [r["final"]["train_loss"] for r in self.reports("r", name=row["name"])]
            self.check_summary(row["metrics"]["train_loss"], x, T99)

    def test_counters_at_places(self):
        self.two_rows("1,2")
        name = "inexact_fraction@fc*/weight"
        document = self.compared("r", "--metric", name, "--metric", "inexact_count,/cost/macs_count")
        self.assertEqual(document["metrics"], [name, "inexact_count", "/cost/macs_count"])
        for row in document["rows"]:
            fractions, counts = [], []
            for report in self.reports("r", name=row["name"]):
                places = [t["counters"] for t in report["tensors"]
                          if t["layer"].startswith("fc") and t["role"] == "weight"]
                roundings = sum(c["total_count"] for c in places)
                fractions.append(sum(c["inexact_count"] for c in places) / roundings)
                counts.append(sum(t["counters"]["inexact_count"] for t in report["tensors"]))
            self.near(row["metrics"][name]["mean"], statistics.mean(fractions))
            self.near(row["metrics"]["inexact_count"]["mean"], statistics.mean(counts))
            self.assertEqual(row["metrics"]["/cost/macs_count"]["mean"], report["cost"]["macs_count"])

    @staticmethod
    def rate(report):
        return report["config"]["resolved"]["training"]["optimizer"]["lr"]

    def test_diverged_runs_are_counted_and_not_averaged(self):
        self.good("run", self.write("bad.json", OVERFLOWS), "seed=3,4,5", "training.optimizer.lr=200,0.1,1e6",
                  "--out", "r", "--quiet")
        document = self.compared("r")
        self.assertEqual(document["columns"], ["training.optimizer.lr"])
        for row in document["rows"]:
            lr = row["columns"]["training.optimizer.lr"]
            reports = [r for r in self.reports("r") if self.rate(r) == lr]
            good = [r["final"]["train_loss"] for r in reports if r["run"]["status"] == "completed"]
            self.assertEqual(row["diverged_count"], len(reports) - len(good))
            self.assertEqual(row["metrics"]["train_loss"]["count"], len(good))
            if good:
                self.check_summary(row["metrics"]["train_loss"], good, T95)
        counts = {row["columns"]["training.optimizer.lr"]: row["diverged_count"] for row in document["rows"]}
        self.assertEqual(counts, {0.1: 0, 200: 1, 1e6: 3})
        text = self.good("compare", "r").out
        self.assertIn("1 of 3", text)
        self.assertIn("3 of 3", text)
        self.assertNotIn("nan", text.lower())
        steps = self.compared("r", "--metric", "steps,/run/divergence/step")
        self.assertTrue(all(row["metrics"]["steps"]["count"] == 3 for row in steps["rows"]))
        counts = [row["metrics"]["/run/divergence/step"]["count"] for row in steps["rows"]]
        self.assertEqual(sorted(counts), [0, 1, 3])


class Rows(CompareTest):
    def test_names_threads_and_checkpoints_make_no_rows(self):
        self.good("run", self.write("a.json", SMALL), "--out", "r", "--quiet")
        self.good("run", "a.json", "name=b", "seed=2", "threads=1", "checkpoint.every=2", "--out", "r",
                  "--quiet")
        (row,) = self.compared("r")["rows"]
        self.assertEqual((row["name"], row["runs_count"], row["columns"]), ("a, b", 2, {}))

    def test_a_run_that_is_there_twice_counts_once(self):
        self.good("run", self.write("a.json", SMALL), "--out", "r", "--quiet")
        self.good("run", "a.json", "name=again", "--out", "s", "--quiet")
        (row,) = self.compared("r", "s", "r")["rows"]
        self.assertEqual((row["name"], row["runs_count"]), ("a", 1))

    def test_other_definitions_or_data_are_other_rows(self):
        directory = self.good("run", self.write("a.json", SMALL), "--out", "r", "--quiet").lines[0]
        report = json.loads(self.read(directory, "report.json"))
        numerics = report["provenance"]["numerics_version"]
        report["provenance"]["numerics_version"] = numerics + 1
        report["provenance"]["data_files"][0]["sha256"] = "ab" * 32
        report["config"]["sha256"] = "cd" * 32
        self.write("r/b/report.json", report)
        document = self.compared("r")
        self.assertEqual(document["columns"], ["data_sha256", "numerics_version"])
        versions = [row["columns"]["numerics_version"] for row in document["rows"]]
        self.assertEqual(versions, [numerics, numerics + 1])
        self.assertEqual(document["rows"][1]["columns"]["data_sha256"], ["ab" * 6])

    def test_one_run_alone(self):
        directory = self.good("run", self.write("a.json", SMALL), "--quiet").lines[0]
        (row,) = self.compared(directory)["rows"]
        self.assertEqual(set(row["metrics"]["train_loss"]), {"count", "mean"})
        text = self.good("compare", directory).out
        self.assertNotIn("±", text)
        self.assertNotIn("Differences", text)

    def test_formats_as_objects_have_short_names(self):
        six = {"exponent_bits": 3, "mantissa_bits": 2, "infinities": False, "nan": "none"}
        config = changed(SMALL, formats={"six": six}, policy=[{"match": {"role": "weight"}, "format": "six"}])
        self.good("run", self.write("a.json", config), "formats.six.bias=3,5", "--out", "r", "--quiet")
        document = self.compared("r")
        self.assertEqual(document["columns"], ["formats.six"])
        names = sorted(row["columns"]["formats.six"] for row in document["rows"])
        self.assertEqual(names, ["e3m2b5fn", "e3m2fn"])

    def test_sweeps_show_their_parameters_and_their_baseline(self):
        lines = self.good("run", self.write("s.json", COUNTED), "training.optimizer.lr=0.1,0.2", "seed=1,2",
                          "--out", "r/s", "--quiet").lines
        listed = []
        for line in lines + ["r/s/s-000000000000"]:
            lr, seed = (0.3, 1)
            if os.path.exists(self.path(line)):
                config = json.loads(self.read(line, "config.resolved.json"))
                lr, seed = config["training"]["optimizer"]["lr"], config["seed"]
            listed.append({"run_id": os.path.basename(line), "baseline": lr == 0.2,
                           "parameters": [{"name": "rate", "value": lr}, {"name": "seed", "value": seed}]})
        numerics = self.reports("r/s")[0]["provenance"]["numerics_version"]
        versions = {"schema_version": 1, "numerics_version": numerics}
        self.write("r/s/sweep.json", {**versions, "name": "s", "sweep": {}, "runs": listed})
        document = self.compared("r")
        self.assertEqual(document["columns"], ["rate"])
        rows = [(row["columns"]["rate"], row["is_baseline"], row["runs_count"]) for row in document["rows"]]
        self.assertEqual(rows, [(0.1, False, 2), (0.2, True, 2)])
        self.assertEqual(document["incomplete"], [{"directory": "r/s/s-000000000000", "phase": "pending"}])
        answer = self.good("compare", "r/s")
        self.assertEqual(answer.err, "not compared, incomplete: r/s/s-000000000000 (pending)\n")
        self.assertIn("Differences from the baseline, rate=0.2:", answer.out)

    def test_order_top_and_a_baseline_from_elsewhere(self):
        self.good("run", self.write("a.json", SMALL), "training.optimizer.lr=0.1,0.2,0.3,0.4", "--out", "r",
                  "--quiet")
        other = self.good("run", "a.json", "training.optimizer.lr=0", "--out", "s", "--quiet").lines[0]
        losses = [r["final"]["train_loss"] for folder in "rs" for r in self.reports(folder)]
        document = self.compared("r", "--sort", "train_loss", "--baseline", other)
        self.assertEqual([row["metrics"]["train_loss"]["mean"] for row in document["rows"]], sorted(losses))
        baselines = [row["runs"][0]["directory"] for row in document["rows"] if row["is_baseline"]]
        self.assertEqual(baselines, [other])
        top = self.compared("r", "--sort", "train_loss", "--baseline", other, "--top", "2")
        self.assertEqual(top["rows"][:2], document["rows"][:2])
        self.assertEqual(len(top["rows"]), 2 + (losses[-1] not in sorted(losses)[:2]))


class Forms(CompareTest):
    def test_text_fits_a_terminal_and_says_what_is_noise(self):
        self.two_rows()
        text = self.good("compare", "r").out
        self.assertLessEqual(max(len(line) for line in text.splitlines()), 80)
        document = self.compared("r")
        noisy = [m for m in document["rows"][1]["metrics"].values() if m["is_within_noise"]]
        self.assertEqual(len(re.findall(r" ~(?:  |$)", text.split("Differences")[1], re.M)), len(noisy))
        single = self.good("compare", *[f"r/{r['run']['run_id']}" for r in self.reports("r")
                                        if r["config"]["resolved"]["seed"] == 1]).out
        self.assertIn("? noise unknown", single)

    def test_csv_has_every_digit(self):
        self.two_rows()
        self.good("run", self.write("c.json", changed(SMALL, name='"a", b')), "--out", "r", "--quiet")
        document = self.compared("r")
        self.assertIn('"a", b', [row["name"] for row in document["rows"]])
        out = self.good("compare", "r", "--csv").out
        self.assertEqual(out.count("\r\n"), out.count("\n"))
        rows = list(csv.DictReader(io.StringIO(out, newline="")))
        self.assertEqual(len(rows), len(document["rows"]))
        for row, expected in zip(rows, document["rows"]):
            self.assertEqual(row["name"], expected["name"])
            self.assertEqual(row["is_baseline"], str(expected["is_baseline"]).lower())
            self.assertEqual(row["policy.0.format"], expected["columns"].get("policy.0.format", ""))
            roles = expected["columns"].get("policy.0.match.role", [])
            self.assertEqual(row["policy.0.match.role"], ",".join(roles))
            self.assertEqual(int(row["runs_count"]), expected["runs_count"])
            for metric, numbers in expected["metrics"].items():
                for part in ("mean", "low", "high", "std", "count", "delta", "delta_low", "delta_high"):
                    text = row[f"{metric}_{part}"]
                    self.assertEqual(float(text) if text else None, numbers.get(part))

    def test_latex_is_balanced_and_escaped(self):
        name = "name=a_b & 50% {x} \\y #1 $2 ~^"
        self.good("run", self.write("a_b.json", SMALL), name, "--out", "r", "--quiet")
        self.write("e.json", changed(SMALL, policy=E5M2))
        self.good("run", "e.json", "seed=1,2", "--out", "r", "--quiet")
        out = self.good("compare", "r", "--latex").out
        body = "\n".join(line for line in out.splitlines() if not line.startswith("%"))
        expected = r"a\_b \& 50\% \{x\} \textbackslash{}y \#1 \$2 \textasciitilde{}\textasciicircum{}"
        self.assertIn(expected, body)
        self.assertEqual(re.findall(r"\\(?:begin|end)\{(\w+)\}", body), ["tabular", "tabular"])
        for word in ("toprule", "midrule", "bottomrule"):
            self.assertEqual(body.count("\\" + word), 1)
        bare = re.sub(r"\\[^a-zA-Z]", "", body)
        self.assertEqual(bare.count("{"), bare.count("}"))
        self.assertEqual(bare.count("$") % 2, 0)
        columns = len(re.search(r"\\begin\{tabular\}\{([lr]+)\}", body).group(1))
        lines = [line for line in bare.splitlines() if "&" in line]
        self.assertEqual({line.count("&") + 1 for line in lines}, {columns})
        self.assertEqual(len(lines), 3)
        self.assertIn(" \\pm ", body)

    def test_not_finite_numbers_are_words_everywhere(self):
        for seed in (1, 2):
            self.write("a.json", SMALL)
            directory = self.good("run", "a.json", f"seed={seed}", "--out", "r", "--quiet").lines[0]
        report = json.loads(self.read(directory, "report.json"))
        report["final"]["train_loss"] = "Infinity"
        self.write(f"{directory}/report.json", report)
        (row,) = self.compared("r")["rows"]
        self.assertEqual(row["metrics"]["train_loss"], {"count": 2, "mean": "Infinity"})
        self.assertIn("Infinity", self.good("compare", "r").out)
        self.assertIn("\\mathrm{Infinity}", self.good("compare", "r", "--latex").out)
        self.assertIn(",Infinity,", self.good("compare", "r", "--csv").out)


class BadInput(CompareTest):
    def message(self, *words, code=2):
        answer = self.good("compare", *words, code=code)
        self.assertEqual(answer.out, "", answer)
        return answer.err

    def test_usage(self):
        directory = self.good("run", self.write("a.json", SMALL), "--quiet").lines[0]
        self.assertIn('did you mean "train_loss"?', self.message(directory, "--metric", "trian_loss"))
        self.assertIn('no run has the metric "/final/x"', self.message(directory, "--metric", "/final/x"))
        self.assertIn('no run has the metric "tie_count"', self.message(directory, "--sort", "tie_count"))
        self.assertIn("missing is no directory", self.message("missing"))
        self.assertIn("--confidence", self.message(directory, "--confidence", "95"))
        self.assertIn("--top", self.message(directory, "--top", "0"))
        self.assertIn("only one of", self.message(directory, "--csv", "--json"))
        self.assertIn("is no run that is compared", self.message(directory, "--baseline", "none"))
        os.mkdir(self.path("empty"))
        self.assertIn("empty holds no run", self.message("empty"))
        self.message()

    def test_reports_that_cannot_be_read(self):
        directory = self.good("run", self.write("a.json", SMALL), "--quiet").lines[0]
        good = self.read(directory, "report.json")
        other = json.loads(good)
        for bad in (good[:-2], b"", b"[]", b"{}", json.dumps({**other, "schema_version": 2}),
                    json.dumps({**other, "run": {}}), json.dumps({**other, "config": 3})):
            self.write(f"{directory}/report.json", bad)
            self.assertIn("report.json: ", self.message(directory, code=4))
        self.write(f"{directory}/report.json", json.dumps({**other, "schema_version": 2}))
        self.assertIn("schema_version is 2, this program reads 1", self.message(directory, code=4))

    def test_incomplete_runs(self):
        directory = self.good("run", self.write("a.json", SMALL), "--out", "r", "--quiet").lines[0]
        os.makedirs(self.path("r/b"))
        self.write("r/b/config.resolved.json", self.read(directory, "config.resolved.json"))
        answer = self.good("compare", "r")
        self.assertIn("not compared, incomplete: r/b (", answer.err)
        self.assertEqual(len(self.compared("r")["rows"]), 1)
        os.remove(self.path(directory, "report.json"))
        answer = self.good("compare", "r", code=2)
        self.assertIn("nothing to compare: no run is complete", answer.err)


if __name__ == "__main__":
    unittest.main()
