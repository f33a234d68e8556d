"""exmy show: the network as a table, on standard output."""

import json
import unittest

from program import ProgramTest, SMALL, changed

POLICY = [{"match": {"op": ["dot", "conv2d"], "role": ["weight", "activation"]}, "format": "e4m3fn"},
          {"match": {"op": ["dot", "conv2d"], "role": "activation_grad"}, "format": "e5m2", "rounding": "stochastic_a",
           "random_bits": 9},
          {"match": {"op": "dot", "role": "weight"}, "scale": {"granularity": "tensor", "source": "static", "value": 0.5}},
          {"match": {"op": "conv2d", "role": "accumulator"}, "order": "chunked", "chunk": 32,
           "outer": {"format": "fp16", "rounding": "toward_zero"}}]


def config(model, **changes):
    return changed(SMALL, model=model, **changes)


def macs_of_lenet(side):
    """Multiply-adds of a forward pass for images of side x side x 1, the sides of the maps counted by hand."""
    first = side + 12 - 4
    second = first // 2 - 4
    flat = (second // 2) ** 2 * 16
    return first**2 * 6 * 25 + second**2 * 16 * 150 + flat * 120 + 120 * 84 + 84 * 10, flat


class Show(ProgramTest):
    def json_of(self, config, *words):
        (line,) = self.good("show", self.write("a.json", config), "--json", *words).lines
        return json.loads(line)

    def test_shapes_parameters_and_multiply_adds_of_lenet(self):
        shown = self.json_of(config({"kind": "lenet", "padding": 6}, policy=POLICY))
        macs, flat = macs_of_lenet(8)
        self.assertEqual(flat, 64)
        self.assertEqual(shown["forward_macs_count"], macs)
        self.assertEqual(shown["parameters_count"], 61706 - (400 - flat) * 120)
        rows = [(o["layer"], o["op"], o["inputs"], o["output"]) for o in shown["operations"]]
        self.assertEqual(rows[:5], [("conv1", "conv2d", [[8, 8, 1]], [16, 16, 6]),
                                    ("conv1", "bias", [[16, 16, 6]], [16, 16, 6]),
                                    ("conv1", "tanh", [[16, 16, 6]], [16, 16, 6]),
                                    ("pool1", "average_pool", [[16, 16, 6]], [8, 8, 6]),
                                    ("conv2", "conv2d", [[8, 8, 6]], [4, 4, 16])])
        self.assertEqual(rows[8][1:], ("flatten", [[2, 2, 16]], [64]))
        self.assertEqual(rows[-1][0], "loss")
        first, fc3 = shown["operations"][0], shown["operations"][-3]
        self.assertEqual((first["parameters"], first["forward_macs_count"], first["backward_macs_count"]),
                         ({"conv1.weight": 150}, 256 * 150, 256 * 150))  # no gradient of the data
        self.assertEqual((fc3["layer"], fc3["backward_macs_count"]), ("fc3", 2 * 840))
        # Every element of conv2's input sums over all taps, those outside of the map too.
        self.assertEqual(shown["backward_macs_count"], 2 * macs - 256 * 150 - 16 * 2400 + 64 * 2400)

    def test_roles_have_format_rounding_scale_and_order(self):
        shown = self.json_of(config({"kind": "lenet", "padding": 6}, policy=POLICY))
        how = {(o["layer"], o["op"], role["role"]): role["how"] for o in shown["operations"] for role in o["roles"]}
        self.assertEqual(how["conv1", "conv2d", "weight"], "e4m3fn nearest_even")
        self.assertEqual(how["conv2", "conv2d", "activation_grad"], "e5m2 stochastic_a of 9 bits")
        self.assertEqual(how["conv1", "conv2d", "accumulator"],
                         "fp32 nearest_even chunked, chunks of 32, outer fp16 toward_zero")
        self.assertEqual(how["fc1", "dot", "accumulator"], "fp32 nearest_even sequential")
        self.assertEqual(how["fc1", "dot", "weight"], "e4m3fn nearest_even scale 0x1p-1")
        self.assertEqual(how["fc1", "dot", "product"], "exact")

    def test_log_softmax_and_binary_cross_entropy(self):
        layers = [{"kind": "flatten"}, {"kind": "linear"}, {"kind": "log_softmax", "name": "log"}]
        shown = self.json_of(config({"kind": "sequential", "layers": layers}, training__loss="bce"))
        rows = [(o["layer"], o["op"], o["output"]) for o in shown["operations"]]
        self.assertEqual(rows[-2:], [("log", "log_softmax", [10]), ("loss", "bce", [1])])
        roles = {role["role"]: role["sites"] for role in shown["operations"][-1]["roles"]}
        self.assertEqual(roles, {"accumulator": ["loss/bce/forward/accumulator"],
                                 "loss": ["loss/bce/forward/loss", "loss/bce/dgrad/loss"]})

    def test_every_site_is_shown_once(self):
        shown = self.json_of(config({"kind": "resnet", "depth": 8, "width": 2, "shortcut": "B"}, policy=POLICY))
        roles = [role for o in shown["operations"] for role in o["roles"]] + shown["data"] + shown["updates"]
        sites = sorted(site for role in roles for site in role["sites"])
        validated = self.good("validate", "--sites", "a.json").lines[1:]
        self.assertEqual(sites, sorted(line.split("  ")[0] for line in validated))

    def test_the_text_fits_eighty_columns_and_says_what_the_json_says(self):
        for model in ({"kind": "resnet", "depth": 14, "width": 4}, {"kind": "vgg"}, {"kind": "mlp"}):
            with self.subTest(model["kind"]):
                rules = POLICY[:-1] if model["kind"] == "mlp" else POLICY  # the last one is for convolutions
                shown = self.json_of(config(model, policy=rules))
                answer = self.good("show", "a.json")
                self.assertEqual(answer.err, "")
                self.assertLessEqual(max(map(len, answer.lines)), 80, answer.out)
                for o in shown["operations"]:
                    self.assertIn(o["layer"], answer.out)
                    shape = "x".join(map(str, o["output"]))
                    self.assertRegex(answer.out, rf"{o['op']} .*-> {shape}")
                    for role in o["roles"]:
                        self.assertIn(role["role"], answer.out)
                total = f"total +{shown['parameters_count']} +{shown['forward_macs_count']}"
                self.assertRegex(answer.out.replace("\n", " "), total)
        self.assertEqual(self.files(), ["a.json"])

    def test_operations_treated_alike_share_a_letter(self):
        out = self.good("show", self.write("a.json", config({"kind": "mlp", "hidden": [8, 8, 8, 8]}))).out
        letters = [line.split()[-1] for line in out.split("\n") if " dot " in line and "->" in line]
        self.assertEqual(len(letters), 5)
        self.assertEqual(len(set(letters)), 2, out)  # the first has no gradient of its input
        self.assertIn("fc2/dot, fc3/dot, fc4/dot and 1 more", out)

    def test_several_configurations_and_overrides(self):
        self.write("a.json", SMALL)
        lines = self.good("show", "a.json", "model.hidden=[3],[4]", "--json").lines
        self.assertEqual([json.loads(line)["operations"][0]["parameters"] for line in lines], [{}, {}])
        self.assertEqual([json.loads(line)["parameters_count"] for line in lines],
                         [64 * n + n + 10 * n + 10 for n in (3, 4)])
        self.assertIn("no configuration file", self.good("show", "seed=1", code=2).err)
        self.assertEqual(self.good("show", "a.json", "model.hidden=x", code=2).out, "")


if __name__ == "__main__":
    unittest.main()
