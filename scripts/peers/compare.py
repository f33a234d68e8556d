"""What scripts/compare_peers does: see there."""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time

import numpy as np
import packages

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OPERANDS, SUMS = "e5m2", "fp16"  # of the matrix product


class Exmy:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def call(self, *words, given=None):
        return subprocess.run([self.program, *words], check=True, stdout=subprocess.PIPE, text=True, input=given).stdout

    def quantize(self, x, name, rounding="nearest_even"):
        files = [os.path.join(self.folder, file) for file in ("x.npy", "y.npy")]
        np.save(files[0], x)
        self.call("quantize", "--format", name, "--rounding", rounding, "--in", files[0], "--out", files[1])
        return np.load(files[1])

    def bench(self, filter_, quick):
        file = os.path.join(self.folder, "bench.json")
        self.call("bench", "--filter", filter_, "--json", file, *(["--quick"] if quick else []))
        with open(file, encoding="utf-8") as opened:
            return json.load(opened)

    def step(self, operation, *columns, formats=SUMS):
        """One operation, element by element, on values of SUMS or of OPERANDS."""
        widths = {"fp16": np.float16, "e5m2": packages.DTYPES["e5m2"]}
        kinds = [widths[name] for name in formats.split(",")]
        codes = [column.astype(kind).view(np.uint16 if kind is np.float16 else np.uint8)
                 for column, kind in zip(columns, kinds)]
        lines = "".join(" ".join(f"{int(code):X}" for code in line) + "\n" for line in zip(*codes))
        answer = self.call("arith", "--format", formats, "--to", SUMS, "--op", operation, given=lines)
        found = [int(line.split()[len(columns)], 16) for line in answer.splitlines()]
        return np.array(found, dtype=np.uint16).view(np.float16).astype(np.float32)

    def product(self, a, b):
        """a b, k ascending, every product and every sum rounded."""
        total = np.zeros(a.shape[0] * b.shape[1], dtype=np.float32)
        for k in range(a.shape[1]):
            left, right = np.repeat(a[:, k], b.shape[1]), np.tile(b[k], a.shape[0])
            term = self.step("mul", left, right, formats=f"{OPERANDS},{OPERANDS}")
            total = self.step("add", total, term, formats=f"{SUMS},{SUMS}")
        return total.reshape(a.shape[0], b.shape[1])


def hard_numbers(count):
    """float32 of 50 binades, with few bits or many: ties, subnormals, overflow; and special values."""
    random = np.random.default_rng(1)
    keep = np.uint32(0xffffffff) << random.integers(0, 23, count).astype(np.uint32)
    exponents = (97 + random.integers(0, 50, count)).astype(np.uint32) << np.uint32(23)
    x = (random.integers(0, 1 << 32, count, dtype=np.uint32) & np.uint32(0x807fffff) & keep | exponents).view(np.float32)
    x[:6] = [0, -0.0, np.inf, -np.inf, np.nan, 464]
    return x


def bits(x):
    y = np.array(x, dtype=np.float32)
    y[np.isnan(y)] = np.nan  # of any sign and payload
    return y.view(np.uint32)


def differences(x, got, want):
    """Counts by reason."""
    differ = bits(got) != bits(want)
    got = np.asarray(got, dtype=np.float32)
    zero = differ & (got == 0) & (want == 0)
    beyond = differ & ~np.isfinite(want)
    tiny = differ & ~zero & ~beyond & (np.abs(want) < 1e-3)
    found = {"sign of zero": zero, "overflow or a special value": beyond, "a small number": tiny,
             "something else": differ & ~zero & ~beyond & ~tiny}
    return {reason: int(where.sum()) for reason, where in found.items() if where.any()}


def strays(got, below, above):
    """What is neither neighbour of the number that was rounded, by reason."""
    out = (got != below) & (got != above)
    found = {"0, which is no neighbour": out & (got == 0), "no neighbour": out & (got != 0)}
    return {reason: int(where.sum()) for reason, where in found.items() if where.any()}


def rate(function, count, quick, *arguments):
    """Gigaelements a second: the best of 7 calls."""
    times = []
    for _ in range(1 if quick else 7):
        begin = time.perf_counter()
        function(*arguments)
        times.append(time.perf_counter() - begin)
    return count / min(times) * 1e-9


def kernel(rows, *names):
    """The first of these rows of exmy bench that there is."""
    found = {row["name"]: row["value"] for row in rows["rows"]}
    for name in names:
        if name in found:
            return found[name], name
    return None, None


def round_rows(exmy, quick):
    """Per format: rates of nearest-even and stochastic passes, and where the results differ."""
    bench = exmy.bench("round/", quick)
    speed = np.random.default_rng(2).standard_normal(1 << (12 if quick else 20)).astype(np.float32)
    hard = hard_numbers(1 << (10 if quick else 16))
    for name in packages.FORMATS:
        want = exmy.quantize(hard, name)
        below, above = (exmy.quantize(speed, name, "toward_" + way) for way in ("negative", "positive"))
        for mode, suffix in (("nearest even", ""), ("stochastic", "/stochastic")):
            value, row = kernel(bench, *(f"round/{name}/{carrier}L2{suffix}" for carrier in ("", "double/")))
            found = {"what": f"{name}, {mode}", "unit": "Gelem/s", "exmy": value, "exmy_row": row, "peers": {}}
            for peer, (formats, nearest, drawn_formats, drawn) in packages.PEERS.items():
                if name not in (formats if mode == "nearest even" else drawn_formats):
                    continue
                function = (nearest if mode == "nearest even" else drawn)(name)
                part = speed if rate(function, 4096, True, speed[:4096]) > 0.02 else speed[: 1 << 16]
                one = {"value": rate(function, part.size, quick, part)}
                if mode == "nearest even":
                    got = function(hard)
                    one |= {"elements_count": hard.size, "differences": differences(hard, got, want)}
                else:
                    got = np.asarray(function(part), dtype=np.float32)
                    one |= {"elements_count": part.size,
                            "differences": strays(got, below[: part.size], above[: part.size])}
                found["peers"][peer] = one
            yield found


def product_row(exmy, quick):
    """A matrix product with every product and sum rounded."""
    bench = exmy.bench("rounded-products", quick)
    value, row = kernel(bench, f"matrix/{SUMS}/rounded-products/watched")
    random = np.random.default_rng(3)
    n = 16 if quick else 96
    draw = (random.standard_normal((2, n, n)) * 2).astype(np.float32)
    a, b = draw.astype(packages.DTYPES[OPERANDS]).astype(np.float32)
    small = (a[:7, :40], b[:40, :9])
    got = packages.product_by_apytypes(*small, OPERANDS, SUMS)().to_numpy()
    peer = {"value": rate(packages.product_by_apytypes(a, b, OPERANDS, SUMS), n ** 3, quick),
            "elements_count": got.size, "differences": differences(got, got, exmy.product(*small))}
    return {"what": f"matrix product, every product and sum rounded to {SUMS}", "unit": "GMAC/s", "exmy": value,
            "exmy_row": row, "peers": {"apytypes": peer}}


def told(one):
    if not one["differences"]:
        return "equal"
    return "; ".join(f"{count} of {one['elements_count']} differ: {why}" for why, count in one["differences"].items())


def table(rows):
    yield f"{'what':58} {'exmy':>12}   {'peer':10} {'rate':>12} {'exmy/peer':>10}   results"
    for row in rows:
        ours = f"{row['exmy']:.3g} {row['unit']}" if row["exmy"] else "not measured"
        for peer, one in row["peers"].items():
            ratio = f"{row['exmy'] / one['value']:.3g}" if row["exmy"] else ""
            yield (f"{row['what']:58} {ours:>12}   {peer:10} {one['value']:12.3g} {ratio:>10}   {told(one)}")


def main():
    parser = argparse.ArgumentParser(prog="scripts/compare_peers")
    parser.add_argument("--exmy", default=os.path.join(ROOT, "build", "release", "sim", "exmy"))
    parser.add_argument("--json")
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    if not os.access(arguments.exmy, os.X_OK):
        parser.error(f"{arguments.exmy} is no program; --exmy names it, scripts/quickstart builds it")
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # one core for everyone
    with tempfile.TemporaryDirectory(prefix="exmy-peers-") as folder, np.errstate(all="ignore"):
        exmy = Exmy(os.path.abspath(arguments.exmy), folder)
        rows = [*round_rows(exmy, arguments.quick), product_row(exmy, arguments.quick)]
        machine = exmy.bench("round/fp16", True)["machine"]
    found = {"machine": machine, "load": os.getloadavg()[0], "python": platform.python_version(),
             "exmy": exmy.call("--version").split()[-1], "quick": arguments.quick,
             "peers": {name: packages.version(name) for name in (*packages.PEERS, "numpy")}, "rows": rows}
    print(*table(rows), sep="\n")
    print("\nexmy: its kernels, on arrays in the L2 cache. Peers: their Python calls on arrays of 1,048,576 float32 "
          "(65,536 where that\ntakes long), results as float32, the best of 7. One core for each. "
          + ", ".join(f"{name} {number}" for name, number in found["peers"].items()) +
          f".\n{machine['cpu']}, load {found['load']:.1f}")
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(found, file, indent=2)


if __name__ == "__main__":
    sys.exit(main())
