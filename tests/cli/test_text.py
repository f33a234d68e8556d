"""Texts as data: what is refused, and a run of a transformer."""

import unittest

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
        self.assertIn("a batch of 10000 is larger than the training part, which has 111 windows", error[2])

    def test_losses_and_networks_that_do_not_fit_are_refused(self):
        (error,) = self.errors(loss="mse")
        self.assertIn("these data are tokens", error[2])
        (error,) = self.errors(model={"heads": 3})
        self.assertEqual(error[1], "/model/heads")
        (error,) = self.errors(loss="mse", label_smoothing=0.1)
        self.assertEqual(error[1], "/training/label_smoothing")
        (error,) = self.errors(model={"kind": "bert", "vocabulary": 7})
        self.assertEqual(error[1], "/model/vocabulary")

    def test_a_transformer_runs_and_says_what_it_read(self):
        self.good("run", self.config(), "--out", "out")
        report = self.report("out")
        (file,) = report["provenance"]["data_files"]
        self.assertEqual((file["path"], file["bytes_count"]), ("some.txt", 495))
        self.assertLess(report["final"]["train_loss"], 4)


if __name__ == "__main__":
    unittest.main()
