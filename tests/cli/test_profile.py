"""exmy profile: where the time and the roundings of runs went, and what reports say of it."""

import json
import re
import unittest

from program import ProgramTest, SMALL, changed

NETWORK = changed(SMALL, model={"kind": "lenet", "padding": 6}, name="letters", training__steps=4, training__eval_every=2,
                  data__validation_count=1700)


class Profile(ProgramTest):
    def operations(self, config=NETWORK):
        answer = self.good("run", self.write("a.json", config), "--out", "r", "--quiet")
        (self.directory,) = answer.lines
        self.complete = self.report(self.directory)
        return self.complete["cost"]["operations"]

    def table(self, *words):
        """Heading, and rows as cells by name."""
        head, _, _, columns, *rows = self.good("profile", self.directory, *words).lines
        self.assertEqual(columns.split(), ["per", "cent", "of", "time", "forward", "backward", "roundings", "MACs"])
        return head, [re.split(r" {2,}", row)[0] for row in rows]

    def test_every_operation_of_the_network_has_its_part(self):
        operations = self.operations()
        shown = json.loads(self.good("show", "a.json", "--json").out)
        found = {(o.get("layer"), o.get("op"), o["phase"]): o for o in operations}
        for o in shown["operations"]:
            for phase, macs in (("forward", "forward_macs_count"), ("backward", "backward_macs_count")):
                row = found[o["layer"], o["op"], phase]
                self.assertEqual(row["macs_count"], o[macs] * 32 * 3 + o[macs] * 1, (o["layer"], o["op"], phase))
                self.assertGreater(row["time_s"], 0)
        for o in operations:
            if o["phase"] == "optimizer":
                self.assertRegex(o["op"], r"^sgd\.(weight|bias)$")
                self.assertGreater(o["emulated_ops_count"], 0)
        for phase in ("evaluation", "statistics", "checkpoint", "other"):
            row = found[None, None, phase]
            self.assertEqual((row["macs_count"], row["emulated_ops_count"]), (0, 0))
        self.assertGreater(found[None, None, "evaluation"]["time_s"], 0)
        self.assertAlmostEqual(sum(o["time_fraction"] for o in operations), 1, places=9)  # rounding of a sum
        self.assertAlmostEqual(sum(o["emulated_ops_fraction"] for o in operations), 1, places=9)  # rounding of a sum

    def test_what_is_counted_does_not_depend_on_statistics(self):
        rows = [[(o.get("layer"), o.get("op"), o["phase"], o["emulated_ops_count"], o["macs_count"])
                 for o in self.operations(changed(NETWORK, stats__counters=counted))] for counted in (False, True)]
        self.assertEqual(*rows)
        # With counters the places say the same.
        by_layer = {}
        for tensor in self.complete["tensors"]:
            if not tensor["op"].startswith("init."):
                by_layer[tensor["layer"]] = by_layer.get(tensor["layer"], 0) + tensor["counters"]["total_count"]
        for layer, total in by_layer.items():
            self.assertEqual(sum(row[3] for row in rows[1] if row[0] == layer), total, layer)

    def test_tables_fit_eighty_columns_and_are_sorted(self):
        operations = self.operations()
        head, names = self.table("--top", "1000")
        self.assertIn("letters: ", head)
        self.assertIn("each of 4 steps", head)
        wanted = {f"{o['layer']}/{o['op']}" if "layer" in o else f"({o['phase']})" for o in operations}
        self.assertEqual(set(names), wanted)
        self.assertEqual(len(names), len(wanted))
        self.assertEqual(self.table()[1][-1], f"and {len(wanted) - 20} more")
        answer = self.good("profile", self.directory, "--top", "1000")
        self.assertLessEqual(max(map(len, answer.lines)), 80, answer.out)
        for order, key in (("time", "time_s"), ("roundings", "emulated_ops_count"), ("multiply-adds", "macs_count")):
            rows = json.loads(self.good("profile", self.directory, "--json", "--sort", order).out)["rows"]
            self.assertEqual([row[key] for row in rows], sorted((row[key] for row in rows), reverse=True))
        self.assertIn("conv2/conv2d", self.table("--sort", "multiply-adds", "--top", "2")[1])

    def test_rows_by_layer_and_by_op_and_the_first_ones_have_the_same_sums(self):
        operations = self.operations()
        seconds = sum(o["time_s"] for o in operations)
        for words, name in (([], "conv1/bias"), (["--by", "layer"], "conv1"), (["--by", "op"], "conv2d"),
                            (["--top", "3"], None)):
            whole = json.loads(self.good("profile", self.directory, "--json", *words).out)
            rows = whole["rows"] + [whole["rest"]] if "rest" in whole else whole["rows"]
            self.assertAlmostEqual(sum(row["time_s"] for row in rows), seconds, places=9)  # rounding of a sum
            for key in ("macs_count", "emulated_ops_count"):
                self.assertEqual(sum(row[key] for row in rows), sum(o[key] for o in operations))
            self.assertTrue(name is None or any(row["name"] == name for row in whole["rows"]), whole)
            self.assertTrue(all(row["forward_time_fraction"] + row["backward_time_fraction"] <= row["time_fraction"] + 1e-9
                                for row in rows))  # rounding of a sum
            self.assertEqual("rest" in whole, words[:1] == ["--top"])
        self.assertEqual(len(whole["rows"]), 3)
        self.assertNotIn("name", whole["rest"])
        count = 3 + whole["rest"]["rows_count"]
        self.assertEqual(count, len(json.loads(self.good("profile", self.directory, "--json").out)["rows"]))
        for top, there in ((count - 1, True), (count, False)):
            whole = json.loads(self.good("profile", self.directory, "--json", "--top", str(top)).out)
            self.assertEqual(("rest" in whole, len(whole["rows"])), (there, top))

    def test_kernels_are_explained_below_the_rows(self):
        slow = {"match": {"layer": "fc2", "role": "accumulator"}, "format": "e8m22"}
        operations = self.operations(changed(NETWORK, policy=[slow]))
        products = sum(k["products_count"] for o in operations for k in o.get("kernels", []))
        table = self.good("profile", self.directory).out
        for words in ([], ["--by", "layer"], ["--by", "op"], ["--top", "3"], ["--top", "100"]):
            rows = json.loads(self.good("profile", self.directory, "--json", *(words or ["--top", "20"])).out)
            rows = rows["rows"] + [rows["rest"]] if "rest" in rows else rows["rows"]
            self.assertEqual(sum(k["products_count"] for row in rows for k in row.get("kernels", [])), products)
            answer = self.good("profile", self.directory, "--explain", *words)
            self.assertTrue(words or answer.out.startswith(table + "\n"))
            self.assertLessEqual(max(map(len, answer.lines)), 80, answer.out)
            told, lines = {}, answer.lines[answer.lines.index("kernels of matrix products and sums over rows:") + 1:]
            for line in lines:
                if not line.startswith(" "):
                    uses = told[line] = []
                elif line.startswith("    "):
                    uses[-1] += " " + line.strip()
                else:
                    uses.append(line.strip())
            self.assertEqual(told, {row.get("name", list(told)[-1]): [f"{k['products_count']} by {k['kernel']}"
                                                                      for k in row["kernels"]]
                                    for row in rows if "kernels" in row})
        self.assertTrue(any("by panels in binary64: tiles: precision 23 is not 2 to 22; strips: " in use
                            for use in told["fc2/dot"]), told)
        for o in operations:
            o.pop("kernels", None)
        self.write(f"{self.directory}/report.json", self.complete)  # of an older program
        self.assertEqual(self.good("profile", self.directory).out, table)
        self.assertEqual(self.good("profile", self.directory, "--explain").lines[-1],
                         "no kernels of matrix products are told in this report")

    def test_several_runs_and_what_is_none(self):
        self.operations()
        self.good("run", "a.json", "seed=2", "--out", "r", "--quiet")
        self.assertEqual(len(self.good("profile", "r", "--json").lines), 2)
        self.assertIn("--by", self.good("profile", "r", "--by", "role", code=2).err)
        self.assertIn("--sort", self.good("profile", "r", "--sort", "name", code=2).err)
        self.assertIn("--top", self.good("profile", "r", "--top", "0", code=2).err)
        self.good("profile", "nowhere", code=2)
        del self.complete["cost"]["operations"]
        self.write(f"{self.directory}/report.json", self.complete)
        self.assertIn("did not measure", self.good("profile", self.directory, code=4).err)

    def test_incomplete_runs_are_told(self):
        self.operations(SMALL)
        config = self.read(self.directory, "config.resolved.json")
        for name in "bcdefg":
            self.write(f"r/{name}/config.resolved.json", config)
        answer = self.good("profile", "r", "--json")
        self.assertEqual(len(answer.lines), 1)
        compared = self.good("compare", "r").err
        self.assertIn("incomplete: r/b (", compared)
        self.assertTrue(compared.endswith(") and 1 more\n"), compared)
        self.assertEqual(answer.err, compared.replace("not compared", "not shown"))
        self.assertEqual(self.good("profile", self.directory).err, "")
        answer = self.good("profile", "r/b", code=2)
        self.assertRegex(answer.err, r"\Anot shown, incomplete: r/b \(\w+\)\nnothing to show: no run is complete\n\Z")

    def test_reports_that_cannot_be_read_do_not_hide_the_others(self):
        self.operations(SMALL)
        old = json.loads(json.dumps(self.complete))
        del old["cost"]["operations"]
        for name, content in (("1", old), ("2", b"{"), ("4", {**self.complete, "schema_version": 2})):
            self.write(f"old/{name}/report.json", content)
        for words in ([], ["--json"]):
            alone = self.good("profile", self.directory, *words).out
            answer = self.good("profile", "old/1", "old/2", self.directory, "old/4", *words, code=4)
            self.assertEqual(answer.out, alone)
            self.assertEqual([line.split(":")[0] for line in answer.err.splitlines()],
                             [f"old/{name}/report.json" for name in "124"])
            self.assertIn("schema_version is 2, this program reads 1", answer.err)
        self.assertEqual(self.good("profile", "old", code=4).out, "")

    def test_a_layer_may_be_named_like_a_phase(self):
        layers = [{"name": name, "kind": "linear", "features": 10} for name in ("evaluation", "other")]
        self.operations(changed(NETWORK, model={"kind": "sequential", "layers": [{"kind": "flatten"}, *layers]}))
        rows = json.loads(self.good("profile", self.directory, "--json", "--by", "layer").out)["rows"]
        names = [row["name"] for row in rows]
        for name in ("evaluation", "(evaluation)", "other", "(other)"):
            self.assertEqual(names.count(name), 1, names)

    def test_numbers_that_no_run_has(self):
        operations = self.operations(SMALL)
        for key, bad in [(key, bad) for key in ("emulated_ops_count", "macs_count")
                         for bad in (-3, 1.5, "3", None, True, 2**64, 1e30)] + \
                        [("time_s", bad) for bad in (-1, -1e-9, "1", None, True)]:
            wrong = json.loads(json.dumps(self.complete))
            wrong["cost"]["operations"][-1][key] = bad
            self.write(f"{self.directory}/report.json", wrong)
            answer = self.good("profile", self.directory, code=4)
            self.assertIn(f"report.json: {key} is ", answer.err)
            self.assertEqual(answer.out, "")
        for key, large in (("emulated_ops_count", 2**64 - 1), ("macs_count", 2**63), ("time_s", 1.7e308)):
            wrong = json.loads(json.dumps(self.complete))
            for o in wrong["cost"]["operations"]:
                o[key] = large
            self.write(f"{self.directory}/report.json", wrong)
            self.assertIn("too large", self.good("profile", self.directory, code=4).err)
        for uses, text in (([{"kernel": "a", "products_count": -1}], "products_count is -1"), ({}, "not the report"),
                           ([{"kernel": "a", "products_count": 2**63}], "too large"), ([{"kernel": "a"}], "not the report"),
                           ([{"kernel": 3, "products_count": 1}], "not the report"), (3, "not the report")):
            wrong = json.loads(json.dumps(self.complete))
            for o in wrong["cost"]["operations"]:
                o["kernels"] = uses
            self.write(f"{self.directory}/report.json", wrong)
            self.assertIn(text, self.good("profile", self.directory, code=4).err)
        for change in ({"run": {**self.complete["run"], "steps_count": -1}}, {"cost": {"operations": None}},
                       {"cost": {"operations": 3}}, {"cost": {"operations": {}}}, {"cost": {"operations": [3]}}):
            self.write(f"{self.directory}/report.json", {**self.complete, **change})
            self.assertIn("report.json: ", self.good("profile", self.directory, code=4).err)
        for o in operations:
            o.update(time_s=0, emulated_ops_count=0, macs_count=0)
        self.write(f"{self.directory}/report.json", self.complete)
        self.assertIn(": 0.00 s, 0 ms", self.good("profile", self.directory).out)

    def test_the_help_says_where_the_optimiser_is(self):
        self.assertIn("the optimiser's time is in time alone", self.good("profile", "--help").out)

    def test_a_text_names_its_vocabulary(self):
        self.write("some.txt", "zwölf Boxkämpfer jagen\n" * 20)
        for unit in ("bytes", "characters"):
            config = changed(SMALL, data={"kind": "text", "path": "some.txt", "context": 4, "unit": unit},
                             model={"kind": "gpt", "layers": 1, "heads": 1, "width": 2}, training__batch_size=2)
            self.operations(config)
            vocabulary = self.complete["data"]["vocabulary"]
            self.assertEqual((vocabulary["unit"], vocabulary["tokens_count"]), (unit, len(vocabulary["codes"])))
            text = "zwölf Boxkämpfer jagen\n"
            self.assertEqual(vocabulary["codes"],
                             sorted(set(text.encode() if unit == "bytes" else map(ord, text))))


if __name__ == "__main__":
    unittest.main()
