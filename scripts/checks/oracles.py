"""Cross-checks with Python packages, in a virtual environment of their own (build/venv)."""

import os
import shutil
import subprocess
import sys

from builds import ROOT, build, folder, program
from python_tests import unittests
from tally import Tally, run

REQUIREMENTS = os.path.join(ROOT, "tests", "oracles", "requirements.txt")
ENVIRONMENT = os.path.join(ROOT, "build", "venv")
PYTHON = os.path.join(ENVIRONMENT, "bin", "python")
INSTALLED = os.path.join(ENVIRONMENT, "requirements.txt")  # what is installed: a copy of the list
ORACLES = {"ml_dtypes": [("tests/oracles", "test_ml_dtypes.py")],
           "gfloat": [("tests/oracles", "test_gfloat.py")],
           "safetensors": [("tests/oracles", "test_safetensors.py")],
           "softfloatpy": [("tests/oracles", "test_softfloat.py")],
           "jsonschema": [("tests/oracles", "test_reports.py"), ("tests/scripts", "test_schema.py"),
                          ("tests/cli", "test_config_schema.py"), ("tests/cli", "test_sweep_schema.py")]}


def check(tally):
    """Runs every oracle. One that cannot be installed is skipped, by name, unless EXMY_REQUIRE_ORACLES=1."""
    required = os.environ.get("EXMY_REQUIRE_ORACLES") == "1"
    with tally.section("oracles: programs"):
        built = build(tally, "test", "exmy_oracle_driver", "exmy_safetensors_driver", "exmy")
    with tally.section("oracles: packages"):
        installed = install()
    drivers = {"EXMY_ORACLE_DRIVER": folder("test", "tests", "oracles", "exmy_oracle_driver"),
               "EXMY_SAFETENSORS_DRIVER": folder("test", "tests", "oracles", "exmy_safetensors_driver")}
    for name, modules in ORACLES.items():
        with tally.section(f"oracle {name}"):
            if not installed and required:
                tally.add(f"oracle {name}: its packages cannot be installed, but it is required", False)
            elif not installed:
                tally.skip(f"oracle {name}", "its packages cannot be installed")
            elif not built:
                tally.add(f"oracle {name}: the programs were not built", False)
            else:
                for path, pattern in modules:
                    unittests(tally, path, pattern, PYTHON, required, EXMY=program("test"), **drivers)


def install():
    """Makes the environment hold exactly the listed packages; False if that cannot be."""
    if os.path.exists(INSTALLED) and _text(INSTALLED) == _text(REQUIREMENTS):
        return True
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
           "--only-binary", ":all:", "--retries", "2", "--timeout", "30", "-r", REQUIREMENTS]
    if run([sys.executable, "-m", "venv", ENVIRONMENT]) != 0 or run(pip, stderr=subprocess.STDOUT) != 0:
        return False
    shutil.copyfile(REQUIREMENTS, INSTALLED)
    return True


def _text(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


if __name__ == "__main__":
    total = Tally()
    check(total)
    sys.exit(total.summary())
