"""Puts the peers into build/peers and starts the comparison there."""

import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
REQUIREMENTS = os.path.join(HERE, "requirements.txt")
ENVIRONMENT = os.path.join(ROOT, "build", "peers")
PYTHON = os.path.join(ENVIRONMENT, "bin", "python")
INSTALLED = os.path.join(ENVIRONMENT, "requirements.txt")  # what is installed: a copy of the list


def text(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def install():
    if os.path.exists(INSTALLED) and text(INSTALLED) == text(REQUIREMENTS):
        return True
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
           "--only-binary", ":all:", "-r", REQUIREMENTS]
    for command in ([sys.executable, "-m", "venv", ENVIRONMENT], pip):
        if subprocess.run(command, check=False, stdout=sys.stderr).returncode != 0:
            return False
    shutil.copyfile(REQUIREMENTS, INSTALLED)
    return True


if __name__ == "__main__":
    if not install():
        sys.exit("scripts/compare_peers: the packages cannot be installed")
    os.execv(PYTHON, [PYTHON, "-B", os.path.join(HERE, "compare.py"), *sys.argv[1:]])
