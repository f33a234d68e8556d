"""Data files that are missing, truncated or unfit: refused before anything is run, with the place."""

import gzip
import os
import unittest

import panel
from program import ProgramTest, ROOT, SMALL, changed

CSV = {"short.csv": ("a,b,y\n1,2,0\n2,3\n", "short.csv:3:3", "2 fields, wanted 3"),
       "word.csv": ("a,b,y\n1,2,0\n2,x,1\n", "word.csv:3:3", '"x"'),
       "nan.csv": ("1,2,0\n1,nan,1\n", "nan.csv:2:3", "finite"),
       "label.csv": ("1,2,0\n1,2,0.5\n", "label.csv:2:5", "label"),
       "empty.csv": ("", "empty.csv", "no rows"),
       "quote.csv": ('1,2,0\n1,"2,0\n', "quote.csv:2:3", "quote"),
       "one.csv": ("1\n2\n", "one.csv:1:1", "one column")}


class Data(ProgramTest):
    def refused_data(self, data, code, *said, **changes):
        config = changed(SMALL, data=data, **changes)
        name = self.write("refused.json", config)
        answer = self.good("run", name, "--out", "out", code=2)
        (error,) = answer.errors
        self.assertEqual((error["code"], answer.out), (code, ""), answer)
        self.assertTrue(error["pointer"].startswith("/data"), answer)
        for text in said:
            self.assertIn(text, error["text"])
        self.assertNotIn("out", self.files())
        return error

    def test_missing_files_are_named_with_the_reason(self):
        for name, content in panel.data_files().items():
            self.write(name, content)
        for data in ({"kind": "csv", "path": "nowhere.csv"}, {"kind": "digits", "path": "nowhere.txt"},
                     {**panel.idx_data(), "train_images": "nowhere"}):
            self.refused_data(data, "E401", "nowhere", "No such file")
        self.refused_data({"kind": "csv", "path": "."}, "E401", "Is a directory")

    def test_the_key_that_names_the_file_is_the_place_of_the_problem(self):
        error = self.refused_data({"kind": "csv", "path": "nowhere.csv"}, "E401")
        self.assertEqual(error["pointer"], "/data/path")
        for name, content in panel.data_files().items():
            self.write(name, content)
        error = self.refused_data({**panel.idx_data(), "validation_labels": "labels"}, "E402")
        self.assertEqual(error["pointer"], "/data/validation_labels")

    def test_csv(self):
        for name, (text, place, said) in CSV.items():
            with self.subTest(name):
                self.write(name, text)
                self.refused_data({"kind": "csv", "path": name}, "E402", place, said)
        self.write("good.csv", "1,2,0\n3,4,1\n5,6,2\n")
        for change, said in (({"label_index": 3}, "0..2"), ({"label": "y"}, "header"),
                             ({"classes_count": 2}, "0..1"),
                             ({"validation_count": 3}, "3"), ({"separator": ";"}, "one column")):
            with self.subTest(change):
                self.refused_data({"kind": "csv", "path": "good.csv", **change}, "E402", "good.csv", said)

    def test_idx(self):
        for name, content in panel.data_files().items():
            self.write(name, content)
        good = panel.data_files()
        self.write("truncated", good["images"][:-1])
        self.write("header", good["images"][:7])
        self.write("padded", good["images"] + b"\0")
        self.write("torn.gz", gzip.compress(good["images"])[:-12])
        self.write("damaged.gz", gzip.compress(good["images"])[:14] + b"\xff\xff\xff\xff")
        cases = {"truncated": "9 x 2 x 2", "header": "header of 16 bytes", "padded": "9 x 2 x 2",
                 "labels": "magic", "torn.gz": "ends early", "damaged.gz": "gzip"}
        for name, said in cases.items():
            with self.subTest(name):
                self.refused_data({**panel.idx_data(), "train_images": name}, "E402", name, said)
        self.refused_data({**panel.idx_data(), "train_labels": "labels6"}, "E402", "6 labels, wanted 9")
        self.refused(changed(SMALL, data={**panel.idx_data(), "classes_count": 2}),
                     ("E402", "/data/train_labels", "byte 10: label 2, wanted 0..1; 1 more label is out of range, at byte 13"),
                     ("E402", "/data/validation_labels", "byte 10: label 2, wanted 0..1"))

    def test_cifar10_names_everything_that_is_wrong_with_any_file(self):
        for name, content in panel.data_files().items():
            self.write(name, content)
        good = panel.data_files()["cifar/two.bin"]
        self.write("cifar/short.bin", good[:-1])
        self.write("cifar/label.bin", good[:3073] + b"\x0b" + good[3074:])
        self.write("cifar/empty.bin", "")
        self.refused_data({**panel.CIFAR10, "train_files": ["short.bin"]}, "E402", "short.bin",
                          "6145 bytes, wanted a multiple of 3073")
        self.refused_data({**panel.CIFAR10, "validation_files": ["label.bin"]}, "E402", "byte 3073: label 11")
        files = ["label.bin", "nowhere.bin", "two.bin", "empty.bin"]
        data = {**panel.CIFAR10, "train_files": files, "validation_files": ["short.bin"]}
        config = changed(SMALL, data=data)
        answer = self.good("run", self.write("refused.json", config), "--out", "out", code=2)
        found = sorted((error["code"], error["pointer"], error["text"].split(":")[0])
                       for error in answer.errors)
        self.assertEqual(found, [("E401", "/data/path", os.path.join("cifar", "nowhere.bin"))] +
                         [("E402", "/data/path", os.path.join("cifar", name))
                          for name in ("empty.bin", "label.bin", "short.bin")])

    def test_cifar10_files_are_part_of_a_runs_identity(self):
        for name, content in panel.data_files().items():
            self.write(name, content)
        self.write("a.json", changed(SMALL, data=panel.CIFAR10, training__batch_size=2))
        first, (report,) = self.runs("a.json")
        self.assertEqual([file["path"] for file in report["provenance"]["data_files"]],
                         [os.path.join("cifar", name) for name in ("two.bin", "one.bin.gz", "one.bin.gz")])
        self.write("cifar/two.bin", panel.data_files()["cifar/two.bin"][:-1] + b"\0")
        self.assertNotEqual(first.out, self.good("run", "a.json").out, "other data, other experiment")

    def test_digits(self):
        with open(os.path.join(ROOT, "experiments", "data", "digits-8x8.txt"), encoding="ascii") as file:
            text = file.read()
        for name, content, said in (("cut", text[:-5], "129384"),
                                    ("twice", text[:72] + text[:72] + text[144:], "before"),
                                    ("letter", text[:20] + "z" + text[21:], "letter"),
                                    ("none", "", "0 bytes")):
            with self.subTest(name):
                self.write(name, content)
                self.refused_data({"kind": "digits", "path": name}, "E402", name, said)

    def test_idx_and_csv_name_everything_that_is_wrong_at_once(self):
        good = panel.data_files()
        for name, content in {**good, "cut": good["images"][:-1], "label": good["labels6"][:-1] + b"\x4d"}.items():
            self.write(name, content)
        idx = {**panel.idx_data(), "train_images": "labels", "train_labels": "images", "validation_images": "cut",
               "validation_labels": "label", "validation_limit": None}
        self.refused(changed(SMALL, data=idx), ("E402", "/data/train_images", "labels: byte 0: magic"),
                     ("E402", "/data/train_labels", "images: byte 0: magic"),
                     ("E402", "/data/validation_images", "9 x 2 x 2 as the header declares"),
                     ("E402", "/data/validation_labels", "label: byte 13: label 77, wanted 0..2"))
        idx = {**panel.idx_data(), "train_labels": "cut", "validation_labels": "cut"}  # one file, two keys
        self.refused(changed(SMALL, data=idx), *(("E402", f"/data/{part}_labels", "cut: byte 0: magic")
                                                 for part in ("train", "validation")))
        self.write("rows.csv", "1,2,0\n" + "2,x,0\n" * 14 + "3,4,-1\n")
        answer = self.refused(changed(SMALL, data={"kind": "csv", "path": "rows.csv"}),
                              *[("E402", "/data/path", '3: "x", wanted a finite')] * 10,
                              ("E402", "/data/path", "rows.csv: 5 more problems"))
        self.assertTrue(answer.errors[9]["text"].startswith("rows.csv:11:3:"), answer)

    def test_a_batch_or_a_step_larger_than_the_data_is_refused(self):
        for name, content in panel.data_files().items():
            self.write(name, content)
        kinds = [({"kind": "digits"}, 1437), ({"kind": "xor", "train_count": 40}, 40),
                 ({**panel.PATTERNS, "train_count": 12}, 12), (panel.idx_data(), 8), (panel.CIFAR10, 2),
                 (panel.csv_data("comma.csv"), 10), ({"kind": "text", "path": "some.txt", "context": 4}, 179)]
        for data, count in kinds:
            text = data["kind"] == "text"
            units, model = ("windows", {"kind": "gpt", "layers": 1, "heads": 1, "width": 2}) if text else \
                ("samples", panel.TINY)
            part = f"is larger than the training part, which has {count} {units}"
            with self.subTest(data["kind"]):
                def config(**training):
                    return changed(SMALL, model=model, data=data, training={**SMALL["training"], **training})
                self.good("validate", self.write("a.json", config(batch_size=count)))
                self.refused(config(batch_size=count + 1),
                             ("E403", "/training/batch_size", f"a batch of {count + 1} {part}"))
                self.good("validate", self.write("a.json", config(batch_size=1, accumulate=count)))
                self.refused(config(batch_size=1, accumulate=count + 1),
                             ("E403", "/training/accumulate", f"a step of {count + 1} micro-batches of 1 {part}"))
        half = {"batch_size": 21, "accumulate": 2, "optimizer": panel.SGD, "steps": 1}  # 42 of 40
        self.refused(changed(SMALL, data=kinds[1][0], training=half),
                     ("E403", "/training/accumulate", "a step of 2 micro-batches of 21"))
        answer = self.refused(changed(SMALL, data={"kind": "xor", "train_count": 31}),  # the size that is the default
                              ("E403", "/training/batch_size", "a batch of 32"))
        self.assertNotEqual(answer.errors[0]["line"], None)

    def test_no_check_hides_another(self):
        """Data, initial weights, shapes and rules: whatever can be judged without what is wrong."""
        dead = [{"match": {"layer": "fc9"}, "format": "bf16"}]
        dead_rule = ("E301", "/policy/0", "matches no site")
        batch = ("E403", "/training/batch_size", "a batch of 8000")
        config = changed(SMALL, policy=dead, training__batch_size=8000)
        self.write("tiny", panel.safetensors(panel.TINY_WEIGHTS))
        answer = self.refused({**config, "initial_weights": "nowhere"}, batch, dead_rule,
                              ("E401", "/initial_weights", "nowhere"))
        misfit = ["fc1.bias", "fc1.weight", "fc2.bias", "fc2.weight"]
        answer = self.refused({**config, "initial_weights": "tiny"}, batch, dead_rule,
                              *(("E403", "/initial_weights", f'"{name}"') for name in misfit))
        self.refused({**config, "data": {"kind": "csv", "path": "none"}, "initial_weights": "nowhere"},
                     ("E401", "/data/path", "none"), ("E401", "/initial_weights", "nowhere"))
        # without classes a step cannot be made, but the network
        data = {"kind": "xor", "train_count": 9}
        self.refused({**changed(config, data=data, training__loss="cross_entropy", training__label_smoothing=0.5),
                      "initial_weights": "tiny"}, batch, ("E403", "/data", "label_smoothing needs classes"),
                     ("E403", "/data", "cross_entropy needs classes"),
                     *(("E403", "/initial_weights", f'"{name}"') for name in misfit))
        image = {"kind": "conv2d", "channels": 2, "kernel": 9}
        layers = [{"kind": "residual", "layers": [image], "shortcut": [{"kind": "position"}]}]
        branches = {**config, "model": {"kind": "sequential", "layers": layers}, "initial_weights": "nowhere"}
        self.refused(branches, batch, ("E401", "/initial_weights", "nowhere"),
                     ("E403", "/model/layers/0/layers/0", "wanted an image of at least [9][9]"),
                     ("E403", "/model/layers/0/shortcut/0", "wanted vectors of tokens"))

    def test_cross_entropy_needs_classes(self):
        self.write("good.csv", "1,2,0.5\n3,4,1.5\n")
        loss = {"training__loss": "cross_entropy", "training__batch_size": 1}
        self.refused_data({"kind": "xor"}, "E403", "cross_entropy", **loss)
        self.refused_data({"kind": "csv", "path": "good.csv", "task": "regression"}, "E403", "cross_entropy",
                          **loss)

    def test_binary_cross_entropy_needs_targets_that_are_probabilities(self):
        for target in ("1.5", "-0.25"):
            self.write("good.csv", f"1,2,0.5\n3,4,{target}\n5,6,1\n")
            self.refused_data({"kind": "csv", "path": "good.csv", "task": "regression"}, "E403",
                              f"the loss bce needs targets in [0, 1]: sample 1, counted from 0, has {target}",
                              training__loss="bce", training__batch_size=1)

    def test_good_files_are_used_and_decide_the_directory(self):
        for name, content in panel.data_files().items():
            self.write(name, content)
        config = {"kind": "csv", "path": "comma.csv", "label": "y"}
        self.write("a.json", changed(SMALL, data=config, training__batch_size=4))
        first, (report,) = self.runs("a.json")
        (source,) = report["provenance"]["data_files"]
        self.assertEqual((source["path"], source["bytes_count"]), ("comma.csv", len(self.read("comma.csv"))))
        self.assertEqual(first.out, self.good("run", "a.json").out)
        self.write("comma.csv", panel.data_files()["comma.csv"].replace("2.75", "2.5"))
        self.assertNotEqual(first.out, self.good("run", "a.json").out, "other data, other experiment")

    def test_gzip_and_plain_files_give_the_same_weights(self):
        for name, content in panel.data_files().items():
            self.write(name, content)
        self.write("labels.gz", gzip.compress(panel.data_files()["labels"]))
        hashes = set()
        for labels in ("labels", "labels.gz"):
            self.write("a.json", changed(SMALL, data={**panel.idx_data(), "train_labels": labels},
                                         training__batch_size=4))
            _, (report,) = self.runs("a.json")
            hashes.add(report["determinism"]["final_weights_sha256"])
        self.assertEqual(len(hashes), 1)


if __name__ == "__main__":
    unittest.main()
