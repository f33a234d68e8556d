"""Which final result a picture of a sweep shows, and how it writes it. Standard library only."""

import math
from dataclasses import dataclass

from plots.sweep_directory import COMPLETED


@dataclass(frozen=True)
class Metric:
    key: str  # in "final" of a report
    title: str
    unit: str

    def of(self, run):
        """The run's result, or None where it has none that a mean could use."""
        value = run.final.get(self.key, math.nan) if run.state == COMPLETED else math.nan
        return value * self.factor if math.isfinite(value) else None

    @property
    def fraction(self):
        return self.key.endswith("_fraction")

    @property
    def factor(self):
        return 100 if self.fraction else 1

    def text(self, value):
        """In at most five characters, where that can be."""
        if self.fraction:
            return f"{value:.1f}"
        if value != 0 and not 5e-4 <= abs(value) < 9999.5:
            return f"{value:.0e}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")
        digits = 3 if abs(value) < 1 else 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
        return f"{value:.{digits}f}"


METRICS = {
    "validation-loss": Metric("validation_loss", "Validation loss", "mean per example"),
    "validation-accuracy": Metric("validation_accuracy_fraction", "Validation accuracy", "%"),
    "train-loss": Metric("train_loss", "Training loss", "mean per example, last epoch"),
}


def choose(name, sweep):
    """The named metric; without a name the first that any run of the sweep has."""
    if name:
        return METRICS[name]
    have = {key for run in sweep.runs for key in run.final}
    train_only = "train_loss" in have and "validation_loss" not in have
    return METRICS["train-loss" if train_only else "validation-loss"]
