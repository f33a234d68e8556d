"""Which sources are mutated, what is compiled again for each, at which level, and which tests must notice."""

import dataclasses
import os
import re
import zlib

from builds import ROOT

KERNELS = "formats/kernels/"
# A level by its name in EXMY_ISA, the word in the names of its units, and what a processor with it has.
LEVELS = {"baseline": ("baseline", ()), "x86-64-v2": ("v2", ("sse4_2", "popcnt")),
          "x86-64-v3": ("v3", ("avx2", "fma", "bmi2")),
          "x86-64-v4": ("v4", ("avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"))}


@dataclasses.dataclass(frozen=True)
class Target:
    """A source to mutate. `units`: what includes it, with {} for the level's word; `tests`: programs and their cases,
    those first that are fast or likely to notice."""
    path: str
    units: tuple
    tests: tuple
    levels: tuple = ("",)  # as far as the machine has them; "": whatever the tests take by themselves

    def of_level(self, level):
        return [unit.format(LEVELS[level][0] if level else "") for unit in self.units]


def _cases(*files):
    return ",".join(f"[#{file}]~[nightly]" for file in files)


ROUNDING = (("rounding_test", ""),)
CONVOLUTIONS = ("conv2d_test", "~[slow]")
TESTS = {
    "binary64": (("kernels_test", _cases("kernels_test", "kernels_modes_test", "kernels_digest_test",
                                         "kernels_panel_test", "kernels_binary64_test", "exponents_kernel_test")),
                 ("ops_test", _cases("matmul_test", "binary64_panels_test", "projector_random_test"))),
    "spans": (("kernels_test", _cases("float_spans_test")), ("kernels_test", _cases("kernels_digest_test")),
              ("ops_test", _cases("projector_test", "projector_paths_test", "projector_random_test"))),
    "tiles": (("kernels_test", _cases("tiles_kernel_test", "kernels_digest_test")),
              ("tiles_test", _cases("tile_plan_test", "tile_plan_ends_test", "tile_counting_test")),
              ("tiles_test", '[#tiles_test]~"*many times"~"*threads share"')),
    "strips": (("kernels_test", _cases("strips_kernel_test", "kernels_digest_test")), ("strips_test", "~[slow]")),
    "orders": (("kernels_test", _cases("orders_kernel_test", "kernels_digest_test")), ("orders_test", ""))}
PLAN_TESTS = {name: TESTS[name][1:] for name in ("tiles", "strips", "orders")}  # kernels know no plans
ALL_LEVELS = tuple(reversed(LEVELS))


def _family(name, files, *families):
    units = tuple(f"{KERNELS}{family}_{{}}.cpp" for family in families)
    return [Target(KERNELS + file + ".inc", units, TESTS[name], ALL_LEVELS) for file in files]


def _sources(tests, *paths):
    return [Target(path, (path,), tests) for path in paths]


SETS = {
    "rounding": [Target("formats/rounding.hpp", ("tests/support/rounding_calls.cpp", "formats/project.cpp"), ROUNDING)],
    "projection": [Target("formats/project.cpp", ("formats/project.cpp",), ROUNDING)],
    "binary64": _family("binary64", ("rounding", "binary64", "exponents", "random", "philox", "level"), "level")
    + _sources((*TESTS["binary64"], TESTS["spans"][0]), KERNELS + "kernels.cpp"),  # of which those of spans are made
    "spans": _family("spans", ("float_rounding", "float_counts", "float_drawn", "float_native", "float_operations",
                               "float_spans"), "float_spans")
    + _sources(TESTS["spans"], KERNELS + "float_spans.cpp", KERNELS + "float_spans_wide.cpp"),
    "tiles": _family("tiles", ("tile_vectors", "tile_counts", "tile_exactly", "tile_pairs", "tile_quick",
                               "tile_counted", "tile_wide", "tile_spans", "tiles"), "tiles"),
    "strips": _family("strips", ("strip_draws", "strip_rounding", "strips"), "strips"),
    "orders": _family("orders", ("orders_counts", "orders_pairwise", "orders_exact", "orders_block", "orders"),
                      "orders"),
    "plans": _sources(PLAN_TESTS["tiles"], "sim/ops/tile_plan.cpp", "sim/ops/tile_words.cpp")
    + _sources((*PLAN_TESTS["tiles"], CONVOLUTIONS), "sim/ops/tile_job.cpp")
    + _sources(PLAN_TESTS["strips"], "sim/ops/strip_plan.cpp")
    + _sources(PLAN_TESTS["orders"], "sim/ops/order_plan.cpp")
    + _sources(TESTS["spans"], "sim/ops/float_block.cpp"),
}
KERNEL_SETS = ("spans", "tiles", "strips", "orders", "binary64", "plans")
SETS["kernels"] = [target for name in KERNEL_SETS for target in SETS[name]]
SETS["all"] = SETS["rounding"] + SETS["projection"] + SETS["kernels"]
TARGETS = {target.path: target for target in SETS["all"]}


def has_level(level, flags):
    return set(LEVELS[level][1]) <= flags if level else True


def _flags():
    """What the processor says it can do."""
    if not os.path.exists("/proc/cpuinfo"):
        return set()
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        found = re.search(r"^flags\s*:(.*)$", file.read(), re.M)
    return set(found.group(1).split()) if found else set()


def levels_of(target, seed, text, flags=None):
    """The levels at which a mutant is tried: the first one, and if it changes nothing there (some lines are for long
    vectors), the next. The seed and the mutant's text decide which is the first."""
    there = [level for level in target.levels if has_level(level, _flags() if flags is None else flags)]
    first = zlib.crc32(f"{seed} {text}".encode()) % len(there)
    return there[first:] + there[:first]


def source(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()
