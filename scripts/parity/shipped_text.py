"""Records how PyTorch trains experiments/text/gpt.json: what exmy's fp32 run of it is compared with (tests/behaviour).

All is made anew here from NUMERICS.md: tokens, order of the samples, initial weights. Writes tests/golden/text-gpt.json.
"""

import hashlib
import json
import pathlib
import platform
import time

import numpy
import torch
from torch.nn import functional

import randoms
import transformers

NAME = "text-gpt"
ROOT = pathlib.Path(__file__).resolve().parents[2]
CONFIGURATION = ROOT / "experiments" / "text" / "gpt.json"
TEXT = ROOT / "experiments" / "data" / "king-james.txt"
GOLDEN = ROOT / "tests" / "golden" / "text-gpt.json"
VALIDATION_FRACTION = 0.1  # exmy's default
FIRST = 20  # training losses that are kept


def normal(seed, name, shape, deviation):
    """Normal numbers of NUMERICS.md section 8, all blocks at once; cos is not rounded correctly here, fp32 is what counts."""
    count = int(numpy.prod(shape))
    stream = randoms.Stream(seed, f"init/{name}", 0)
    block = numpy.arange(count, dtype=numpy.uint64)
    zero = numpy.zeros_like(block)
    w0, w1, w2, w3 = randoms.philox(stream.key, (block, zero, zero, zero))
    u, v = (((high << numpy.uint64(32) | low) >> numpy.uint64(11)) * 2.0**-53 for low, high in ((w0, w1), (w2, w3)))
    numbers = numpy.sqrt(-2 * numpy.log(1 - u)) * numpy.cos(2 * numpy.pi * v) * deviation
    return torch.tensor(numbers.reshape(shape), dtype=torch.float32)


def initialise(model, seed, layers):
    for name, p in model.named_parameters():
        if p.dim() == 1:
            p.data = torch.full_like(p, float(name.endswith("weight")))
            continue
        deviation = 0.02 / (2 * layers) ** 0.5 if ".proj." in name else 0.01 if name == "wpe.weight" else 0.02
        p.data = normal(seed, name, p.shape, deviation)


class Text:
    """Windows of the shipped text: as many training samples as fit before the validation part, and those of that part."""

    def __init__(self, context):
        content = TEXT.read_bytes()
        units = sorted(set(content))
        self.tokens = torch.tensor([units.index(byte) for byte in content])
        self.vocabulary, self.context = len(units), context
        self.sha256 = hashlib.sha256(content).hexdigest()
        self.begin = len(content) - int(VALIDATION_FRACTION * len(content))
        self.train_count = (self.begin - context - 1) // context + 1
        self.validation_count = (len(content) - self.begin - context - 1) // context + 1

    def batch(self, starts):
        return (torch.stack([self.tokens[at + shift:at + shift + self.context] for at in starts]) for shift in (0, 1))

    def training(self, seed, batch_size):
        """The batches, epoch after epoch."""
        epoch = 0
        while True:
            order = randoms.shuffled(seed, epoch, self.train_count)
            for first in range(0, len(order), batch_size):
                yield self.batch([i * self.context for i in order[first:first + batch_size]])
            epoch += 1

    def validation(self, at_once=16):
        starts = [self.begin + i * self.context for i in range(self.validation_count)]
        for first in range(0, len(starts), at_once):
            yield self.batch(starts[first:first + at_once])


def loss_of(model, x, labels, reduction="mean"):
    return functional.cross_entropy(model(x).flatten(0, 1), labels.flatten(), reduction=reduction)


@torch.no_grad()
def validate(model, text):
    total = sum(loss_of(model, x, labels, "sum").double().item() for x, labels in text.validation())
    return total / (text.validation_count * text.context)


def train(configuration):
    shape, training = configuration["model"], configuration["training"]
    text = Text(configuration["data"]["context"])
    model = transformers.Gpt(text.vocabulary, text.context, shape["layers"], shape["heads"], shape["width"])
    initialise(model, configuration["seed"], shape["layers"])
    optimizer = torch.optim.AdamW(model.parameters(), lr=training["optimizer"]["lr"])
    batches = text.training(configuration["seed"], training["batch_size"])
    losses, validation, started = [], [], time.monotonic()
    for step in range(1, training["steps"] + 1):
        optimizer.zero_grad()
        loss = loss_of(model, *next(batches))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if step % training["eval_every"] == 0 or step == training["steps"]:
            validation.append({"step": step, "loss": validate(model, text)})
            print(f"step {step}: {validation[-1]['loss']:.4f}, {time.monotonic() - started:.0f} s", flush=True)
    return {"validation": validation, "first_train_losses": losses[:FIRST],
            "parameters_count": sum(p.numel() for p in model.parameters()), "text_sha256": text.sha256}


def record():
    with open(CONFIGURATION, encoding="utf-8") as file:
        configuration = json.load(file)
    found = {"configuration": "experiments/text/gpt.json", "recorded_by": f"scripts/record_parity {NAME}",
             "torch": torch.__version__, "numpy": numpy.__version__, "python": platform.python_version(),
             "format": "fp32", **train(configuration)}
    GOLDEN.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
