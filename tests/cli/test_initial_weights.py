"""`exmy run --init`: weights from a safetensors file, written here by hand."""

import json
import struct
import unittest

from arrays import arrays_of, safetensors
from program import ProgramTest, SMALL, changed


class InitialWeights(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("a.json", changed(SMALL, training__optimizer__lr=0.0))
        answer = self.good("run", "a.json", "--out", "first")
        self.theirs = arrays_of(self.read(answer.lines[0], "weights.safetensors"))
        self.given = {name: (shape, [((7 * i) % 32 - 16) / 64 for i in range(len(data) // 4)])
                      for name, (dtype, shape, data) in self.theirs.items()}

    def test_a_network_continues_from_a_file(self):
        bf16 = {name: (shape, [struct.unpack("<HH", struct.pack("<f", x))[1] for x in numbers])  # the upper halves, exact here
                for name, (shape, numbers) in self.given.items()}
        for dtype, code, given in (("F32", "f", self.given), ("F64", "d", self.given), ("F16", "e", self.given),
                                   ("BF16", "H", bf16)):
            self.write("w.safetensors", safetensors(given, dtype, code))
            answer = self.good("run", "a.json", "--init", "w.safetensors", "--out", dtype)
            after = arrays_of(self.read(answer.lines[0], "weights.safetensors"))
            for name, (shape, numbers) in self.given.items():
                self.assertEqual(after[name], ("F32", shape, struct.pack(f"<{len(numbers)}f", *numbers)), name)
        report = json.loads(self.read(answer.lines[0], "report.json"))
        self.assertIn("w.safetensors", [file["path"] for file in report["provenance"]["data_files"]])

    def test_numbers_are_projected_to_the_master_format(self):
        name = next(name for name in self.given if name.endswith("weight"))
        shape, numbers = self.given[name]
        self.given[name] = (shape, [1 + 2**-9] + numbers[1:])  # between two neighbours of bf16
        self.write("w.safetensors", safetensors(self.given))
        rules = [{"match": {"role": "master_weight"}, "format": "bf16"}]
        self.write("b.json", changed(SMALL, training__optimizer__lr=0.0, policy=rules))
        answer = self.good("run", "b.json", "--init", "w.safetensors")
        after = arrays_of(self.read(answer.lines[0], "weights.safetensors"))
        self.assertEqual(struct.unpack("<f", after[name][2][:4]), (1.0,))

    def test_running_statistics_have_a_format_of_their_own(self):
        layers = [{"kind": "batch_norm", "name": "bn"}, {"kind": "flatten"}, {"kind": "linear", "name": "fc"}]
        rules = [{"match": {"role": "master_weight"}, "format": "bf16"}]
        config = changed(SMALL, model={"kind": "sequential", "layers": layers}, policy=rules,
                         training__optimizer__lr=0.0)
        config["model"]["layers"][0]["momentum"] = 0
        self.write("c.json", config)
        answer = self.good("run", "c.json", "--out", "second")
        given = {name: (shape, [0.5] * (len(data) // 4)) for name, (dtype, shape, data) in
                 arrays_of(self.read(answer.lines[0], "weights.safetensors")).items()}
        exact = 1 + 2**-20  # a number of fp32, none of bf16
        given["bn.running_mean"] = given["bn.running_var"] = given["bn.weight"] = ([1], [exact])
        self.write("w.safetensors", safetensors(given))
        answer = self.good("run", "c.json", "--init", "w.safetensors")
        after = arrays_of(self.read(answer.lines[0], "weights.safetensors"))
        for name, number in (("bn.running_mean", exact), ("bn.running_var", exact), ("bn.weight", 1.0)):
            self.assertEqual(struct.unpack("<f", after[name][2]), (number,), name)

    def test_the_file_is_part_of_what_a_run_is(self):
        names = set()
        for value in (1, 2):
            self.given[next(iter(self.given))][1][0] = value
            self.write("w.safetensors", safetensors(self.given))
            names.add(self.good("run", "a.json", "--init", "w.safetensors", "--dry-run").lines[0])
        names.add(self.good("run", "a.json", "--dry-run").lines[0])
        self.assertEqual(len(names), 3)

    def test_everything_that_does_not_fit_is_listed(self):
        names = sorted(self.given)
        shape, numbers = self.given.pop(names[0])
        self.given[names[0] + "s"] = (shape, numbers)
        self.given[names[1]] = ([len(self.given[names[1]][1]), 1], self.given[names[1]][1])
        self.write("w.safetensors", safetensors(self.given))
        answer = self.good("run", "a.json", "--init", "w.safetensors", code=2)
        for text in (f'"{names[0]}" is missing', f'no tensor "{names[0]}s"', f'"{names[1]}" has shape ['):
            self.assertIn(text, answer.err)
        self.assertIn("error[E403] /initial_weights: w.safetensors", answer.err)

    def test_names_beyond_twenty_are_listed_too(self):
        """Another program's file: a prefix before every name, as of a model within a model."""
        deep = {"kind": "mlp", "hidden": [2] * 16}
        self.write("deep.json", changed(SMALL, model=deep, training__batch_size=2000))  # and a problem of another kind
        ours = [f"fc{i}.{part}" for i in range(1, 18) for part in ("bias", "weight")]
        theirs = [f"model.{name}" for name in ours] + ["model?x"]
        self.write("w.safetensors", safetensors({name.replace("?", "\n"): ([2], [0, 0]) for name in theirs}))
        answer = self.good("validate", "deep.json", "initial_weights=w.safetensors", code=2)
        self.assertEqual(sorted(e["text"] for e in answer.errors if e["pointer"] == "/initial_weights"),
                         sorted([f'w.safetensors: the tensor "{name}" is missing' for name in ours] +
                                [f'w.safetensors: the network has no tensor "{name}" of shape [2]'
                                 for name in theirs]))
        self.assertEqual(len(answer.errors), 2 * len(ours) + 2)
        self.assertNotIn("more", answer.err)

    def test_counts_of_batches_are_passed_over(self):
        """num_batches_tracked, which files of PyTorch have and networks here have not."""
        layers = [{"kind": "batch_norm", "name": "bn"}, {"kind": "flatten"}, {"kind": "linear", "name": "fc"}]
        self.write("c.json", changed(SMALL, model={"kind": "sequential", "layers": layers}))
        given = {"bn.weight": ([1], [1]), "bn.bias": ([1], [0]), "bn.running_mean": ([1], [0]), "bn.running_var": ([1], [1]),
                 "fc.weight": ([10, 64], [0] * 640), "fc.bias": ([10], [0] * 10)}
        self.write("without", safetensors(given))
        self.write("with", safetensors({**given, "bn.num_batches_tracked": ([], [7])}))
        for name in ("with", "without"):
            self.good("validate", "c.json", f"initial_weights={name}")
        self.write("like", safetensors({**given, "bn.num_batches": ([], [7])}))
        self.assertIn('no tensor "bn.num_batches"', self.good("validate", "c.json", "initial_weights=like", code=2).err)

    def test_files_that_cannot_be_read(self):
        self.write("empty", b"")
        self.write("cut", safetensors(self.given)[:-1])
        self.write("whole", safetensors({n: (s, [0] * len(x)) for n, (s, x) in self.given.items()}, "I32", "i"))
        for name, text in (("none", "E401"), ("empty", "E402"), ("cut", "E402"), ("whole", "dtype I32")):
            self.assertIn(text, self.good("run", "a.json", "--init", name, code=2).err, name)


if __name__ == "__main__":
    unittest.main()
