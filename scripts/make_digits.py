#!/usr/bin/env python3
"""Write experiments/data/digits-8x8.txt from scikit-learn's load_digits; --check only compares.

Needs scikit-learn (the shipped file was made with scikit-learn==1.9.1).
The lines are sorted by the sha256 of the sample number in decimal: a fixed shuffle that needs no random
generator. experiments/data/README.md documents the layout and says why the order is shuffled.
"""
import argparse
import hashlib
import pathlib
import sys

SHIPPED = pathlib.Path(__file__).resolve().parent.parent / "experiments" / "data" / "digits-8x8.txt"
PIXELS = "0123456789abcdefg"


def shuffled(count):
    return sorted(range(count), key=lambda i: hashlib.sha256(str(i).encode("ascii")).digest())


def line(index, label, pixels):
    return f"{index:04d} {label} {''.join(PIXELS[int(p)] for p in pixels)}\n"


def digits():
    from sklearn.datasets import load_digits
    data, target = load_digits(return_X_y=True)
    return "".join(line(i, target[i], data[i]) for i in shuffled(len(target))).encode("ascii")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", nargs="?", type=pathlib.Path, default=SHIPPED,
                        help="default: the shipped file")
    parser.add_argument("--check", action="store_true",
                        help="compare instead of writing; exit code 1 if the bytes differ")
    arguments = parser.parse_args()
    made = digits()
    if not arguments.check:
        arguments.path.write_bytes(made)
    elif arguments.path.read_bytes() != made:
        sys.exit(f"{arguments.path}: differs from load_digits of this scikit-learn")
    print(f"{arguments.path} sha256 {hashlib.sha256(made).hexdigest()}")


if __name__ == "__main__":
    main()
