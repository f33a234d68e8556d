"""Configurations that together use every property of the schema, and every word of its enumerations."""

import gzip
import struct

from arrays import safetensors

EVERY_FIELD = {"match": {"layer": "*", "op": ["dot", "b?as"], "role": ["accumulator"],
                         "pass": ["forward", "dgrad", "wgrad"]},
               "format": "e6m9", "rounding": "stochastic_b", "random_bits": 13, "saturation": "finite",
               "order": "chunked", "chunk": 64, "outer": "own", "flush": True}
ALL_ROLES = {"match": {"role": ["weight", "activation", "activation_grad", "weight_grad", "product",
                                "accumulator",
                                "elementwise", "master_weight", "optimizer_state", "update", "loss"],
                       "pass": ["forward", "dgrad", "wgrad", "optimizer"]}, "saturation": "none"}
SCALED = {"match": {"role": "weight", "op": "dot"}, "format": "e4m3fn",
          "scale": {"granularity": "tensor", "source": "static", "value": 0.03125, "format": "e8m0"}}
OUTER = {"match": {"layer": "fc2", "role": "accumulator"}, "order": "chunked", "chunk": 2,
         "outer": {"format": "fp16", "rounding": "toward_zero", "random_bits": 8, "saturation": "propagate"}}
SUMS = [{"match": {"layer": "fc1", "role": "accumulator", "op": "dot"}, "order": "pairwise",
         "block": None},
        {"match": {"layer": "fc1", "role": "accumulator", "op": "bias"}, "order": "exact"},
        {"match": {"layer": "loss", "role": "accumulator"}, "order": "block",
         "block": {"terms": 4, "fraction_bits": 9, "output": "e8m13"}}]
UNITS = [{"match": {"op": "dot", "role": ["weight", "activation", "activation_grad"]}, "format": "fp16"},
         {"match": {"op": "dot", "role": "accumulator"}, "order": "block", "block": "volta", "chunk": 8,
          "outer": "fp32"}]
UNITS8 = [{"match": {"op": "dot", "role": ["weight", "activation"]}, "format": "e4m3fn"},
          {"match": {"op": "dot", "role": "activation_grad"}, "format": "e5m2"},
          {"match": {"op": "dot", "role": "accumulator"}, "order": "block", "block": "ada_fp8"}]
UNSCALED = {"match": {"layer": ["fc1"], "op": "dot", "role": "weight", "pass": "forward"},
            "scale": {"granularity": "none"}}
OWN = {"exponent_bits": 5, "mantissa_bits": 10, "bias": 15, "signed": True, "negative_zero": True,
       "zero": True, "subnormals": "gradual", "infinities": True, "nan": "ieee", "semantics": "ieee754"}
FORMATS = {"own": OWN, "alias": "bf16",
           "all_ones": {"exponent_bits": 4, "mantissa_bits": 3, "infinities": False, "nan": "all_ones"},
           "negative_zero": {"exponent_bits": 4, "mantissa_bits": 3, "infinities": False,
                             "nan": "negative_zero", "negative_zero": False, "semantics": "p3109"},
           "top_code": {"exponent_bits": 8, "mantissa_bits": 0, "signed": False, "negative_zero": False,
                        "zero": False, "subnormals": "none", "infinities": False, "nan": "top_code"},
           "no_nan": {"exponent_bits": 2, "mantissa_bits": 1, "infinities": False, "nan": "none",
                      "subnormals": "flush"},
           "flush_nearest": {"exponent_bits": 4, "mantissa_bits": 3, "subnormals": "flush_nearest"}}
DIGITS = {"kind": "digits", "path": "experiments/data/digits-8x8.txt", "scale": 0.0625, "offset": -0.3,
          "validation_count": 360, "split": "shuffled"}
MLP = {"kind": "mlp", "hidden": [4], "activation": "relu", "output_activation": "none", "init": "he_uniform"}
NORMAL = {"init": "normal", "init_std": 0.1}
LENET = {"kind": "lenet", "activation": "silu", "pooling": "max", "padding": 6, **NORMAL}
VGG = {"kind": "vgg", "widths": [2, 3], "convolutions": 1, "hidden": [4], "batch_norm": False, "dropout": 0.25,
       "activation": "gelu", **NORMAL}
RESNET = {"kind": "resnet", "depth": 8, "width": 2, "shortcut": "B", "activation": "gelu_tanh", **NORMAL}
# Every kind of layer with every option; 8x8x1 in.
CONV = {"kind": "conv2d", "channels": 2, "kernel": 3, "stride": 1, "padding": 1, "groups": 1, "bias": True}
LAYERS = [{**CONV, "name": "first", **NORMAL}, {"kind": "batch_norm", "name": "bn", "epsilon": 1e-3, "momentum": 0.2},
          {"kind": "activation", "name": "f", "function": "relu"},
          {"kind": "max_pool", "name": "m", "size": 2, "stride": 1, "padding": 1},
          {"kind": "average_pool", "name": "a", "size": 2, "stride": 2, "padding": 0},
          {"kind": "residual", "name": "r", "layers": [{**CONV, "channels": 3}],
           "shortcut": [{"kind": "subsample", "name": "s", "stride": 1, "channels": 3}]},
          {"kind": "layer_norm", "name": "ln", "epsilon": 1e-3}, {"kind": "rms_norm", "name": "rms", "epsilon": 1e-3},
          {"kind": "log_softmax", "name": "lsm"}, {"kind": "dropout", "name": "d", "p": 0.25}, {"kind": "global_average_pool", "name": "g"},
          {"kind": "flatten", "name": "flat"}, {"kind": "linear", "name": "hidden", "features": 4, "bias": False,
                                                **NORMAL}, {"kind": "linear"}]
BARE = [{"kind": "conv2d", "channels": 2}, {"kind": "batch_norm"}, {"kind": "activation"}, {"kind": "max_pool"},
        {"kind": "average_pool"}, {"kind": "residual", "layers": [{"kind": "layer_norm"}, {"kind": "rms_norm"}]},
        {"kind": "subsample", "channels": 2}, {"kind": "log_softmax"}, {"kind": "dropout"}, {"kind": "flatten"}, {"kind": "linear"}]
TRANSFORMER = [{"kind": "embedding", "name": "e", "width": 4, **NORMAL}, {"kind": "position", "name": "p", **NORMAL},
               {"kind": "residual", "layers": [{"kind": "attention", "name": "a", "heads": 2, "causal": True,
                                                "dropout": 0.2, "bias": False, **NORMAL}]}, {"kind": "linear"}]
BARE_TRANSFORMER = [{"kind": "embedding", "width": 4}, {"kind": "position"}, {"kind": "attention"}, {"kind": "linear"}]
SEQUENTIAL = {"kind": "sequential", "layers": LAYERS}
KAHAN = {"kind": "kahan"}
SGD = {"kind": "sgd", "lr": 0.1, "momentum": 0.9, "weight_decay": 0.0001, "nesterov": True, "decay": "matrices",
       "update": KAHAN}
RMSPROP = {"kind": "rmsprop", "lr": 0.01, "alpha": 0.9, "epsilon": 1e-3, "momentum": 0.5, "centered": True,
           "weight_decay": 0.01, "decay": "matrices", "update": {"kind": "plain"}}
ADAM = {"kind": "adam", "lr": 0.001, "form": "keras", "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7,
        "update": KAHAN}
ADAMW = {"kind": "adamw", "lr": 0.001, "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-7, "weight_decay": 0.1,
         "decay": "matrices", "update": KAHAN}
CIFAR10 = {"kind": "cifar10", "path": "cifar", "train_files": ["two.bin", "one.bin.gz"],
           "validation_files": ["one.bin.gz"], "train_limit": 2, "validation_limit": 5, "scale": 0.5, "offset": -64}
PATTERNS = {"kind": "patterns", "train_count": 20, "validation_count": 10, "seed": 3, "noise": 8, "scale": 0.0625,
            "offset": -8}
COSINE = {"kind": "cosine", "warmup_steps": 1, "reference_batch": 16}
TRAINING = {"steps": 3, "batch_size": 32, "accumulate": 2, "clip_norm": 0.5, "eval_every": 2, "loss": "cross_entropy", "optimizer": SGD,
            "schedule": COSINE, "loss_scale": {"kind": "static", "value": 1024}}
BLOCKS = {"layers": 1, "heads": 1, "width": 8, "hidden": 4, "dropout": 0.1, "attention_dropout": 0.2, "epsilon": 0.001,
          "activation": "gelu_tanh"}
TEXT = {"kind": "text", "path": "some.txt", "unit": "characters", "vocabulary": "ab c", "context": 2, "stride": 1,
        "validation_fraction": 0.5, "objective": "next"}
STATS = {"counters": True, "histograms": "all", "every": 2}
CHECKPOINT, LIMITS = {"every": 2}, {"wall_s": 3600.0, "steps": 1}
SHORT = {"epochs": 1, "optimizer": {"kind": "sgd", "lr": 0.1}}
SMALL_BATCH = {"batch_size": 2}  # the files below are small
TINY = {"kind": "mlp", "hidden": []}
TINY_WEIGHTS = {"fc1.weight": ([3, 2], [0.5] * 6), "fc1.bias": ([3], [0] * 3)}  # of the CSV files


def data_files():
    """Name and content of the files that the panel reads."""
    def idx(*sizes):
        count = 1
        for size in sizes:
            count *= size
        header = struct.pack(f">I{len(sizes)}I", 0x800 + len(sizes), *sizes)
        return header + bytes(i % 3 for i in range(count))

    rows = [(i * 0.25, 1 - i * 0.5, i % 3) for i in range(12)]

    def csv(separator, header):
        table = ([("a", "b", "y")] if header else []) + rows
        return "".join(separator.join(map(str, row)) + "\n" for row in table)

    records = [bytes([label]) + bytes(i * (label + 3) % 251 for i in range(3072)) for label in (4, 0, 9)]
    batches = {f"cifar-10-batches-bin/data_batch_{i}.bin": records[i % 3] for i in range(1, 6)}
    return {"cifar/two.bin": records[0] + records[1], "cifar/one.bin.gz": gzip.compress(records[2]),
            **batches, "cifar-10-batches-bin/test_batch.bin": records[0], "images": idx(9, 2, 2), "labels": idx(9),
            "images.gz": gzip.compress(idx(6, 2, 2)),
            "labels6": idx(6), "large": idx(9, 16, 16),
            "comma.csv": csv(",", True), "semicolon.csv": csv(";", False), "tab.csv": csv("\t", True),
            "some.txt": "abc cab " * 100, "tokens.csv": "0,0,0\n0,0,1\n0,0,2\n" * 4,
            "tiny.safetensors": safetensors(TINY_WEIGHTS),
            "base.json": '{"seed": 7}'}


def idx_data():
    return {"kind": "idx", "train_images": "images", "train_labels": "labels",
            "validation_images": "images.gz",
            "validation_labels": "labels6", "train_limit": 8, "validation_limit": 4, "classes_count": 3,
            "scale": 0.5, "offset": -1}


def csv_data(path, **changes):
    data = {"kind": "csv", "path": path, "separator": ",", "header": "present", "label": "y",
            "task": "classification", "classes_count": 3, "validation_count": 2, "validation_fraction": 0.25,
            "scale": 2, "offset": 0.5}
    return {key: value for key, value in {**data, **changes}.items() if value != "absent key"}


def configs():
    """The panel; its first configuration is the largest."""
    full = {"$schema": "config.schema.json", "schema_version": 1, "extends": "base.json", "name": "full", "description": "all",
            "seed": 3, "threads": 1, "model": MLP, "data": DIGITS, "training": TRAINING, "formats": FORMATS,
            "recipe": "bf16", "policy": [ALL_ROLES, SCALED, UNSCALED, EVERY_FIELD, OUTER], "stats": STATS, "checkpoint": CHECKPOINT,
            "limits": LIMITS}

    def with_data(data, **training):
        return {"model": TINY, "data": data, "training": {**SHORT, **SMALL_BATCH, **training}}
    schedule = {"kind": "step", "every": 2, "factor": 0.5, "warmup_epochs": 1, "reference_batch": 64}
    dynamic = {"kind": "dynamic", "initial": 1024, "growth_interval": 5, "on": "saturated"}
    return [full, *({"model": model, "data": DIGITS, "training": SHORT} for model in (
                LENET, VGG, RESNET, SEQUENTIAL, {**MLP, **NORMAL})),
            {**with_data({"kind": "xor", "train_count": 64, "validation_count": 16, "features_count": 3,
                          "margin": 0.1},
                         optimizer=ADAM, schedule=schedule, loss_scale=dynamic, loss="mse"),
             "extends": ["base.json"]},
            with_data({"kind": "xor"}, schedule={"kind": "constant", "warmup_steps": 2,
                                                       "reference_batch": 8}, loss_scale={"kind": "none"}),
            {**with_data({"kind": "xor"}, schedule={}, loss_scale={}), "policy": UNITS},
            with_data(CIFAR10, optimizer=RMSPROP),
            with_data(PATTERNS, optimizer=ADAMW),
            {**with_data(idx_data()), "policy": [{"scale": {}}, *SUMS]},
            with_data(csv_data("comma.csv"), schedule={"kind": "cosine", "warmup_epochs": 1}),
            with_data(csv_data("comma.csv", label="absent key", label_index=2, task="regression"),
                      schedule={"kind": "constant", "warmup_epochs": 1}),
            with_data(csv_data("semicolon.csv", label="absent key", separator=";", header="absent"),
                      schedule={**schedule, "warmup_epochs": None, "warmup_steps": 2}),
            {**with_data(csv_data("tab.csv", separator="tab", header="detect")), "policy": UNITS8,
             "initial_weights": "tiny.safetensors"},
            {"model": {"kind": "sequential", "layers": TRANSFORMER}, "data": TEXT, "training": SHORT},
            {"model": {"kind": "gpt", **BLOCKS, "tied": False}, "data": TEXT,
             "training": {**SHORT, "label_smoothing": 0.1}},
            {"model": {"kind": "bert", **BLOCKS, "activation": "gelu", "norm": "before",
                       "head": "masked_tokens", "vocabulary": None},
             "data": {**TEXT, "unit": "bytes", "objective": "masked", "stride": None, "vocabulary": None},
             "training": SHORT},
            {"model": {"kind": "bert", **BLOCKS, "head": "classes", "vocabulary": 4},
             "data": {"kind": "csv", "path": "tokens.csv", "tokens": True, "padding": 3},
             "training": {**SHORT, **SMALL_BATCH}}]


def least():
    """Configurations that name as little as they can, so that defaults show."""
    sgd = {"kind": "sgd", "lr": 0.1}
    return [{"model": {"kind": "mlp"}, "data": {"kind": "digits"},
             "training": {"steps": 1, "optimizer": sgd}},
            {"model": {"kind": "mlp"}, "data": {"kind": "csv", "path": "comma.csv"},
             "training": {"steps": 1, **SMALL_BATCH, "optimizer": {"kind": "adam", "lr": 0.1},
                          "loss_scale": {"kind": "dynamic"}, "schedule": {"kind": "step", "every": 2}}},
            {"model": {"kind": "mlp"}, "data": {"kind": "xor"}, "training": {"steps": 1, "optimizer": sgd},
             "policy": [{"scale": {}}, {"match": {"layer": "loss", "role": "accumulator"}, "order": "block",
                                        "block": {"terms": 4, "fraction_bits": 9}}],
             "formats": {"own": {"exponent_bits": 5, "mantissa_bits": 2}}},
            {"model": {"kind": "mlp"}, "data": {key: value for key, value in idx_data().items()
                                                if key == "kind" or "images" in key or "labels" in key},
             "training": {"steps": 1, **SMALL_BATCH, "optimizer": sgd}},
            {"model": {"kind": "mlp"}, "data": {"kind": "cifar10"},
             "training": {"steps": 1, **SMALL_BATCH, "optimizer": {"kind": "rmsprop", "lr": 0.1}}},
            {"model": {"kind": "mlp"}, "data": {"kind": "patterns"},
             "training": {"steps": 1, "optimizer": {"kind": "adamw", "lr": 0.1}}},
            {"model": {"kind": "gpt"}, "data": {"kind": "text"}, "training": {"steps": 1, "optimizer": sgd}},
            {"model": {"kind": "bert"}, "data": {"kind": "text", "objective": "masked"},
             "training": {"steps": 1, "optimizer": sgd}},
            *({"model": model, "data": {"kind": "idx", "train_images": "large", "train_labels": "labels",
                                      "validation_images": "large", "validation_labels": "labels"},
               "training": {"steps": 1, **SMALL_BATCH, "optimizer": sgd}} for model in (
                   {"kind": "lenet"}, {"kind": "vgg"}, {"kind": "resnet"}, {"kind": "sequential", "layers": BARE})),
            {"model": {"kind": "sequential", "layers": BARE_TRANSFORMER}, "data": {"kind": "text"},
             "training": {"steps": 1, "optimizer": sgd}}]
