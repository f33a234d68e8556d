"""The pictures: files, determinism, layout, and what happens with unusual runs."""

import ast
import copy
import math
import os
import struct
import subprocess
import sys
import unittest

import support
import synthetic

try:
    import layout
    import numpy as np
    from plots import cells, draw, heatmap, histograms, loss, overview, runs, style
    from test_table import minimal
    MISSING = ""
except ImportError as error:
    MISSING = f"the pictures need {error.name}"

PLOT = os.path.join(support.SCRIPTS, "plot")


def plot(*arguments, folder=None):
    return subprocess.run([sys.executable, PLOT, *arguments], cwd=folder, capture_output=True, text=True)


@unittest.skipIf(MISSING, MISSING)
class Layout(support.FolderTest):
    """Nothing sticks out of a picture, no two texts lie on one another, legends lie beside the data."""

    @classmethod
    def setUpClass(cls):
        style.apply()

    def groups(self, reports):
        synthetic.write(self.folder, reports)
        return runs.group_by_data(runs.load_runs([self.folder], self.fail))

    def check(self, fig, overlaps=()):
        layout.check(self, fig, overlaps)

    def test_overview(self):
        for fig in overview.draw(self.groups(synthetic.quickstart())):
            self.check(fig)

    def test_loss_and_its_legend(self):
        for title, members in self.groups(synthetic.quickstart()):
            for fig in loss.draw(title, members, self.fail):
                fig.canvas.draw()
                legend = fig.legends[0].get_window_extent()
                self.assertTrue(all(not legend.overlaps(axis.bbox) for axis in fig.axes))
                crosses = [line for axis in fig.axes for line in axis.lines if line.get_marker() == "x"]
                self.assertEqual(len(crosses), 2 if title == "digits" else 0)
                self.check(fig)

    def test_heatmap(self):
        for title, members in self.groups(synthetic.quickstart()):
            names = [run.label for run in members]  # turned texts: their boxes overlap, their letters do not
            for fig in heatmap.draw(title, members, self.fail):
                self.check(fig, overlaps=names)

    def test_histograms(self):
        for name in ("fp32", "e2m1fn"):
            folder = self.write(synthetic.report(name, synthetic.DIGITS[name]), name)
            for fig in histograms.draw(runs.read_run(os.path.join(folder, "report.json")), None, self.fail):
                self.check(fig)

    def test_many_runs(self):
        (title, members), = self.groups(synthetic.sweep(30))
        pages = list(overview.draw([(title, members)]))
        self.assertEqual(len(pages), 2)
        self.check(pages[0])
        fig, = loss.draw(title, members, self.fail)
        self.assertEqual(fig.legends, [])
        self.check(fig)
        self.assertEqual(len(list(heatmap.draw(title, members, self.fail))), 3)


@unittest.skipIf(MISSING, MISSING)
class Parts(unittest.TestCase):
    def test_smooth_is_a_centred_mean_of_the_finite(self):
        self.assertEqual(loss.smooth([1, 2, 6, 7], 1).tolist(), [1, 2, 6, 7])
        self.assertEqual(loss.smooth([1, 2, 6, 7], 3).tolist(), [1.5, 3, 5, 6.5])
        self.assertEqual(loss.smooth([1e300, 1, 1, 1, 1], 3).tolist()[2:], [1, 1, 1])
        self.assertEqual(loss.smooth([], 3).tolist(), [])
        result = loss.smooth([1, math.nan, 3, math.inf], 3).tolist()
        self.assertEqual((result[0], result[2]), (1, 3))
        self.assertTrue(math.isnan(result[1]) and math.isnan(result[3]))

    def test_styles_tell_runs_apart_without_colour(self):
        looks = [style.line_style(i) for i in range(style.STYLED_RUNS)]
        self.assertEqual(len({look["marker"] for look in looks}), style.STYLED_RUNS)
        self.assertEqual(len({(look["color"], str(look["linestyle"])) for look in looks}), style.STYLED_RUNS)

    def test_zero_is_unlike_the_smallest_share(self):
        scale = cells.colours()
        palest = np.array(scale.to_rgba(1e-9)[:3])
        self.assertGreater(np.abs(palest - 1).max(), 0.2)  # of 1: visibly not white
        grey = [np.dot(scale.to_rgba(share)[:3], (0.299, 0.587, 0.114))
                for share in (1e-4, 1e-3, 1e-2, 1e-1, 1)]
        self.assertEqual(grey, sorted(grey, reverse=True))

    def test_limits_of_a_format(self):
        self.assertEqual(histograms._limits(synthetic.facts("e5m2"))[:2], (-16.0, -14.0))
        self.assertEqual(histograms._limits(None), (None, None, None))

    def test_file_names(self):
        self.assertEqual(draw.file_name("e5m2 seed 2/../x"), "e5m2-seed-2-..-x")
        self.assertEqual(draw.file_name("///"), "run")

    def test_imports_are_standard_numpy_or_matplotlib(self):
        allowed = set(sys.stdlib_module_names) | {"numpy", "matplotlib", "plots"}
        folder = os.path.join(support.SCRIPTS, "plots")
        for name in [PLOT,
                     *(os.path.join(folder, file) for file in os.listdir(folder) if file.endswith(".py"))]:
            with open(name, encoding="utf-8") as file:
                tree = ast.parse(file.read())
            for node in ast.walk(tree):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                names += [node.module] if isinstance(node, ast.ImportFrom) else []
                for module in names:
                    self.assertIn(module.split(".")[0], allowed, name)


@unittest.skipIf(MISSING, MISSING)
class Program(support.FolderTest):
    def test_writes_every_picture_twice_the_same(self):
        synthetic.write(self.path("runs"),
                        (synthetic.report(n, synthetic.DIGITS[n]) for n in ("e4m3fn", "e2m1fn")))
        names = ["heatmap", "histograms-e2m1fn", "histograms-e4m3fn", "loss", "overview"]
        expected = sorted(f"{name}.{kind}" for name in names for kind in ("png", "svg"))
        for out in ("one", "two"):
            done = plot("--out", out, "runs", folder=self.folder)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertEqual(sorted(os.listdir(self.path(out))), expected)
            self.assertEqual(sorted(done.stdout.split()), [os.path.join(out, name) for name in expected])
        for name in expected:
            with open(self.path("one", name), "rb") as one, open(self.path("two", name), "rb") as two:
                content = one.read()
                self.assertEqual(content, two.read(), name)
            if name.endswith("png"):
                self.assertEqual(struct.unpack(">I", content[16:20])[0], 1800, name)  # twice a README's width
            else:
                self.assertNotIn(b"dc:date", content)

    def test_unusual_runs_are_drawn_or_named(self):
        bare = synthetic.report("fp16", synthetic.DIGITS["fp16"])
        for key in ("tensors", "gradients", "memory", "casts", "cost"):
            del bare[key]
        bare["run"]["name"] = "no-statistics"
        regression = synthetic.report("bf16", synthetic.DIGITS["bf16"])
        del regression["final"]["validation_accuracy_fraction"], regression["loss_curve"]["validation"]
        regression["run"]["name"] = "no-validation"
        zero = synthetic.report("e5m2", synthetic.DIGITS["e5m2"])
        zero["loss_curve"]["train_loss"] = [0.0] * 900
        zero["loss_curve"]["validation"]["loss"] = ["NaN"] * 21
        zero["run"]["name"] = "zero-loss"
        zero["tensors"] = copy.deepcopy(zero["tensors"][:1])
        zero["tensors"][0]["format"] = "int8"
        zero["tensors"][0]["exponent_histogram"] = {"before": {"first_exponent": 0, "counts": []},
                                                    "after": {"first_exponent": 0, "counts": []}}
        failed = minimal("failed-early", "failed")
        for report in (bare, regression, zero, failed):
            report["config"]["resolved"]["data"] = {"kind": "digits"}
            report["provenance"]["data_files"] = []
            self.write(report, report["run"]["name"])
        self.write('{"schema_version": 1', "broken")
        done = plot("--out", "out", ".", folder=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        for line in done.stderr.splitlines():
            self.assertTrue(line.startswith("plot: warning: ./"), line)
        for expected in ("broken/report.json: not valid JSON", "no-statistics/report.json: no statistics",
                         "failed-early/report.json: no loss curve",
                         "failed-early/report.json: no exponent histograms"):
            self.assertIn(expected, done.stderr)
        self.assertIn("histograms-zero-loss.png", os.listdir(self.path("out")))

    def test_only_and_tensor(self):
        folder = self.write(synthetic.report("e4m3fn", synthetic.DIGITS["e4m3fn"]), "run")
        done = plot("--only", "histograms", "--tensor", "fc2/dot/*", "--out", self.path("out"), folder)
        self.assertEqual((done.returncode, len(done.stdout.split())), (0, 2))
        done = plot("--only", "histograms", "--tensor", "fc9/*", "--out", self.path("out"), folder)
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertIn("no exponent histograms of fc9/*", done.stderr)
        done = plot("--only", "losses", folder)
        self.assertEqual(done.returncode, 2)
        self.assertIn("known: overview, loss, heatmap, histograms", done.stderr)

    def test_nothing_usable(self):
        done = plot(self.folder, folder=self.folder)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("no usable report.json", done.stderr)
        self.assertIn(self.folder, done.stderr)
        self.assertEqual(os.listdir(self.folder), [])

    def test_output_that_cannot_be_written(self):
        folder = self.write(minimal("x"), "run")
        done = plot("--out", self.path("run", "report.json"), folder)
        self.assertEqual(done.returncode, 3)
        self.assertIn("report.json", done.stderr)
        self.assertNotIn("Traceback", done.stderr)


if __name__ == "__main__":
    unittest.main()
