"""The pictures of sweeps: what a sweep directory says, finished or not, and what is drawn of it."""

import json
import math
import os
import subprocess
import sys
import unittest

import support
import synthetic
import synthetic_sweeps
from plots import sweep_directory as directory
from plots.metrics import METRICS, choose

try:
    import layout
    from matplotlib.patches import Polygon, Rectangle
    from plots import exm, style, sweep
    MISSING = ""
except ImportError as error:
    MISSING = f"the pictures need {error.name}"

PLOT = os.path.join(support.SCRIPTS, "plot")
LOSS, ACCURACY = METRICS["validation-loss"], METRICS["validation-accuracy"]


def plot(*arguments, folder=None):
    return subprocess.run([sys.executable, PLOT, *arguments], cwd=folder, capture_output=True, text=True)


class Directory(support.FolderTest):
    def test_states_come_from_the_files_of_a_run(self):
        results = {"completed": 0.5, **{state: state for state in synthetic_sweeps.STATES[1:]}}
        folder = synthetic_sweeps.write_sweep(self.folder, "s", {"x": list(results)}, (1,),
                                              lambda values, seed: results[values[0]], ("fp32", 0.1))
        loaded = directory.load_sweep(folder, self.fail)
        self.assertEqual([run.state for run in loaded.trials], list(results))
        self.assertEqual([LOSS.of(run) for run in loaded.trials], [0.5, None, None, None, None])
        self.assertEqual([(label, len(runs)) for label, runs in loaded.baselines], [("fp32", 1)])
        self.assertEqual(loaded.parameters, [("x", list(results))])

    def test_a_report_counts_whatever_else_lies_there(self):
        folder = synthetic_sweeps.write_sweep(self.folder, "s", {"x": [1]}, (1,), lambda values, seed: 0.5)
        run, = directory.load_sweep(folder, self.fail).runs
        for name in ("failure.json", "pruned.json", "progress.json"):
            synthetic_sweeps.write_json(run.path, name, {})
        self.assertEqual(directory.load_sweep(folder, self.fail).runs[0].state, "completed")
        with open(os.path.join(run.path, "report.json"), "w", encoding="utf-8") as file:
            file.write("{")
        warnings = []
        self.assertEqual(directory.load_sweep(folder, warnings.append).runs[0].state, "failed")
        self.assertIn("taken as failed", warnings[0])

    def test_seeds_are_no_parameter_and_constants_neither(self):
        folder = synthetic_sweeps.write_sweep(self.folder, "s", {"a": [1, 2], "b": ["only"]}, (1, 2),
                                              lambda values, seed: 0.5)
        loaded = directory.load_sweep(folder, self.fail)
        self.assertEqual(loaded.parameters, [("a", [1, 2])])
        self.assertEqual([run.seed for run in loaded.runs], [1, 2, 1, 2])

    def test_an_index_that_is_none(self):
        for content in ("", "[]", '{"schema_version": 2}', '{"schema_version": 1, "name": "s"}',
                        '{"schema_version": 1, "name": "s", "runs": [{"run_id": "a"}]}'):
            with open(self.path("sweep.json"), "w", encoding="utf-8") as file:
                file.write(content)
            with self.assertRaises(directory.BrokenReport, msg=content):
                directory.load_sweep(self.folder, self.fail)

    def test_bits_of_formats(self):
        for name, bits in (("e4m3", (4, 3)), ("e4m3fn", (4, 3)), ("e3m2b5fn", (3, 2)), ("e8m0fnu", (8, 0)),
                           ("e5m2fnuz", (5, 2)), ("bf16", (8, 7)), ("Binary8p4se", (4, 3)),
                           ("Binary8p1ue", (8, 0)), ('{"exponent_bits": 3, "mantissa_bits": 2}', (3, 2)),
                           ("weights", None), (5, None), ("e4m3fnx", None), ("{}", None)):
            self.assertEqual(directory.exponent_and_mantissa(name), bits, name)

    def test_interval_of_the_mean(self):
        mean, half = directory.mean_and_interval([1.0, 2.0, 4.5])
        self.assertEqual(mean, 2.5)
        # t(0.975, 2) = 4.3027; standard deviation sqrt(6.5 / 2); by hand, to the three decimals of the table
        self.assertAlmostEqual(half, 4.3027 * math.sqrt(3.25) / math.sqrt(3), delta=2e-3)
        self.assertEqual(directory.mean_and_interval([1.0, 2.0]), (1.5, None))

    def test_results_as_text(self):
        for value, text in ((0.08312, "0.083"), (2.3026, "2.30"), (12.34, "12.3"), (431.2, "431"),
                            (1e-5, "1e-5"), (2.5e12, "2e12"), (0, "0.000")):
            self.assertEqual(LOSS.text(value), text)
        self.assertEqual(ACCURACY.text(97.5), "97.5")

    def test_metric_without_validation_is_the_training_loss(self):
        folder = synthetic_sweeps.write_sweep(self.folder, "s", {"x": [1]}, (1,), lambda values, seed: 0.5)
        loaded = directory.load_sweep(folder, self.fail)
        self.assertEqual(choose(None, loaded).key, "validation_loss")
        del loaded.runs[0].final["validation_loss"]
        self.assertEqual(choose(None, loaded).key, "train_loss")


@unittest.skipIf(MISSING, MISSING)
class Pictures(support.FolderTest):
    @classmethod
    def setUpClass(cls):
        style.apply()

    def load(self, write, *arguments, **options):
        return directory.load_sweep(write(self.path("s"), *arguments, **options), self.fail)

    def test_exm_finished(self):
        loaded = self.load(synthetic_sweeps.exm)
        fig, = exm.draw(loaded, LOSS, self.fail)
        panels = fig.axes[:3]
        self.assertEqual([axis.get_title(loc="left") for axis in panels], ["weights", "activations", "gradients"])
        numbers = [[text.get_text() for text in axis.texts] for axis in panels]
        self.assertEqual([len(texts) for texts in numbers], [21, 21, 10])
        hatched = [[patch for patch in axis.patches if patch.get_hatch()] for axis in panels]
        self.assertEqual([len(patches) for patches in hatched], [0, 0, 11])  # every seed diverged
        corners = [patch for patch in panels[2].patches if isinstance(patch, Polygon)]
        self.assertEqual(len(corners), 4)  # with 3 exponent bits one seed of three does
        expected = [LOSS.of(run) for run in loaded.trials
                    if run.parameters == {"policy.0.format": "e4m3", "role": "weights"}]
        at = {text.get_position(): text.get_text() for text in panels[0].texts}
        self.assertEqual(at[3, 4], LOSS.text(sum(expected) / 3))
        layout.check(self, fig)

    def test_exm_half_done_and_of_accuracies(self):
        loaded = self.load(synthetic_sweeps.exm, done=0.5)
        for metric in METRICS.values():
            fig, = exm.draw(loaded, metric, self.fail)
            if metric is LOSS:
                legend = {text.get_text() for text in fig.axes[-1].texts}
                self.assertEqual(legend, {"diverged", "failed", "stopped early", "not done yet",
                                          "some seeds diverged", "some seeds missing"})
            layout.check(self, fig)

    def test_exm_with_nothing_done(self):
        fig, = exm.draw(self.load(synthetic_sweeps.exm, done=-1.0), LOSS, self.fail)
        self.assertTrue(all(isinstance(patch, Rectangle) for axis in fig.axes[:3] for patch in axis.patches))
        layout.check(self, fig)

    def test_exm_alone_and_with_many_panels(self):
        formats = {"f": [f"e{e}m{m}" for e in (4, 5) for m in (2, 3)]}
        loaded = self.load(synthetic_sweeps.write_sweep, "s", formats, (1,), lambda values, seed: 0.5)
        fig, = exm.draw(loaded, LOSS, self.fail)
        layout.check(self, fig)
        loaded = directory.load_sweep(
            synthetic_sweeps.write_sweep(self.path("many"), "s", {**formats, "x": list(range(10))}, (1,),
                                         lambda values, seed: 0.1 + values[1]), self.fail)
        first, second = exm.draw(loaded, LOSS, self.fail)
        self.assertEqual(first.axes[2].get_title(loc="left"), "x = 2")
        layout.check(self, first)
        style.plt.close(second)

    def test_sweep_finished_half_done_and_not_begun(self):
        for done in (1.0, 0.5, -1.0):
            folder = synthetic_sweeps.rates(self.path(str(done)), done)
            fig, = sweep.draw(directory.load_sweep(folder, self.fail), LOSS, None, self.fail)
            axis, legend = fig.axes[0], fig.legends[0].get_window_extent()
            self.assertFalse(legend.overlaps(axis.get_window_extent()))
            self.assertEqual(axis.get_xlabel(), "learning rate")
            layout.check(self, fig)

    def test_sweep_draws_means_and_marks_above_the_edge(self):
        def outcome(values, seed):
            return "diverged" if values == (0.5, "b") else values[0] * (1 + seed)
        axes = {"lr": [0.125, 0.25, 0.5], "kind": ["a", "b"]}
        loaded = self.load(synthetic_sweeps.write_sweep, "s", axes, (1, 2, 3), outcome, ("fp32", 0.2))
        fig, = sweep.draw(loaded, LOSS, None, self.fail)
        lines = [line for line in fig.axes[0].lines if line.get_linewidth() == 1.5 and line.get_linestyle() != "None"]
        self.assertEqual([list(line.get_ydata()) for line in lines][0], [0.375, 0.75, 1.5])
        self.assertEqual([str(y) for y in lines[1].get_ydata()], ["0.375", "0.75", "nan"])
        crosses = [line for line in fig.axes[0].lines if line.get_marker() == "x" and len(line.get_xdata())]
        self.assertEqual(len(crosses), 1)
        self.assertGreater(crosses[0].get_ydata()[0], 1)  # of the height of the axis
        baseline = [line for line in fig.axes[0].lines if line.get_linewidth() == 1.2]
        self.assertAlmostEqual(baseline[0].get_ydata()[0], 0.204, delta=1e-12)  # a sum of decimal numbers
        layout.check(self, fig)

    def test_sweep_with_names_on_the_axis(self):
        axes = {"format of the accumulator": [f"e6m{m}" for m in range(2, 10)], "order": ["sequential", "chunked"]}
        loaded = self.load(synthetic_sweeps.write_sweep, "s", axes, (1,), lambda values, seed: 0.5)
        fig, = sweep.draw(loaded, ACCURACY, None, self.fail)
        self.assertEqual([text.get_text() for text in fig.axes[0].get_xticklabels()],
                         [f"e6m{m}" for m in range(2, 10)])
        layout.check(self, fig)
        fig, = sweep.draw(loaded, LOSS, "order", self.fail)
        self.assertEqual([text.get_text() for text in fig.axes[0].get_xticklabels()], ["sequential", "chunked"])
        layout.check(self, fig)

    def test_long_names_are_turned(self):
        axes = {"policy": [f"a rather long name {i}" for i in range(8)]}
        fig, = sweep.draw(self.load(synthetic_sweeps.write_sweep, "s", axes, (1, 2), lambda values, seed: seed),
                          LOSS, None, self.fail)
        self.assertEqual({text.get_rotation() for text in fig.axes[0].get_xticklabels()}, {35.0})
        layout.check(self, fig, overlaps={text.get_text() for text in fig.axes[0].get_xticklabels()})


@unittest.skipIf(MISSING, MISSING)
class Program(support.FolderTest):
    def test_each_sweep_gets_its_picture_twice_the_same(self):
        synthetic_sweeps.exm(self.path("results", "a"), 0.8)
        synthetic_sweeps.rates(self.path("results", "b"), 0.8)
        expected = [f"{name}.{kind}" for name in ("exm-all-8-bit-formats", "sweep-updates") for kind in ("png", "svg")]
        for out in ("one", "two"):
            done = plot("results", "--out", out, folder=self.folder)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertEqual(sorted(os.listdir(self.path(out))), expected)
        for name in expected:
            with open(self.path("one", name), "rb") as one, open(self.path("two", name), "rb") as two:
                self.assertEqual(one.read(), two.read(), name)

    def test_runs_beside_a_sweep(self):
        synthetic_sweeps.rates(self.path("results", "b"), 0.3, (1,))
        synthetic.write(self.path("results"), [synthetic.report("fp32", synthetic.DIGITS["fp32"])])
        done = plot("results", "--out", "out", folder=self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        names = sorted(name for name in os.listdir(self.path("out")) if name.endswith("png"))
        self.assertEqual(names, ["heatmap.png", "histograms-fp32.png", "loss.png", "overview.png", "sweep.png"])

    def test_only_metric_and_x(self):
        folder = synthetic_sweeps.exm(self.path("s"), 0.9)
        done = plot(folder, "--only", "exm,sweep", "--metric", "validation-accuracy", "--x", "role", "--out",
                    self.path("out"))
        self.assertEqual(done.returncode, 0)
        self.assertEqual(len(done.stdout.split()), 4)
        self.assertIn("the first 14 of 21 lines only", done.stderr)
        done = plot(folder, "--only", "sweep", "--x", "lr", "--out", self.path("out"))
        self.assertIn("no parameter 'lr' varies (there are: policy.0.format, role)", done.stderr)
        done = plot(synthetic_sweeps.rates(self.path("r")), "--only", "exm", "--out", self.path("out"))
        self.assertIn("no parameter whose values are formats", done.stderr)
        self.assertEqual(plot(folder, "--metric", "loss").returncode, 2)

    def test_broken_and_empty_sweeps(self):
        synthetic_sweeps.write_sweep(self.path("empty"), "empty", {"x": []}, (1,), None)
        os.makedirs(self.path("broken"))
        with open(self.path("broken", "sweep.json"), "w", encoding="utf-8") as file:
            json.dump({"schema_version": 9}, file)
        done = plot("empty", "broken", "--out", "out", folder=self.folder)
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertIn("broken/sweep.json: no sweep of schema_version 1", done.stderr)
        self.assertIn("empty: no parameter varies", done.stderr)
        self.assertNotIn("Traceback", done.stderr)


if __name__ == "__main__":
    unittest.main()
