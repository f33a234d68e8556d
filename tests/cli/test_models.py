"""Convolutional models and layers that a configuration lists: runs, files of weights, errors."""

import json
import struct
import unittest

from program import ProgramTest, SMALL, changed

CONV = {"kind": "conv2d", "channels": 4, "padding": 1}
LISTED = {"kind": "sequential", "layers": [
    {**CONV, "bias": False}, {"kind": "batch_norm", "name": "bn"}, {"kind": "activation", "function": "gelu"},
    {"kind": "residual", "layers": [CONV, {"kind": "rms_norm"}], "shortcut": [{**CONV, "kernel": 1, "padding": 0}]},
    {"kind": "max_pool"}, {"kind": "dropout", "p": 0.25}, {"kind": "flatten"}, {"kind": "linear"}]}
MODELS = [{"kind": "lenet", "padding": 6}, {"kind": "vgg", "widths": [2, 4], "hidden": [8], "dropout": 0.5},
          {"kind": "resnet", "depth": 8, "width": 2, "shortcut": "B"}, LISTED]
HALF = [{"match": {"op": "conv2d"}, "format": "fp16", "rounding": "stochastic_a", "random_bits": 8},
        {"match": {"role": "elementwise"}, "format": "fp16"}]


def config(model, **changes):
    return changed(SMALL, model=model, training__batch_size=16, **changes)


# How sums are made that no tiles serve: in each of the other kernels.
OPERANDS = {"match": {"role": ["weight", "activation", "activation_grad"]}, "format": "fp16"}
SUMS = {"match": {"op": "conv2d", "role": "accumulator"}}
ORDERS = {"pairwise": [{**SUMS, "order": "pairwise"}], "exact": [{**SUMS, "order": "exact"}],
          "unit": [OPERANDS, {**SUMS, "order": "block", "block": "hopper"}],
          "strips": [OPERANDS, {**SUMS, "format": "fp16", "rounding": "stochastic_a", "random_bits": 8}],
          "panels": [{**SUMS, "format": "fp16", "rounding": "toward_zero"}]}


def header(bytes_):
    (length,) = struct.unpack("<Q", bytes_[:8])
    return json.loads(bytes_[8:8 + length])


class Runs(ProgramTest):
    def digests(self, name, *words):
        _, reports = self.runs(name, "--quiet", *words)
        return [report["determinism"] for report in reports]

    def test_threads_change_no_bit(self):
        for i, model in enumerate(MODELS):
            with self.subTest(model["kind"]):
                name = self.write(f"{i}.json", config(model, policy=HALF))
                found = [self.digests(name, f"threads={n}", "--out", f"r{i}-{n}")[0] for n in (1, 2, 3)]
                self.assertEqual(found[0], found[1])
                self.assertEqual(found[0], found[2])

    def test_a_stopped_run_goes_on_to_the_same_weights_and_running_statistics(self):
        for i, model in enumerate(MODELS[2:]):
            with self.subTest(model["kind"]):
                name = self.write(f"{i}.json", config(model, policy=HALF, training__eval_every=1))
                whole = self.good("run", name, "--quiet", "--out", "whole").lines[0]
                self.good("run", name, "--quiet", "--out", "parts", "limits.steps=1", code=75)
                parts = self.good("run", name, "--quiet", "--out", "parts").lines[0]
                for file in ("weights.safetensors", "stats.jsonl"):
                    self.assertEqual(self.read(whole, file), self.read(parts, file), file)

    def test_no_order_of_sums_unfolds_all_images(self):
        """The windows of 1,024 images of 32 x 32 are 108 MiB; sums in fp32 unfold nothing."""
        layers = [{"kind": "conv2d", "channels": 2, "padding": 1}, {"kind": "global_average_pool"}, {"kind": "linear"}]
        name = self.write("a.json", changed(SMALL, model={"kind": "sequential", "layers": layers}, threads=2,
                                            data={"kind": "patterns", "train_count": 1024, "validation_count": 0},
                                            training__steps=1, training__batch_size=1024))

        def peak(policy):
            _, (report,) = self.runs(name, "--quiet", f"policy={json.dumps(policy)}")
            return report["cost"]["peak_rss_bytes_count"]

        plain = peak([])
        for order, policy in ORDERS.items():
            with self.subTest(order):
                self.assertLess(peak(policy) - plain, 64 << 20)

    def test_weights_have_the_names_of_the_framework(self):
        directory = self.good("run", self.write("a.json", config(LISTED)), "--quiet").lines[0]
        arrays = header(self.read(directory, "weights.safetensors"))
        shapes = {name: array["shape"] for name, array in arrays.items() if name != "__metadata__"}
        self.assertEqual(shapes, {
            "0.weight": [4, 1, 3, 3], "bn.weight": [4], "bn.bias": [4], "bn.running_mean": [4],
            "bn.running_var": [4], "3.body.0.weight": [4, 4, 3, 3], "3.body.0.bias": [4], "3.body.1.weight": [4],
            "3.shortcut.0.weight": [4, 4, 1, 1], "3.shortcut.0.bias": [4], "7.weight": [10, 64], "7.bias": [10]})


class Errors(ProgramTest):
    def errors_of(self, model):
        answer = self.good("validate", self.write("a.json", config(model)), code=2)
        return {(error["pointer"], error["code"]): error["text"] for error in answer.errors}

    def test_mistakes_in_lists_of_layers_are_reported_all_at_once(self):
        errors = self.errors_of({"kind": "sequential", "layers": [
            {"kind": "conv", "channels": 4}, {"kind": "conv2d", "chanels": 4}, {"kind": "linear", "name": "a.b"},
            {"kind": "max_pool", "padding": 2}, {"kind": "flatten", "name": "loss"}, {"kind": "flatten", "name": "x"},
            {"kind": "flatten", "name": "x"}, {"kind": "residual", "layers": []},
            {"kind": "residual", "layers": [{"kind": "activation", "function": "gelo"}]},
            {"kind": "linear", "init_std": 1}, {"kind": "linear", "name": "0"}]})
        layers = "/model/layers/"
        self.assertEqual(set(errors), {
            (layers + "0/kind", "E203"), (layers + "1/channels", "E205"), (layers + "1/chanels", "E201"),
            (layers + "2/name", "E206"), (layers + "3/padding", "E206"), (layers + "4/name", "E206"),
            (layers + "6/name", "E206"), (layers + "7/layers", "E204"),
            (layers + "8/layers/0/function", "E203"), (layers + "9/init_std", "E206"), (layers + "10/name", "E206")})
        self.assertIn('did you mean "conv2d"', errors[layers + "0/kind", "E203"])
        self.assertIn('did you mean "gelu"', errors[layers + "8/layers/0/function", "E203"])

    def test_shapes_that_do_not_fit_say_layer_and_both_shapes(self):
        def one(model):
            ((place, text),) = self.errors_of(model).items()
            self.assertEqual(place[1], "E403")
            return place[0], text
        listed = [{"kind": "max_pool", "name": "p"}, {"kind": "residual", "name": "r", "layers": [
            {"kind": "conv2d", "channels": 2, "kernel": 5, "padding": 0}]}, {"kind": "linear"}]
        self.assertEqual(one({"kind": "sequential", "layers": listed}),
                         ("/model/layers/1/layers/0",
                          'layer "r.body.0" got [4][4][1], wanted an image of at least [5][5]'))
        listed[1]["layers"][0]["kernel"] = 3
        self.assertEqual(one({"kind": "sequential", "layers": listed}),
                         ("/model/layers/1", 'layer "r" got [2][2][2], wanted [4][4][1]: its layers must give what '
                                             "its shortcut gives"))
        self.assertEqual(one({"kind": "sequential", "layers": [{"kind": "linear", "features": 7}]}),
                         ("/model", "the network gives [8][8][7], wanted [10]: a number for each class or target of "
                                    "the data"))
        self.assertEqual(one({"kind": "lenet"}),
                         ("/model", 'layer "conv2" got [2][2][6], wanted an image of at least [5][5]'))

    def test_options_out_of_range(self):
        self.assertEqual(set(self.errors_of({"kind": "resnet", "depth": 18, "shortcut": "C"})),
                         {("/model/depth", "E204"), ("/model/shortcut", "E203")})
        self.assertEqual(set(self.errors_of({"kind": "vgg", "widths": [0], "dropout": 1, "init_std": 0.1})),
                         {("/model/widths/0", "E204"), ("/model/dropout", "E204"), ("/model/init_std", "E206")})

    def test_the_average_over_an_image_adds_no_gradients(self):
        layers = [{"kind": "conv2d", "channels": 2}, {"kind": "global_average_pool", "name": "pool"}, {"kind": "linear"}]
        self.write("pool.json", changed(SMALL, model={"kind": "sequential", "layers": layers}))
        sites = self.good("validate", "pool.json", "--sites").out
        self.assertIn("pool/average_pool/dgrad/elementwise", sites)
        self.assertNotIn("pool/average_pool/dgrad/activation_grad", sites)


if __name__ == "__main__":
    unittest.main()
