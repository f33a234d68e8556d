"""`exmy run`: products, directories, what is kept, what decides the result."""

import json
import os
import re
import shutil
import unittest

from program import ProgramTest, ROOT, SMALL, changed, load, shipped
import check_report
import conditions

with open(os.path.join(ROOT, "experiments", "schema", "config.schema.json"), encoding="utf-8") as _file:
    CONFIG_SCHEMA = conditions.prepared(json.load(_file))
FILES = ["SHA256SUMS", "config.json", "config.resolved.json", "events.jsonl", "report.json", "stats.jsonl",
         "weights.safetensors"]


def run_hash(directory):
    return re.fullmatch(r".*-([0-9a-f]{12})", directory).group(1)


class Run(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("a.json", SMALL)

    def hashes(self, *words):
        """The hash of the directory of each run that would be made."""
        lines = self.good("run", *words, "--dry-run").lines
        return [run_hash(line.split("  ")[0]) for line in lines if line.startswith("results")]

    def test_a_run_directory_is_complete_and_its_files_agree(self):
        answer, (report,) = self.runs("a.json", "--out", "out", "seed=7", "stats.counters=true")
        (directory,) = answer.lines
        self.assertEqual(self.files(directory), FILES)
        self.assertEqual(os.path.basename(directory), report["run"]["run_id"])
        self.assertEqual(report["run"]["status"], "completed")
        self.assertEqual(report["run"]["steps_count"], 3)
        self.assertEqual(report["config"]["sha256"][:12], run_hash(directory))
        self.assertEqual(report["config"]["files"], ["a.json"])
        self.assertEqual(json.loads(self.read(directory, "config.resolved.json")),
                         report["config"]["resolved"])
        self.assertEqual(json.loads(self.read(directory, "config.json")),
                         changed(SMALL, seed=7, stats__counters=True))
        for name in ("config.json", "config.resolved.json"):
            self.assertEqual(conditions.errors(json.loads(self.read(directory, name)), CONFIG_SCHEMA), [],
                             name)
        events = [json.loads(line) for line in self.read(directory, "events.jsonl").splitlines()]
        self.assertEqual([event["event"] for event in events], ["started", "validation", "completed"])
        self.assertNotIn(b"%", b"".join(key.encode() for key in report))

    def test_the_configuration_of_a_run_directory_runs_again_to_the_same_bits(self):
        answer, (first,) = self.runs("a.json")
        for name in ("config.json", "config.resolved.json"):
            again, (second,) = self.runs(os.path.join(answer.lines[0], name), "--out", name)
            self.assertEqual(second["determinism"], first["determinism"])
            self.assertEqual(second["config"]["sha256"], first["config"]["sha256"])
        self.assertEqual(second["run"]["run_id"], first["run"]["run_id"], "its name was resolved too")

    def test_product_of_configurations_and_values_one_directory_each(self):
        self.write("b.json", changed(SMALL, model__hidden=[4]))
        words = ["a.json", "b.json", "seed=1,2", "training.optimizer.lr=0.1,0.01,0.001"]
        answer, reports = self.runs(*words)
        self.assertEqual(len(set(answer.lines)), 12)
        configs = [report["config"]["resolved"] for report in reports]
        named = [(config["name"], config["seed"], config["training"]["optimizer"]["lr"]) for config
                 in configs]
        rates = (0.1, 0.01, 0.001)
        self.assertEqual(named, [(name, seed, lr) for name in "ab" for seed in (1, 2) for lr in rates])
        self.assertEqual(len({r["determinism"]["final_weights_sha256"] for r in reports}), 12)

    def test_complete_runs_are_kept_and_their_paths_printed_in_the_same_order(self):
        words = ["a.json", "seed=3,1,2"]
        first = self.good("run", *words)
        before = {name: os.stat(self.path(name)).st_mtime_ns for line in first.lines
                  for name in (os.path.join(line, file) for file in FILES)}
        second = self.good("run", *words)
        self.assertEqual(second.out, first.out)
        self.assertEqual({name: os.stat(self.path(name)).st_mtime_ns for name in before}, before)
        lines = [json.loads(line) for line in self.good("run", *words, "seed=1,4", "--json").lines]
        self.assertEqual([line["directory"] for line in lines[:2]] * 3, [line["directory"] for line in lines])
        self.assertEqual([line["kept"] for line in lines], [True, False] + [True] * 4,
                         "the last override of a key holds")

    def test_an_incomplete_directory_runs_again(self):
        answer, (report,) = self.runs("a.json")
        directory = answer.lines[0]
        for torn in (None, "", '{"run": {"status": "fai', "[]", '{"run": {"status": "failed"}}',
                     '{"run": 3}'):
            os.remove(self.path(directory, "report.json"))
            if torn is not None:
                self.write(os.path.join(directory, "report.json"), torn)
            again, (second,) = self.runs("a.json")
            self.assertEqual(again.out, answer.out)
            self.assertEqual(second["determinism"], report["determinism"])
            self.assertEqual(self.files(directory), FILES)
            self.assertEqual(self.read(directory, "events.jsonl").count(b'"started"'), 1)

    def test_the_same_experiment_twice_is_one_directory(self):
        self.write("sub/base.json", changed(SMALL, training=None, stats=None))
        self.write("sub/a.json", {"$schema": "x", "extends": "base.json", "training": SMALL["training"],
                                  "stats": SMALL["stats"], "schema_version": 1})
        ways = [("a.json",), ("sub/a.json",), ("a.json", "seed=1"), ("a.json", "training.batch_size=32"),
                ("a.json", "training.steps=3.0"), ("a.json", "training.optimizer.momentum=0")]
        self.assertEqual(len({line for way in ways for line in self.good("run", *way).lines}), 1)
        self.assertEqual(len(self.files("results")), 1 + len(FILES))

    def test_what_decides_the_result_decides_the_hash_and_nothing_else_does(self):
        (same,) = self.hashes("a.json")
        for word in ("threads=2", "name=other"):
            self.assertEqual(self.hashes("a.json", word), [same], word)
        words = ("seed=2", "training.steps=4", "training.optimizer.lr=0.2", "model.hidden=[9]", "recipe=bf16",
                 "data.offset=0", "stats.every=3", 'policy=[{"format":"fp16"}]')
        hashes = {self.hashes("a.json", word)[0] for word in words}
        self.assertEqual(len(hashes | {same}), len(words) + 1)

    def test_the_threads_of_one_run_are_not_those_of_the_next(self):
        self.write("three.json", changed(SMALL, threads=3, name="three"))
        _, reports = self.runs("three.json", "a.json", env={"OMP_NUM_THREADS": "2"})
        self.assertEqual([r["provenance"]["threads"] for r in reports],
                         [{"given": 3, "used": 3}, {"given": "auto", "used": 2}])

    def test_threads_and_name_change_no_bit(self):
        answer, reports = self.runs("a.json", "threads=1,2", "name=one,two")
        self.assertEqual(len({report["determinism"]["final_weights_sha256"] for report in reports}), 1)
        self.assertEqual(len(set(answer.lines)), 2)  # one for each name

    def test_the_largest_memory_of_the_process(self):
        """A wide network has 3,000 x 3,000 weights in float, and more than one tensor of that size."""
        peaks = []
        for hidden, threads in (([8], "1"), ([3000, 3000], "2")):
            name = self.write("a.json", changed(SMALL, model__hidden=hidden, training__steps=1, stats__counters=False))
            _, (report,) = self.runs(name, env={"OMP_NUM_THREADS": threads})
            peaks.append(report["cost"]["peak_rss_bytes_count"])
        self.assertGreater(peaks[0], 1 << 20)
        self.assertLess(peaks[0], 1 << 28)
        self.assertGreater(peaks[1] - peaks[0], 2 * 4 * 3000 ** 2)
        self.assertLess(peaks[1], 1 << 31)

    def test_names_make_safe_directories_and_a_clean_terminal(self):
        names = ("../../up", "/abs", "a b", "ünï", "..", ".", "x" * 300, "-x", "a\nb\u001b[2J")
        for index, name in enumerate(names):
            with self.subTest(name):
                self.write("named.json", changed(SMALL, name=name))
                answer, (report,) = self.runs("named.json", "--out", f"out/{index}")
                self.assertRegex(answer.out, r"^out/\d/[A-Za-z0-9_-][A-Za-z0-9._-]*-[0-9a-f]{12}\n$")
                self.assertEqual(report["run"]["name"], name)
                self.assertIsNone(re.search("[\x00-\x09\x0b-\x1f\x7f]", answer.err), answer)
                self.assertEqual(len(answer.err.splitlines()), 1)
        self.assertEqual(sorted(os.listdir(self.folder)), ["a.json", "named.json", "out"])

    def test_json_answers_one_line_a_run(self):
        answer = self.good("run", "a.json", "seed=1,2", "--json")
        lines = [json.loads(line) for line in answer.lines]
        self.assertEqual([line["status"] for line in lines], ["completed"] * 2)
        self.assertEqual([line["kept"] for line in lines], [False] * 2)
        plain = self.good("run", "a.json", "seed=1,2")
        self.assertEqual([line["directory"] for line in lines], plain.lines)

    def test_a_description_is_no_part_of_a_run(self):
        (plain,), (described,) = (self.good("run", "a.json", *words).lines for words in ((), ("description=what for",)))
        self.assertEqual(plain, described)

    def test_out_may_be_deep_and_absolute(self):
        out = self.path("deep", "er", "out")
        (line,) = self.good("run", "a.json", "--out", out).lines
        self.assertTrue(line.startswith(out + "/"))
        self.report(line)

    def test_statistics_change_no_bit_of_the_weights(self):
        _, reports = self.runs("a.json", "recipe=fp8_hybrid", "stats.counters=true,false", "stats.every=1,2")
        self.assertEqual(len({report["determinism"]["final_weights_sha256"] for report in reports}), 1)
        _, (report,) = self.runs("a.json", "stats.counters=false")
        self.assertNotIn("tensors", report, "what was not measured is an absent key")

    def test_every_shipped_configuration_makes_a_valid_report(self):
        for path in shipped():
            with self.subTest(os.path.basename(path)):
                words = ["~training.epochs"] if "epochs" in load(path)["training"] else []
                answer, (report,) = self.runs(path, "training.steps=2", "stats.every=2", "--quiet", *words)
                expected = "diverged" if os.path.basename(path) == "gpt-e5m2-optimizer.json" else "completed"  # it says so
                self.assertEqual(report["run"]["status"], expected)
                resolved = json.loads(self.read(answer.lines[0], "config.resolved.json"))
                self.assertEqual(conditions.errors(resolved, CONFIG_SCHEMA), [])

    def test_a_dataset_without_validation_and_a_network_without_hidden_layers(self):
        _, (report,) = self.runs("a.json", "data.validation_count=0", "model.hidden=[]")
        self.assertNotIn("validation", report["loss_curve"])
        self.assertNotIn("validation_loss", report["final"])

    def test_large_batches_rise_to_their_learning_rate_in_five_epochs(self):
        path = os.path.join(ROOT, "experiments", "acceptance", "digits-large-batch.json")
        _, (report,) = self.runs(path, "stats.counters=false", "--quiet")
        rates = report["loss_curve"]["lr"]
        steps = 3  # of an epoch: 1,437 samples in batches of 512
        self.assertEqual(len(rates), 20 * steps)
        # From 0.1, the rate for 256, to 0.1 512 / 256; NUMERICS.md section 8, each operation rounded.
        self.assertEqual(rates[:15], [0.1 * (1 + (512 / 256 - 1) * ((t + 1) / (5 * steps))) for t in range(5 * steps)])
        self.assertEqual(set(rates[15:]), {0.2})
        self.assertGreater(report["final"]["validation_accuracy_fraction"], 0.9)  # as its description says

    def test_own_formats_are_called_by_their_names_in_the_report(self):
        own = {"exponent_bits": 3, "mantissa_bits": 3, "bias": 9}
        self.write("own.json", changed(SMALL, formats={"mine": own}, stats__counters=True,
                                       policy=[{"match": {"role": "activation"}, "format": "mine"}]))
        _, (report,) = self.runs("own.json")
        formats = {entry["name"]: entry for entry in report["formats"]}
        self.assertEqual({**formats["mine"], **own}, formats["mine"])
        self.assertEqual({t["format"] for t in report["tensors"] if t["role"] == "activation"}, {"mine"})

    def test_the_report_tells_which_kernels_computed_the_products_and_why(self):
        policy = [{"match": {"layer": "fc1", "role": "accumulator"}, "format": "fp16"},
                  {"match": {"layer": "fc2", "role": "accumulator"}, "format": "e8m22"},
                  {"match": {"layer": "fc3", "role": "accumulator"}, "format": "fp16", "rounding": "toward_zero"}]
        self.write("kernels.json", changed(SMALL, recipe="fp8_hybrid", policy=policy, stats__counters=True,
                                           model__hidden=[8, 8]))
        _, (report,) = self.runs("kernels.json")
        sites = {"/".join(t[k] for k in ("layer", "op", "pass", "role")): t for t in report["tensors"]}
        self.assertTrue(all(("kernels" in t) == (t["role"] == "accumulator") for t in sites.values()))
        first = sites["fc1/dot/forward/accumulator"]["kernels"]
        self.assertEqual(sum(k["products_count"] for k in first), report["run"]["steps_count"])
        self.assertTrue(all(k["kernel"].startswith("tiles: exact products, binary32 sums, rounded again") for k in first),
                        first)
        for layer, words in (("fc2", "panels in binary64: tiles: precision 23 is not 2 to 22; strips: "),
                             ("fc3", "strips: exact products, ")):
            (kernel,) = sites[layer + "/dot/forward/accumulator"]["kernels"]
            self.assertTrue(kernel["kernel"].startswith(words), kernel)

    def test_operations_tell_their_kernels_with_and_without_counters(self):
        steps, layers = 3, ("fc1", "fc2", "fc3", "fc4", "fc5")
        how = ({"format": "fp16", "rounding": "toward_zero"}, {"format": "e8m22"}, {"format": "e4m11"},
               {"format": "bf16", "order": "pairwise"}, {"format": "fp16", "rounding": "stochastic_b", "random_bits": 17})
        policy = [{"match": {"layer": layer, "role": "accumulator"}, **h} for layer, h in zip(layers, how)]
        told = {}
        for counted in (False, True):
            _, (report,) = self.runs(self.write("kernels.json", changed(
                SMALL, recipe="fp8_hybrid", policy=policy, stats__counters=counted, model__hidden=[8] * 5)))
            self.assertEqual("tensors" in report, counted)
            operations = report["cost"]["operations"]
            told[counted] = {(o["layer"], o["op"], o["phase"]): o["kernels"] for o in operations if "kernels" in o}
            of_layers = {key: sum(k["products_count"] for k in kernels) for key, kernels in told[counted].items()}
            wanted = {("loss", "cross_entropy", "forward"): 2 * steps}  # of a softmax's rows, of the samples
            for layer in (*layers, "fc6"):
                wanted.update({(layer, "dot", "forward"): steps, (layer, "dot", "backward"): steps * (1 + (layer != "fc1")),
                               (layer, "bias", "backward"): steps})
            self.assertEqual(of_layers, wanted)
        # The same operations in the words of their sites, where these are counted.
        self.assertEqual(check_report.products_by_kernel(report["tensors"]), check_report.products_by_kernel(operations))
        # Only tiles count by kernels of their own.
        for key, kernels in told[False].items():
            if not any(k["kernel"].startswith("tiles") for k in kernels + told[True][key]):
                self.assertEqual(kernels, told[True][key], key)
        for layer, words in (("fc1", r"strips: .*\(tiles: the rounding is not nearest_even\)"),
                             ("fc2", r"panels in binary64: tiles: precision 23 is not 2 to 22; strips: precision 23 is not"),
                             ("fc3", r"tiles: exact products, binary32 sums(, | rounded to odd, )rounded again"),
                             ("fc4", r"orders: tree: "),
                             ("fc5", r"(panels in binary64|definition): tiles: .*; strips: random numbers have more than 16")):
            for use in told[False][layer, "dot", "forward"]:
                self.assertRegex(use["kernel"], words)
            self.assertIn((layer, "dot", "backward"), told[False])

    def test_copied_directories_keep_their_results(self):
        answer, (report,) = self.runs("a.json")
        shutil.copytree(self.path("results"), self.path("moved"))
        again = self.good("run", "a.json", "--out", "moved", "--json")
        self.assertTrue(json.loads(again.out)["kept"])
        self.assertEqual(self.report(answer.lines[0]), report)


if __name__ == "__main__":
    unittest.main()
