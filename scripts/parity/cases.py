"""What is trained: one configuration of exmy and the same thing in PyTorch each.

Every step sees all samples, so that the order in which exmy shuffles them changes nothing but the order of sums.
"""

import dataclasses
import math
import random
import struct

import torch
from torch.nn import functional

import images
import randoms
import transformers


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


def sequential():
    files, data, x, labels = colour_images(15, 4)

    def layer(kind, name, **options):
        return {"kind": kind, "name": name, **options}
    body = [layer("conv2d", "conv1", channels=8, kernel=3, padding=1, groups=2),
            layer("activation", "f", function="silu"), layer("conv2d", "conv2", channels=8, kernel=1)]
    layers = [layer("conv2d", "stem", channels=6, kernel=5, stride=2, padding=2), layer("batch_norm", "bn"),
              layer("activation", "relu", function="relu"), layer("max_pool", "max", size=3, stride=2, padding=1),
              layer("residual", "block", layers=body,
                    shortcut=[layer("conv2d", "conv", channels=8, kernel=1, bias=False)]),
              layer("average_pool", "average", size=2), layer("flatten", "flat"),
              layer("linear", "hidden", features=24), layer("activation", "gelu", function="gelu"),
              layer("layer_norm", "ln"), layer("linear", "fc", features=16, bias=False),
              layer("activation", "tanh", function="tanh"), layer("rms_norm", "rms"), layer("linear", "head")]
    return Case("sequential", 7, files, {"kind": "sequential", "layers": layers}, data, 0.05,
                {"kind": "sgd", "momentum": 0.9},
                lambda: images.composed(10), classify(x, labels, label_smoothing=0.2),
                lambda p: torch.optim.SGD(p, momentum=0.9), {"batch_size": 4, "label_smoothing": 0.2})


def bce():
    """Targets between 0 and 1, the ends too."""
    count, features = 24, 6
    content = bytes_of(18, count * (features + 1))
    rows = [content[i:i + features + 1] for i in range(0, len(content), features + 1)]
    table = "".join(",".join(map(str, [*row[:-1], row[-1] % 9 / 8])) + "\n" for row in rows)
    x = torch.tensor([list(row[:-1]) for row in rows], dtype=torch.float64) / 256 - 0.5
    targets = torch.tensor([row[-1] % 9 / 8 for row in rows], dtype=torch.float64)
    layers = [{"kind": "linear", "name": "hidden", "features": 12}, {"kind": "log_softmax", "name": "log"},
              {"kind": "activation", "name": "silu", "function": "silu"}, {"kind": "linear", "name": "head"}]

    def loss(model, step, dtype):
        return functional.binary_cross_entropy_with_logits(model(x.to(dtype)), targets.to(dtype))
    return Case("bce", 8, {"table.csv": table.encode()}, {"kind": "sequential", "layers": layers},
                {"kind": "csv", "path": "table.csv", "task": "regression", "validation_count": 0,
                 "scale": 1 / 256, "offset": -0.5}, 0.5,
                {"kind": "sgd", "momentum": 0.9},
                lambda: images.logits(features, 12), loss,
                lambda p: torch.optim.SGD(p, momentum=0.9), {"batch_size": count, "loss": "bce"})


TEXT = ("In the beginning God created the heaven and the earth. And the earth was without form, and void; and darkness was "
        "upon the face of the deep. And the Spirit of God moved upon the face of the waters.")
LENGTH = 16
EPSILON = 1e-3  # of AdamW: a bias of keys moves nothing, so that its gradient is what rounding left; 1e-8 would make steps of it


def text(objective):
    """A file, its configuration, the tokens, and the number of different ones: bytes in ascending order."""
    units = sorted(set(TEXT.encode()))
    tokens = torch.tensor([units.index(byte) for byte in TEXT.encode()])
    data = {"kind": "text", "path": "text.txt", "context": LENGTH, "validation_fraction": 0, "objective": objective}
    return {"text.txt": TEXT.encode()}, data, tokens, len(units)


def gpt():
    files, data, tokens, vocabulary = text("next")
    count = (len(tokens) - LENGTH - 1) // LENGTH + 1
    x, labels = (torch.stack([tokens[i * LENGTH + shift:][:LENGTH] for i in range(count)]) for shift in (0, 1))

    def loss(model, step, dtype):
        y = model(x)
        return functional.cross_entropy(y.flatten(0, 1), labels.flatten(), label_smoothing=0.1)
    return Case("gpt", 5, files, {"kind": "gpt", "layers": 2, "heads": 2, "width": 16}, data, 0.003,
                {"kind": "adamw", "weight_decay": 0.1, "epsilon": EPSILON},
                lambda: transformers.Gpt(vocabulary, LENGTH, 2, 2, 16), loss,
                lambda p: torch.optim.AdamW(p, weight_decay=0.1, eps=EPSILON),
                {"batch_size": count, "label_smoothing": 0.1})


def masked(tokens, step, vocabulary):
    """The batch of a step, which is an epoch too: inputs, and labels, -100 where nothing is to be told."""
    count = len(tokens) // LENGTH
    order = randoms.shuffled(1, step, count)
    hidden, kind, other = (randoms.Stream(1, name, step) for name in ("mask", "mask/kind", "mask/token"))
    x = torch.stack([tokens[i * LENGTH:][:LENGTH] for i in order])
    labels = torch.full_like(x, -100)
    for n in range(x.numel()):
        i, t = divmod(n, LENGTH)
        if hidden.uniform(n) < 0.15:
            labels[i, t] = x[i, t]
            if kind.uniform(n) < 0.8:
                x[i, t] = vocabulary
            elif kind.uniform(n) < 0.9:
                x[i, t] = int(other.uniform(n) * vocabulary)
    return x, labels


def bert():
    files, data, tokens, vocabulary = text("masked")

    def loss(model, step, dtype):
        x, labels = masked(tokens, step, vocabulary)
        return functional.cross_entropy(model(x).flatten(0, 1), labels.flatten())

    def schedule(step, steps=20, rise=4):
        return (step + 1) / rise if step < rise else (1 + math.cos(math.pi * (step - rise) / (steps - rise))) / 2
    return Case("bert", 6, files, {"kind": "bert", "layers": 2, "heads": 2, "width": 16}, data, 0.005,
                {"kind": "adamw", "epsilon": EPSILON},
                lambda: transformers.Bert(vocabulary + 1, LENGTH, 2, 2, 16), loss,
                lambda p: torch.optim.AdamW(p, eps=EPSILON),
                {"batch_size": len(tokens) // LENGTH, "schedule": {"kind": "cosine", "warmup_steps": 4}},
                schedule=schedule)


def bert_classes():
    """Samples of 3 to 12 tokens, filled up with another one."""
    count, length, vocabulary, classes = 15, 12, 10, 3
    generator = random.Random(19)
    rows = []
    for i in range(count):
        real = 3 + i * 7 % 10
        rows.append([generator.randrange(vocabulary - 1) for _ in range(real)] + [vocabulary - 1] * (length - real))
    x, labels = torch.tensor(rows), torch.tensor([i % classes for i in range(count)])
    table = "".join(",".join(map(str, [*row, i % classes])) + "\n" for i, row in enumerate(rows))

    def loss(model, step, dtype):
        return functional.cross_entropy(model(x), labels)
    return Case("bert-classes", 9, {"tokens.csv": table.encode()},
                {"kind": "bert", "layers": 2, "heads": 2, "width": 16, "head": "classes", "vocabulary": vocabulary},
                {"kind": "csv", "path": "tokens.csv", "tokens": True, "padding": vocabulary - 1, "validation_count": 0},
                0.005, {"kind": "adamw", "epsilon": EPSILON},
                lambda: transformers.BertClasses(vocabulary, length, 2, 2, 16, classes, vocabulary - 1), loss,
                lambda p: torch.optim.AdamW(p, eps=EPSILON), {"batch_size": count})


CASES = [mlp(), lenet(), vgg(), resnet(), sequential(), bce(), gpt(), bert(), bert_classes()]
