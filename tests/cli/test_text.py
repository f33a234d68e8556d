"""Texts as data: what is refused, and a run of a transformer."""

import json
import unittest

from arrays import arrays_of
from program import ProgramTest

GPT = {"kind": "gpt", "layers": 1, "heads": 2, "width": 8}
TEXT = {"kind": "text", "path": "some.txt", "context": 4}


class Text(ProgramTest):
    def config(self, data=None, model=None, **training):
        self.write("some.txt", "in the beginning was a short text, and it was repeated\n" * 9)
        return self.write("config.json", {
            "model": {**GPT, **(model or {})}, "data": {**TEXT, **(data or {})},
            "training": {"steps": 2, "batch_size": 4, "optimizer": {"kind": "sgd", "lr": 0.1}, **training}})

    def errors(self, *arguments, **training):
        answer = self.good("validate", self.config(*arguments, **training), code=2)
        return [(error["code"], error["pointer"], error["text"]) for error in answer.errors]

    def test_everything_wrong_with_a_text_is_told_at_once(self):
        found = self.errors({"vocabulary": "abcdefghijklmnopqrstuvwxyz", "context": 5000})
        self.assertEqual([pointer for _, pointer, _ in found], ["/data/path"] * 5)
        for error, words in zip(found, ["byte 54: byte 0x0A", "byte 2: byte 0x20", "byte 33: byte 0x2C",
                                        "the training part has 446 tokens", "the validation part has 49 tokens"]):
            self.assertIn(words, error[2])

    def test_a_batch_larger_than_the_data_is_refused(self):
        (error,) = self.errors(batch_size=10000)
        self.assertEqual(error, ("E403", "/training/batch_size",
                                 "a batch of 10000 is larger than the training part, which has 111 windows"))

    def test_losses_and_networks_that_do_not_fit_are_refused(self):
        for loss in ("mse", "bce"):
            (error,) = self.errors(loss=loss)
            self.assertIn("these data are tokens", error[2])
            (error,) = self.errors(loss=loss, label_smoothing=0.1)
            self.assertEqual(error[1], "/training/label_smoothing")
        (error,) = self.errors(model={"heads": 3})
        self.assertEqual(error[1], "/model/heads")
        (error,) = self.errors(model={"kind": "bert", "vocabulary": 7})
        self.assertEqual(error[1], "/model/vocabulary")

    def test_a_transformer_runs_and_says_what_it_read(self):
        _, (report,) = self.runs(self.config())
        (file,) = report["provenance"]["data_files"]
        self.assertEqual((file["path"], file["bytes_count"]), ("some.txt", 495))
        self.assertLess(report["final"]["train_loss"], 4)


class TokensOfTables(ProgramTest):
    """A CSV whose features are tokens, for a network that begins with an embedding."""

    def config(self, rows, model=None, **changes):
        self.write("tokens.csv", "".join(",".join(map(str, row)) + "\n" for row in rows))
        bert = {"kind": "bert", "layers": 1, "heads": 1, "width": 4, "head": "classes", "vocabulary": 20}
        return self.write("config.json", {
            "model": model or bert, "data": {"kind": "csv", "path": "tokens.csv", "tokens": True, "validation_count": 0},
            "training": {"steps": 1, "batch_size": len(rows), "optimizer": {"kind": "sgd", "lr": 0.1}}, **changes})

    def refused_with(self, *arguments, **changes):
        (error,) = self.good("validate", self.config(*arguments, **changes), code=2).errors
        return error["pointer"], error["text"]

    def test_tokens_enter_as_they_are(self):
        narrow = [{"match": {"role": "activation"}, "format": "e2m1fn"}]  # which would make 16 of 17, and 4 of that
        hashes = set()
        for token in (16, 17):
            answer = self.good("run", self.config([(token, 3, 0), (2, 1, 1)] * 4, policy=narrow))
            report = json.loads(self.read(answer.lines[0], "report.json"))
            hashes.add(report["determinism"]["final_weights_sha256"])
        self.assertEqual(len(hashes), 2)
        self.assertNotIn("input/data", self.good("validate", "config.json", "--sites").out)

    def test_padding_takes_no_part(self):
        """The table's row of a token that is only padding stays, for no gradient reaches it; and so do all, whichever it is."""
        def weights(token, **data):
            rows = [(5, 3, 8, 0), (2, 1, token, 1), (7, token, token, 0), (9, 5, 4, 1)]
            source = {"kind": "csv", "path": "tokens.csv", "tokens": True, "validation_count": 0, **data}
            (directory,) = self.good("run", self.config(rows, data=source), "--quiet").lines
            table = arrays_of(self.read(directory, "weights.safetensors"))["wte.weight"][2]
            return [table[i:i + 16] for i in range(0, len(table), 16)]  # 4 numbers of binary32
        first, second, unused = weights(0, padding=0), weights(19, padding=19), weights(0)
        self.assertEqual(first, second)
        self.assertNotEqual(first[0], unused[0])
        self.assertNotEqual(first[2], unused[2])
        error = self.refused_with([(1, 3, 0), (2, 1, 1)], data={"kind": "csv", "path": "tokens.csv", "padding": 0})
        self.assertEqual(error, ("/data/padding", 'padding is a token: "tokens" is false'))

    def test_what_is_no_token_is_refused_before_training(self):
        good = [(1, 3, 0), (2, 1, 1)] * 4
        self.assertIn('tokens.csv:9:3: "0.5", wanted a token', self.refused_with([*good, (1, 0.5, 0)])[1])
        pointer, text = self.refused_with([*good, (20, 1, 0)])
        self.assertEqual((pointer, text), ("/model", 'layer "wte" got [2], wanted tokens 0 to 19: the data and their padding have up to 20'))
        pointer, text = self.refused_with(good, data={"kind": "csv", "path": "tokens.csv", "validation_count": 0})
        self.assertEqual((pointer, text), ("/model", 'layer "wte" got [2], wanted tokens: it gets numbers'))

    def test_only_the_first_layer_gets_tokens(self):
        """Behind another layer an embedding would look up what that layer made of them."""
        rows = [(0, 1, 2, 3, 4, 5, 0), (5, 1, 4, 2, 0, 3, 5)] * 4
        data = {"kind": "csv", "path": "tokens.csv", "tokens": True, "padding": 5, "validation_count": 0}
        after = [{"kind": "attention"}, {"kind": "flatten"}, {"kind": "linear"}]
        embedding = {"kind": "embedding", "name": "e", "width": 4}
        for first in ({"kind": "dropout", "p": 0.99}, {"kind": "linear", "features": 12}, {"kind": "layer_norm"},
                      {"kind": "flatten"}, {"kind": "residual", "layers": [{"kind": "activation"}]}):
            model = {"kind": "sequential", "layers": [first, embedding, *after]}
            pointer, text = self.refused_with(rows, model, data=data)
            self.assertEqual(pointer, "/model/layers/1")
            self.assertTrue(text.endswith("wanted tokens: it gets numbers"), text)
        for layers in ([embedding, {"kind": "position"}, *after],
                       [{"kind": "residual", "layers": [embedding], "shortcut": [embedding]}, *after]):
            self.good("run", self.config(rows, {"kind": "sequential", "layers": layers}, data=data))

    def test_padding_is_a_token_of_the_network(self):
        def data(padding):
            return {"kind": "csv", "path": "tokens.csv", "tokens": True, "padding": padding, "validation_count": 0}
        rows = [(1, 3, 0), (2, 1, 1)] * 4
        self.good("validate", self.config(rows, data=data(19)))  # though no sample has it
        pointer, text = self.refused_with(rows, data=data(20))
        self.assertEqual((pointer, text), ("/model", 'layer "wte" got [2], wanted tokens 0 to 19: the data and their '
                                           "padding have up to 20"))
        for wrong in (-1, 65536):
            self.assertEqual(self.refused_with(rows, data=data(wrong)),
                             ("/data/padding", f"expected an integer in [0, 65535], got {wrong}"))

    def test_a_network_that_answers_for_each_token_needs_labels_for_each(self):
        for model in ({"kind": "gpt", "layers": 1, "heads": 1, "width": 4},
                      {"kind": "sequential", "layers": [{"kind": "embedding", "width": 4}, {"kind": "linear"}]}):
            pointer, text = self.refused_with([(0, 1, 0), (1, 0, 1)] * 4, model)
            self.assertEqual((pointer, text), ("/model", "the network gives [2][2], wanted [2]: a number for each class "
                                               "or target of the data"))


if __name__ == "__main__":
    unittest.main()
