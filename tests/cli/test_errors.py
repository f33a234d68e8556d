"""Configurations that are refused: what is said, where, all at once, and nothing is run."""

import os
import re
import unittest

from program import ProgramTest, QUICKSTART, SMALL, changed

# A little of everything that can be wrong, with the place of each problem.
MANY = """{
  "modle": {},
  "model": {"kind": "mlp", "hidden": [0, "x", 4.5], "activation": "rleu"},
  "data": {"kind": "digits", "validation_count": 2000, "slpit": "shuffled"},
  "training": {"steps": 3,
    "optimizer": {"kind": "sgd", "lr": "0.1", "momentum": 1, "beta1": 0.9},
    "schedule": {"kind": "cosin"}},
  "seed": -1,
  "threads": 1.5,
  "policy": [{"match": {"role": ["weigth"]}, "format": "e4m4x", "rounding": "nearest"}]
}
"""
MANY_ERRORS = [
    (2, 3, "E201", "/modle", 'did you mean "model"?'),
    (3, 39, "E204", "/model/hidden/0", "[1, 65536], got 0"),
    (3, 42, "E202", "/model/hidden/1", 'expected an integer in [1, 65536], got the string "x"'),
    (3, 47, "E202", "/model/hidden/2", "expected an integer in [1, 65536], got 4.5"),
    (3, 67, "E203", "/model/activation", 'activation "rleu" (did you mean "relu"? known: none, relu, tanh'),
    (4, 50, "E204", "/data/validation_count", "expected an integer in [0, 1796], got 2000"),
    (4, 56, "E201", "/data/slpit", 'did you mean "split"?'),
    (6, 40, "E202", "/training/optimizer/lr", 'expected a number >= 0, got the string "0.1"'),
    (6, 59, "E204", "/training/optimizer/momentum", "expected a number in [0, 1), got 1"),
    (6, 62, "E201", "/training/optimizer/beta1", "known: lr, kind, momentum, weight_decay"),
    (7, 26, "E203", "/training/schedule/kind", 'did you mean "cosine"?'),
    (8, 11, "E204", "/seed", "got -1"),
    (9, 14, "E202", "/threads", "got 1.5"),
    (10, 34, "E203", "/policy/0/match/role/0", 'did you mean "weight"?'),
    (10, 56, "E203", "/policy/0/format", 'unknown format "e4m4x"'),
    (10, 77, "E203", "/policy/0/rounding", "nearest_even"),
]
SYNTAX = {'{"seed": 1, "seed": 2}': (1, 13, "E105", 'key "seed" appears twice (first in line 1)'),
          '{"seed": NaN}': (1, 10, "E107", "NaN"), '{"seed": -Infinity}': (1, 10, "E107", "Infinity"),
          '{"seed": 1e999}': (1, 10, "E108", "too large"), '{"seed": 1,\n}': (1, 11, "E104", "comma"),
          "{'seed': 1}": (1, 2, "E104", "double quotes"), "{} {}": (1, 4, "E104", "after the end"),
          '{\n "name": relu\n}': (2, 10, "E104", "double quotes"), '// a\n{}': (1, 1, "E104", "no comments"),
          "": (1, 1, "E104", "end of the text"), '{"a": "b\n"}': (1, 9, "E104", "line end"),
          "\ufeff{}": (1, 1, "E103", "byte order mark"),
          '{"a": ' + "[" * 64 + "]" * 64 + "}": (1, 70, "E106", "64"),
          '{"a": 01}': (1, 7, "E104", "not a JSON number"),
          "[1]": (1, 1, "E202", "expected an object")}
FORMATS = {"e0m3": "exponent_bits is 0, must be 1 to 11", "e12m3": "exponent_bits is 12, must be 1 to 11",
           "Binary16p1se": "binary64", "e4m0": "mantissa bit", "e4m53": "mantissa_bits is 53"}
BITS = {"exponent_bits": 4, "mantissa_bits": 3}
CONTRADICTIONS = [({"mantissa_bits": 0}, "ieee"), ({"nan": "all_ones", "signed": False}, "signed"),
                  ({"nan": "top_code"}, "unsigned"), ({"nan": "negative_zero", "negative_zero": True}, "-0"),
                  ({"signed": False, "negative_zero": True}, "negative zero"), ({"zero": False}, "unsigned"),
                  ({"signed": False, "zero": False}, "subnormals"), ({"bias": 2000}, "binary64"),
                  ({"exponent_bits": 1, "mantissa_bits": 0, "nan": "all_ones"}, "every code is special")]
REFUSED_BY_NAME = [({"scale": {"granularity": "channel", "axis": 0}}, "/scale/granularity", "channel"),
                   ({"scale": {"granularity": "block", "size": 32, "axis": 1}}, "/scale/granularity",
                    "block"),
                   ({"scale": {"granularity": "tile", "rows": 128, "cols": 128}}, "/scale/granularity",
                    "tile"),
                   ({"scale": {"granularity": "tensor", "source": "delayed", "history": 16, "margin": 0}},
                    "/scale/source", "delayed"),
                   ({"scale": {"granularity": "tensor", "source": "current", "rule": "max"}}, "/scale/source",
                    "current"),
                   ({"grid": "int8"}, "/grid", "grid")]


class Errors(ProgramTest):
    def config(self, **changes):
        return changed(SMALL, **changes)

    def test_all_problems_at_once_each_with_its_place_and_a_suggestion(self):
        answer = self.refused(MANY, *((code, pointer, text) for _, _, code, pointer, text in MANY_ERRORS))
        places = [(int(e["line"]), int(e["column"]), e["pointer"]) for e in answer.errors]
        expected = [(line, column, pointer) for line, column, _, pointer, _ in MANY_ERRORS]
        self.assertEqual(places, expected)
        self.assertTrue(all(e["file"] == "refused.json" for e in answer.errors))
        self.assertEqual(len(answer.err.splitlines()), len(MANY_ERRORS))

    def test_at_most_20_problems_are_printed_and_the_rest_is_counted(self):
        answer = self.good("validate", self.write("a.json", self.config(model__hidden=[0] * 33)), code=2)
        self.assertEqual(len(answer.errors), 20)
        self.assertIn("13 more", answer.err.splitlines()[-1])

    def test_text_that_is_no_configuration(self):
        for text, (line, column, code, said) in SYNTAX.items():
            with self.subTest(text[:40]):
                answer = self.good("validate", self.write("a.json", text), code=2)
                first = answer.errors[0]
                self.assertEqual((first["line"], first["column"], first["code"]),
                                 (str(line), str(column), code), answer)
                self.assertIn(said, first["text"])

    def test_bytes_that_are_no_utf8_and_files_that_are_too_large(self):
        for content, code in ((b'{"name": "\xff"}', "E103"), (" " * (2**24 + 1), "E102")):
            answer = self.good("validate", self.write("a.json", content), code=2)
            self.assertEqual([error["code"] for error in answer.errors], [code])

    def test_steps_or_epochs_exactly_one(self):
        said = 'exactly one of "steps" and "epochs"'
        self.refused(self.config(training__epochs=1), ("E206", "/training", said))
        self.refused(self.config(training__steps=None), ("E206", "/training", said))

    def test_null_is_the_same_as_an_absent_optional_key(self):
        config = self.config()
        config["training"].update(epochs=None, eval_every=None, loss=None, clip_norm=None)
        self.good("validate", self.write("a.json", config))
        config["training"]["steps"] = None
        self.refused(config, ("E206", "/training", '"steps" and "epochs"'))

    def test_formats_that_do_not_exist_are_refused_with_the_reason(self):
        for name, reason in FORMATS.items():
            policy = [{"match": {"role": "weight"}, "format": name}]
            self.refused(self.config(policy=policy), ("E203", "/policy/0/format", reason))
            self.refused(self.config(formats={"own": name}), ("E203", "/formats/own", reason))

    def test_contradicting_parameters_are_refused_with_the_reason(self):
        for change, reason in CONTRADICTIONS:
            with self.subTest(change):
                self.refused(self.config(formats={"own": {**BITS, **change}}),
                             ("E206", "/formats/own", reason))
                policy = [{"match": {"role": "weight"}, "format": {**BITS, **change}}]
                self.refused(self.config(policy=policy), ("E206", "/policy/0/format", reason))

    def test_a_format_of_the_wrong_type_is_one_problem(self):
        for value in (8, None, True, ["e4m3"]):
            self.refused(self.config(policy=[{"format": value}]), ("E202", "/policy/0/format", "expected a"))

    def test_own_formats_are_suggested_first_and_may_not_take_the_names_of_others(self):
        policy = [{"match": {"role": "weight"}, "format": "narrow"}]
        self.refused(self.config(formats={"narow": "e4m3"}, policy=policy),
                     ("E203", "/policy/0/format", 'did you mean "narow"? known: narow'))
        for taken in ("fp32", "float16", "e3m9", "Binary8p4se", "exact"):
            with self.subTest(taken):
                answer = self.good("validate", self.write("a.json", self.config(formats={taken: "e4m3"})),
                                   code=2)
                self.assertEqual(answer.errors[0]["pointer"], f"/formats/{taken}")

    def test_the_names_of_own_formats_do_not_decide_whether_they_may_use_one_another(self):
        verdicts = set()
        for formats in ({"a": "b", "b": "e4m3"}, {"b": "a", "a": "e4m3"}):
            verdicts.add(self.call("validate", self.write("a.json", self.config(formats=formats))).code)
        self.assertEqual(len(verdicts), 1, "members of an object have no order")
        self.good("validate", self.write("a.json", self.config(formats={"a": "b", "b": "a"})), code=2)

    def test_rules_that_match_nothing(self):
        for match in ({"layer": "fc9"}, {"op": "conv"}, {"role": "optimizer_state"},
                      {"layer": "fc1", "pass": "dgrad", "op": "dot"},
                      {"layer": "FC1"}, {"role": "weight", "pass": "optimizer"}):
            with self.subTest(match):
                self.refused(self.config(policy=[{"format": "fp16"}, {"match": match, "format": "fp16"}]),
                             ("E301", "/policy/1", "matches no site"))

    def test_several_rules_that_match_nothing_are_all_named(self):
        self.refused(self.config(policy=[{"match": {"layer": "fc9"}}, {"match": {"layer": "fc8"}}]),
                     ("E301", "/policy/0", "--sites"), ("E301", "/policy/1", "--sites"))

    def test_what_this_version_cannot_do_is_refused_by_name(self):
        for fields, pointer, name in REFUSED_BY_NAME:
            with self.subTest(fields):
                rule = {"match": {"role": "weight", "op": "dot"}, **fields}
                self.refused(self.config(policy=[rule]), ("E207", "/policy/0" + pointer, name))

    def test_rules_that_contradict_themselves_are_one_problem_each(self):
        static = {"granularity": "tensor", "source": "static", "value": 2}
        for rule, said in (({"match": {"role": "weight"}, "format": "exact"}, "product"),
                           ({"match": {"role": "accumulator"}, "order": "chunked"}, '"chunk"'),
                           ({"match": {"role": "loss"}, "scale": static}, "matrix products"),
                           ({"match": {"role": "weight"}, "format": "e8m0", "flush": True}, "zero")):
            with self.subTest(rule):
                self.refused(self.config(policy=[rule]), ("E302", "/policy/0", said))

    def test_orders_and_what_does_not_belong_to_them(self):
        unit = {"order": "block", "block": {"terms": 4, "fraction_bits": 9}}
        cases = (({"order": "block"}, 'needs "block"'), ({**unit, "format": "fp16"}, '"format" contradict'),
                 ({**unit, "rounding": "to_odd"}, '"rounding" contradict'),
                 ({**unit, "random_bits": 3}, '"rounding" contradict'),
                 ({**unit, "flush": True}, '"flush" contradict'), ({**unit, "outer": "fp32"}, 'needs "chunk"'),
                 ({**unit, "chunk": 8}, 'needs "outer"'),
                 ({**unit, "chunk": 8, "outer": {"rounding": "to_odd"}}, 'needs "outer"'),
                 ({"order": "pairwise", "chunk": 8}, '"pairwise" has no chunks'),
                 ({"order": "exact", "chunk": 8}, '"exact" has no chunks'),
                 ({"order": "exact", "outer": {"rounding": "to_odd"}}, "no outer sum"),
                 ({"order": "pairwise", "outer": "fp16"}, "no outer sum"),
                 ({"block": "hopper"}, '"block" is for order "block"'),
                 ({"order": "sequential", "block": "hopper"}, '"block" is for order "block"'),
                 ({"order": "block", "block": "volta"}, "takes factors in fp16, not in fp32"),
                 ({"order": "block", "block": "ampere"}, "takes factors in fp16 or bf16, not in fp32"),
                 ({"order": "block", "block": "hopper_fp8"}, "takes factors in e4m3fn or e5m2, not in fp32"))
        for fields, said in cases:
            with self.subTest(fields):
                self.refused(self.config(policy=[{"match": {"role": "accumulator"}, **fields}]),
                             ("E302", "/policy/0", said))

    def test_a_unit_takes_its_own_formats_and_exact_products(self):
        unit = {"match": {"role": "accumulator", "op": "dot"}, "order": "block", "block": "volta"}
        operands = {"match": {"role": ["weight", "activation", "activation_grad"]}, "format": "fp16"}
        self.good("validate", self.write("a.json", self.config(policy=[operands, unit])))
        self.refused(self.config(policy=[{**operands, "format": "bf16"}, unit]),
                     ("E302", "/policy/1", "takes factors in fp16, not in bf16"))
        self.refused(self.config(policy=[operands, unit, {"match": {"role": "product"}, "format": "fp32"}]),
                     ("E302", "/policy/2", "multiplies exactly"))
        self.refused(self.config(policy=[operands, {**unit, "match": {"role": "accumulator"}}]),
                     ("E302", "/policy/1", "at loss/"))  # sums of fp32 terms

    def test_only_what_comes_with_an_order_or_after_it_contradicts_it(self):
        block = {"match": {"role": "accumulator"}, "order": "block", "block": {"terms": 4, "fraction_bits": 9}}
        chunked = {"match": {"role": "accumulator"}, "format": "fp16", "order": "chunked", "chunk": 4,
                   "outer": "fp32"}
        pairwise = {"match": {"role": "accumulator", "layer": "fc1"}, "order": "pairwise"}
        self.good("validate", self.write("a.json", self.config(policy=[chunked, pairwise])))
        self.good("validate", self.write("a.json", self.config(policy=[chunked, block, pairwise])))
        self.refused(self.config(policy=[block, chunked, {"match": {"layer": "fc1"}, "block": "hopper"}]),
                     ("E302", "/policy/2", '"block" is for order'))
        self.refused(self.config(policy=[block, {"match": {"layer": "fc1"}, "rounding": "to_odd"}]),
                     ("E302", "/policy/1", '"rounding" contradict'))

    def test_orders_are_shown(self):
        unit = {"order": "block", "block": {"terms": 4, "fraction_bits": 9, "output": "fp16"}, "chunk": 12,
                "outer": {"format": "bf16", "rounding": "toward_zero"}}
        rules = [{"match": {"role": "accumulator", "op": "bias"}, "order": "exact"},
                 {"match": {"role": "accumulator", "layer": "fc1", "op": "dot"}, **unit},
                 {"match": {"role": "accumulator", "layer": "loss"}, "order": "pairwise"}]
        out = self.good("validate", self.write("a.json", self.config(policy=rules)), "--sites").out
        for line in ("fc1/bias/wgrad/accumulator  fp32 nearest_even none  exact",
                     "fc1/dot/forward/accumulator  fp16 nearest_even none  block of 4 terms, 9 fraction bits, "
                     "chunks of 12, outer bf16 toward_zero",
                     "loss/softmax/forward/accumulator  fp32 nearest_even none  pairwise"):
            self.assertIn(line + "\n", out)

    def test_the_rules_of_the_interface_are_understood(self):
        scale = {"granularity": "tensor", "source": "static", "value": 0.5}
        rules = [{"match": {"role": ["weight", "activation"]}, "format": "e4m3fn", "saturation": "finite",
                  "scale": scale},
                 {"match": {"role": "activation_grad"}, "format": "e5m2", "rounding": "stochastic_b",
                  "random_bits": 13},
                 {"match": {"role": "accumulator", "pass": ["forward", "dgrad", "wgrad"]}, "format": "e6m9",
                  "order": "chunked", "chunk": 64, "outer": "e6m9"},
                 {"match": {"role": "product"}, "format": "exact"},
                 {"match": {"layer": "fc2"}, "format": "fp32"}]
        for rule in rules:
            with self.subTest(rule):
                self.good("validate", self.write("a.json", self.config(policy=[rule])))

    def test_unknown_recipe(self):
        known = "known: fp32, amp_fp16, bf16, fp8_hybrid"
        self.refused(self.config(recipe="fp8"), ("E203", "/recipe", known))

    def test_trainings_that_never_end_are_refused(self):
        for word, most in (("training.steps=1000000001", 1000000000), ("training.epochs=1000001", 1000000)):
            words = (word, "~training.steps") if "epochs" in word else (word,)
            with self.subTest(word):
                self.write("a.json", SMALL)
                answer = self.good("validate", "a.json", *words, code=2)
                self.assertIn(f"expected an integer in [1, {most}]", answer.err)

    def test_loss_scale_on_saturation_needs_counters(self):
        self.refused(self.config(training__loss_scale={"kind": "dynamic", "on": "saturated"}),
                     ("E206", "/stats", "stats.counters"))

    def test_options_of_optimisers(self):
        for optimizer, code, place, said in (
                ({"kind": "sgd", "nesterov": True}, "E206", "nesterov", "momentum"),
                ({"kind": "sgd", "nesterov": True, "momentum": 0}, "E206", "nesterov", "momentum"),
                ({"kind": "sgd", "decay": "biases"}, "E203", "decay", "known: all, matrices"),
                ({"kind": "adam", "update": {"kind": "kahn"}}, "E203", "update/kind",
                 'did you mean "kahan"?'),
                ({"kind": "adam", "update": "kahan"}, "E202", "update", "object"),
                ({"kind": "adamw", "update": {"kind": "kahan", "format": "fp16"}}, "E201", "update/format",
                 "known: kind"),
                ({"kind": "adam", "weight_decay": 0.1}, "E201", "weight_decay", "known"),
                ({"kind": "adamw", "form": "keras"}, "E201", "form", "known"),
                ({"kind": "adamw", "beta2": 1}, "E204", "beta2", "[0, 1)"),
                ({"kind": "rmsprop", "alpha": 1}, "E204", "alpha", "[0, 1)"),
                ({"kind": "rmsprop", "centred": True}, "E201", "centred", 'did you mean "centered"?'),
                ({"kind": "rmsporp"}, "E203", "kind", 'did you mean "rmsprop"?')):
            with self.subTest(optimizer):
                self.refused(self.config(training__optimizer={"lr": 0.1, **optimizer}),
                             (code, "/training/optimizer/" + place, said))

    def test_clipping_and_accumulation(self):
        for key, value, code, said in (
                ("clip_norm", 0, "E204", "> 0"), ("clip_norm", "1", "E202", "number"),
                ("accumulate", 0, "E204", "got 0"), ("accumulate", 1.5, "E202", "integer"),
                ("accumulate", 1 << 21, "E204", "1048576")):
            with self.subTest(key=key, value=value):
                self.refused(self.config(**{"training__" + key: value}), (code, "/training/" + key, said))
        for match in ({"op": "clip.*"}, {"layer": "clip"}, {"op": "accumulate.weight"}, {"op": "kahan.*"}):
            config = self.config(policy=[{"match": match, "format": "bf16"}])
            with self.subTest(match):
                self.refused(config, ("E301", "/policy/0", "matches no site"))
                kahan = {"kind": "sgd", "lr": 0.1, "update": {"kind": "kahan"}}
                config["training"].update(clip_norm=1, accumulate=2, optimizer=kahan)
                self.good("validate", self.write("a.json", config))

    def test_scales_that_vanish_in_their_format(self):
        scale = {"granularity": "tensor", "source": "static", "format": "e4m3fn"}
        for value in (1e-9, 1e9):
            rule = {"match": {"role": "weight", "op": "dot"}, "scale": {**scale, "value": value}}
            self.refused(self.config(policy=[rule]), ("E204", "/policy/0/scale/value", "format"))

    def test_kinds_that_do_not_exist_hide_no_other_problem_and_cause_none(self):
        config = self.config(model={"kind": "cnn", "filters": 3}, data={"kind": "mnist", "root": "x"},
                             seed="a")
        self.refused(config, ("E203", "/model/kind", "known: mlp"),
                     ("E203", "/data/kind", "known: digits, idx, csv, xor, text, cifar10, patterns"),
                     ("E202", "/seed", "integer"))

    def test_missing_files_and_extends(self):
        answer = self.good("validate", "nowhere.json", code=2)
        self.assertEqual((answer.errors[0]["file"], answer.errors[0]["code"]), ("nowhere.json", "E101"))
        self.assertIn("No such file", answer.err)
        self.refused({"extends": "nowhere.json"}, ("E109", "/extends", "nowhere.json"))
        self.write("b.json", {"extends": "refused.json"})
        answer = self.good("validate", self.write("refused.json", {"extends": "b.json"}), code=2)
        self.assertIn("extends itself", answer.err)

    def test_problems_of_an_extended_file_name_that_file(self):
        self.write("deep/base.json", '{\n "seed": "x"\n}')
        config = {**self.config(), "extends": "deep/base.json"}
        del config["seed"]
        answer = self.good("validate", self.write("a.json", config), code=2)
        (error,) = answer.errors
        self.assertEqual((error["file"], error["line"], error["column"]),
                         (os.path.join("deep", "base.json"), "2", "10"))

    def test_overrides(self):
        name = self.write("a.json", self.config())
        for word, code, said in (("training.optimiser.lr=1", "E201", 'did you mean "optimizer"?'),
                                 ("~training.stpes", "E111", 'did you mean "steps"?'),
                                 ("+seed=3", "E111", "already there"),
                                 ("seed=1,", "E110", "comma"), ("seed=range(3,3)", "E110", "empty"),
                                 ("seed=NaN", "E202", "NaN"),
                                 ("seed=x", "E202", "/seed: expected an integer"), ("=3", "E110", "key"),
                                 ("seed.x=3", "E111", "no object"),
                                 ('policy=[{"match":', "E110", "not closed"),
                                 ("training.epochs=2", "E206", "exactly one"),
                                 ("seed=range(0,20000)", "E110", "10,000")):
            with self.subTest(word):
                answer = self.good("validate", name, word, code=2)
                self.assertEqual([error["code"] for error in answer.errors], [code], answer)
                self.assertIn(said, answer.err)
        answer = self.good("validate", name, "seed=x", "threads=-1", "recipe=fp8", code=2)
        self.assertEqual([error["file"] for error in answer.errors], ["command line"] * 3)

    def test_nothing_is_run_when_one_of_several_configurations_is_wrong(self):
        self.write("good.json", self.config())
        self.write("bad.json", self.config(model__activation="rleu"))
        answer = self.good("run", "good.json", "bad.json", "--out", "out", code=2)
        self.assertEqual(answer.out, "")
        answer = self.good("run", "good.json", "seed=1,x", "--out", "out", code=2)
        self.assertEqual(answer.out, "")
        self.assertEqual(self.files(), ["bad.json", "good.json"])

    def test_the_same_problem_under_several_overrides_is_said_once(self):
        answer = self.good("validate", self.write("a.json", self.config(recipe="fp8")), "seed=1,2,3", code=2)
        self.assertEqual(len(answer.errors), 1, answer)

    def test_messages_do_not_carry_control_characters_to_the_terminal(self):
        answer = self.good("validate", self.write("a.json", self.config(recipe="\u001b[2J\u0007")), code=2)
        self.assertIsNone(re.search("[\x00-\x09\x0b-\x1f\x7f]", answer.err), answer)

    def test_a_shipped_file_is_named_where_an_override_fits_it_badly(self):
        answer = self.good("validate", os.path.join(QUICKSTART, "fp32.json"), "training.steps=3", code=2)
        self.assertIn("~training.epochs", answer.err)  # says how to get rid of the other one


if __name__ == "__main__":
    unittest.main()
