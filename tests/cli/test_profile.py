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
        wanted = {f"{o['layer']}/{o['op']}" if "layer" in o else o["phase"] for o in operations}
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
                            (["--top", "3"], "and ")):
            whole = json.loads(self.good("profile", self.directory, "--json", *words).out)
            self.assertAlmostEqual(sum(row["time_s"] for row in whole["rows"]), seconds, places=9)  # rounding of a sum
            self.assertEqual(sum(row["macs_count"] for row in whole["rows"]), self.complete["cost"]["macs_count"])
            self.assertTrue(any(row["name"].startswith(name) for row in whole["rows"]), whole)
        self.assertEqual(len(whole["rows"]), 4)
        self.assertTrue(all(row["forward_time_fraction"] + row["backward_time_fraction"] <= row["time_fraction"] + 1e-9
                            for row in whole["rows"]))  # rounding of a sum

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
