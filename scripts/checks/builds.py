"""Builds the presets of CMakePresets.json and runs their tests."""

import os
import shutil
import xml.etree.ElementTree as xml

from tally import run

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CORES = str(len(os.sched_getaffinity(0)))


def folder(preset, *parts):
    return os.path.join(ROOT, "build", preset, *parts)


def program(preset):
    return folder(preset, "sim", "exmy")


def build(tally, preset, *targets):
    """Configures and builds; one test. Returns whether it worked."""
    configure = ["cmake", "--preset", preset, "-DEXMY_WARNINGS_AS_ERRORS=ON"]
    if not os.path.exists(folder(preset, "CMakeCache.txt")) and not shutil.which("ninja"):
        configure += ["-G", "Unix Makefiles"]
    if shutil.which("ccache"):
        configure += ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"]
    make = ["cmake", "--build", folder(preset), "--parallel", CORES, "--target", *(targets or ["all"])]
    good = run(configure, cwd=ROOT) == 0 and run(make, cwd=ROOT) == 0
    return tally.add(f"build of {preset}", good)


def ctest(tally, preset):
    """Runs the tests of a preset and counts each."""
    results = folder(preset, "results.xml")
    if os.path.exists(results):
        os.remove(results)
    code = run(["ctest", "--preset", preset, "--parallel", CORES, "--output-junit", results], cwd=ROOT)
    failures = len(tally.failed)
    if os.path.exists(results):
        for case in xml.parse(results).getroot().iter("testcase"):
            _count(tally, f"{preset}: {case.get('name')}", case)
    if code != 0 and len(tally.failed) == failures:
        tally.add(f"{preset}: ctest", False)


def _count(tally, name, case):
    note = case.find("skipped")
    reason = "" if note is None else note.get("message", "")
    if case.get("status") == "disabled" or reason.startswith("SKIP_"):
        tally.skip(name, reason or "disabled")
    else:
        tally.add(name, case.get("status") == "run")
