"""Talks to the program of driver.cpp: exmy's formats and operations, for the cross-checks in Python."""

import os
import subprocess

import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("EXMY_ORACLE_DRIVER") or os.path.join(ROOT, "build", "test", "tests", "oracles",
                                                               "exmy_oracle_driver")
NO_CODE = 2**64 - 1  # what `encode` answers for a number that the format does not have
EVENTS = ("zero_in nan_in inf_in inexact rounded_up rounded_down tie overflow saturated underflow_to_zero "
          "flushed underflow_inexact subnormal_out nan_generated nan_lost beyond infinite invalid").split()


class Driver:
    """One running program; use it with `with`."""

    def __init__(self, program=PROGRAM):
        self._process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def decode(self, format_name):
        """The values of all codes, in order."""
        return _numbers(self._ask(f"decode {format_name}"))

    def encode(self, format_name, values):
        values = np.ascontiguousarray(values, np.float64)
        return np.frombuffer(self._ask(f"encode {format_name} {values.size}", values), np.uint64)

    def project(self, format_name, values, rounding="nearest_even", saturation="none", random_bits=16,
                random=None):
        """Values and event bits; `random` holds one R per value."""
        return self.operate("project", format_name, [values], rounding, saturation, random_bits, random)

    def operate(self, operation, format_name, operands, rounding="nearest_even", saturation="none",
                random_bits=16, random=None):
        operands = [np.ascontiguousarray(x, np.float64) for x in operands]
        count = operands[0].size
        random = np.zeros(count, np.uint32) if random is None else np.ascontiguousarray(random, np.uint32)
        request = f"{operation} {format_name} {rounding} {saturation} {random_bits} {count}"
        answer = self._ask(request, *operands, random)
        return _numbers(answer[:8 * count]), np.frombuffer(answer, np.uint32, offset=8 * count)

    def _ask(self, request, *arrays):
        self._process.stdin.write(request.encode() + b"\n")
        for array in arrays:
            self._process.stdin.write(array.tobytes())
        self._process.stdin.flush()
        verdict, _, rest = self._process.stdout.readline().decode().strip().partition(" ")
        if verdict != "ok":
            raise ValueError(f"{request}: {rest or 'the program ended'}")
        return self._process.stdout.read(int(rest))


def _numbers(answer):
    values = np.frombuffer(answer, np.float64)
    if np.any(values.view(np.uint64) != bits(values)):
        raise ValueError("a NaN with sign or payload")
    return values


def has(events, name):
    """Where an event happened."""
    return (events >> np.uint32(EVENTS.index(name))) & 1 != 0


def bits(values):
    """The bits of doubles, every NaN as the one that exmy has: positive, quiet, payload 0."""
    values = np.array(values, np.float64)
    values[np.isnan(values)] = np.frombuffer(np.uint64(0x7FF8000000000000).tobytes(), np.float64)[0]
    return values.view(np.uint64)
