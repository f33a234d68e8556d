"""Small networks for images, with the names that exmy gives their layers."""

from torch import nn
from torch.nn import functional


class Sequence(nn.Module):
    """Named parts one after the other; what has no name has no parameters either."""

    def __init__(self, *parts):
        super().__init__()
        self.order = []
        for name, part in parts:
            if name is None:
                self.order.append(part)
                continue
            place, *rest = self, name
            *way, last = rest[0].split(".")
            for step in way:
                if not hasattr(place, step):
                    setattr(place, step, nn.Module())
                place = getattr(place, step)
            setattr(place, last, part)
            self.order.append(part)

    def forward(self, x):
        for part in self.order:
            x = part(x)
        return x


def mlp(inputs, hidden, outputs, activation):
    parts, widths = [(None, nn.Flatten())], [inputs, *hidden, outputs]
    for i in range(len(widths) - 1):
        parts.append((f"fc{i + 1}", nn.Linear(widths[i], widths[i + 1])))
        if i + 2 < len(widths):
            parts.append((None, activation))
    return Sequence(*parts)


def lenet(outputs, padding):
    pool = nn.AvgPool2d(2)
    return Sequence(("conv1", nn.Conv2d(1, 6, 5, padding=padding)), (None, functional.tanh), (None, pool),
                    ("conv2", nn.Conv2d(6, 16, 5)), (None, functional.tanh), (None, pool), (None, nn.Flatten()),
                    ("fc1", nn.Linear(400, 120)), (None, functional.tanh),
                    ("fc2", nn.Linear(120, 84)), (None, functional.tanh), ("fc3", nn.Linear(84, outputs)))


def vgg(widths, hidden, outputs, side):
    parts, channels = [], 3
    for stage, width in enumerate(widths, 1):
        for i in (1, 2):
            parts += [(f"conv{stage}_{i}", nn.Conv2d(channels, width, 3, padding=1, bias=False)),
                      (f"bn{stage}_{i}", nn.BatchNorm2d(width)), (None, functional.relu)]
            channels = width
        parts.append((None, nn.MaxPool2d(2)))
    flat = channels * (side >> len(widths)) ** 2
    parts += [(None, nn.Flatten()), ("fc1", nn.Linear(flat, hidden)), (None, functional.relu),
              ("fc2", nn.Linear(hidden, outputs))]
    return Sequence(*parts)


class Block(nn.Module):
    def __init__(self, inputs, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample = None
        if stride > 1:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, width, 1, stride, bias=False), nn.BatchNorm2d(width))

    def forward(self, x):
        y = functional.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return functional.relu(y + (x if self.downsample is None else self.downsample(x)))


class Residual(nn.Module):
    def __init__(self, body, shortcut):
        super().__init__()
        self.body, self.shortcut = body, shortcut

    def forward(self, x):
        return self.body(x) + self.shortcut(x)


def composed(outputs):
    """What a user may write as a list of layers: strides, groups, both poolings, a residual sum, three norms."""
    body = Sequence(("conv1", nn.Conv2d(6, 8, 3, padding=1, groups=2)), (None, functional.silu),
                    ("conv2", nn.Conv2d(8, 8, 1)))
    return Sequence(("stem", nn.Conv2d(3, 6, 5, 2, 2)), ("bn", nn.BatchNorm2d(6)), (None, functional.relu),
                    (None, nn.MaxPool2d(3, 2, 1)),
                    ("block", Residual(body, Sequence(("conv", nn.Conv2d(6, 8, 1, bias=False))))),
                    (None, nn.AvgPool2d(2)),
                    (None, nn.Flatten()), ("hidden", nn.Linear(128, 24)), (None, functional.gelu),
                    ("ln", nn.LayerNorm(24)), ("fc", nn.Linear(24, 16, bias=False)), (None, functional.tanh),
                    ("rms", nn.RMSNorm(16, 1e-5)), ("head", nn.Linear(16, outputs)))


def logits(inputs, hidden):
    """A network with a log-softmax inside; one logit, [B]."""
    return Sequence(("hidden", nn.Linear(inputs, hidden)), (None, nn.LogSoftmax(-1)), (None, functional.silu),
                    ("head", nn.Linear(hidden, 1)), (None, lambda x: x.squeeze(-1)))


def resnet8(width, outputs):
    parts = [("conv1", nn.Conv2d(3, width, 3, 1, 1, bias=False)), ("bn1", nn.BatchNorm2d(width)),
             (None, functional.relu)]
    inputs = width
    for stage in (1, 2, 3):
        channels = width << (stage - 1)
        parts.append((f"layer{stage}", nn.Sequential(Block(inputs, channels, 1 if stage == 1 else 2))))
        inputs = channels
    parts += [(None, nn.AdaptiveAvgPool2d(1)), (None, nn.Flatten()), ("fc", nn.Linear(inputs, outputs))]
    return Sequence(*parts)
