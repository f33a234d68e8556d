"""The tests of the kernels on another processor: cross-compiled for aarch64, run by qemu."""

import os
import platform
import shutil
import sys

from builds import build, ctest
from tally import Tally

COMPILER = "aarch64-linux-gnu-g++"
EMULATORS = ("qemu-aarch64", "qemu-aarch64-static")


def obstacle():
    """Why they cannot run here; empty if they can."""
    if platform.machine() == "aarch64":
        return "this machine is one: its own tests say the same"
    if not shutil.which(COMPILER) or not any(map(shutil.which, EMULATORS)):
        return "no compiler for it, or no qemu (scripts/setup --all installs them)"
    if not os.path.exists("/usr/include/catch2/catch.hpp"):
        return "Catch2 is version 3 here, a library that is not there for aarch64"
    return ""


def check(tally):
    with tally.section("aarch64"):
        why = obstacle()
        if why and platform.machine() != "aarch64" and os.environ.get("EXMY_REQUIRE_ORACLES") == "1":
            tally.add(f"aarch64: {why}, but it is required", False)
        elif why:
            tally.skip("aarch64", why)
        elif build(tally, "aarch64"):
            ctest(tally, "aarch64")


if __name__ == "__main__":
    total = Tally()
    check(total)
    sys.exit(total.summary())
