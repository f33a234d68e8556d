"""What is trained: one configuration of exmy and the same thing in PyTorch each.

Every step sees all samples, so that the order in which exmy shuffles them changes nothing but the order of sums.
"""

import dataclasses
import math
import random
import struct

import torch
from torch import nn
from torch.nn import functional

import images


@dataclasses.dataclass
class Case:
    name: str
    seed: int
    files: dict  # what the configuration reads: name: bytes
    model: dict
    data: dict
    lr: float
    optimizer_config: dict
    make: callable  # the network
    loss: callable  # of (network, step, dtype)
    optimizer: callable  # of the parameters; its lr is set at each step
    training: dict = dataclasses.field(default_factory=dict)
    schedule: callable = lambda step: 1.0  # factor of lr
    clip_norm: float = None

    def configuration(self, steps):
        optimizer = {"lr": self.lr, **self.optimizer_config}
        return {"name": f"parity-{self.name}", "model": self.model, "data": self.data,
                "training": {"steps": steps, "eval_every": steps, "optimizer": optimizer, **self.training},
                "initial_weights": "initial.safetensors", "stats": {"counters": False, "histograms": "none"}}


def bytes_of(seed, count):
    generator = random.Random(seed)
    return bytes(generator.randrange(256) for _ in range(count))


def idx(sizes, content):
    return struct.pack(f">I{len(sizes)}I", 0x800 + len(sizes), *sizes) + content


def grey_images(seed, count, side, classes):
    """IDX files of noise, and the same as tensors [N][1][H][W] in units of 1/256."""
    pixels, labels = bytes_of(seed, count * side * side), bytes(i % classes for i in range(count))
    files = {"images.idx": idx((count, side, side), pixels), "labels.idx": idx((count,), labels)}
    data = {"kind": "idx", "train_images": "images.idx", "train_labels": "labels.idx",
            "validation_images": "images.idx", "validation_labels": "labels.idx", "validation_limit": 1,
            "classes_count": classes, "scale": 1 / 256}
    x = torch.tensor(list(pixels), dtype=torch.float64).reshape(count, 1, side, side) / 256
    return files, data, x, torch.tensor(list(labels))


def colour_images(seed, count):
    """A file as those of CIFAR-10, of noise, and the same as tensors."""
    pixels, labels = bytes_of(seed, count * 3072), bytes(i % 10 for i in range(count))
    records = b"".join(labels[i:i + 1] + pixels[3072 * i:3072 * (i + 1)] for i in range(count))
    data = {"kind": "cifar10", "path": ".", "train_files": ["batch.bin"], "validation_files": [],
            "scale": 1 / 256, "offset": -0.5}
    x = torch.tensor(list(pixels), dtype=torch.float64).reshape(count, 3, 32, 32) / 256 - 0.5
    return {"batch.bin": records}, data, x, torch.tensor(list(labels))


def classify(x, labels, **options):
    return lambda model, step, dtype: functional.cross_entropy(model(x.to(dtype)), labels, **options)


def mlp():
    files, data, x, labels = grey_images(11, 24, 8, 10)
    return Case("mlp", 1, files, {"kind": "mlp", "hidden": [32], "activation": "tanh"}, data, 0.1,
                {"kind": "sgd", "momentum": 0.9, "weight_decay": 0.001},
                lambda: images.mlp(64, [32], 10, functional.tanh), classify(x, labels),
                lambda p: torch.optim.SGD(p, momentum=0.9, weight_decay=0.001), {"batch_size": 24})


def lenet():
    files, data, x, labels = grey_images(12, 3, 28, 10)
    return Case("lenet", 2, files, {"kind": "lenet", "padding": 2}, data, 0.002,
                {"kind": "adam", "epsilon": 1e-4},  # 1e-8 would make steps of what is left of gradients that cancel
                lambda: images.lenet(10, 2), classify(x, labels),
                lambda p: torch.optim.Adam(p, eps=1e-4), {"batch_size": 3})


def vgg():
    files, data, x, labels = colour_images(13, 2)
    return Case("vgg", 3, files, {"kind": "vgg", "widths": [4, 8, 8], "hidden": [16]}, data, 0.001,
                {"kind": "rmsprop", "momentum": 0.5, "centered": True},
                lambda: images.vgg([4, 8, 8], 16, 10, 32), classify(x, labels),
                lambda p: torch.optim.RMSprop(p, momentum=0.5, centered=True), {"batch_size": 2})


def resnet():
    files, data, x, labels = colour_images(14, 2)
    return Case("resnet", 4, files, {"kind": "resnet", "depth": 8, "width": 4, "shortcut": "B"}, data, 0.02,
                {"kind": "sgd", "momentum": 0.9, "nesterov": True},
                lambda: images.resnet8(4, 10), classify(x, labels),
                lambda p: torch.optim.SGD(p, momentum=0.9, nesterov=True),
                {"batch_size": 2, "clip_norm": 1.0}, clip_norm=1.0)


CASES = [mlp(), lenet(), vgg(), resnet()]
