"""What the tests of the command line share. The environment variable EXMY names the program to test."""

import copy
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
QUICKSTART = os.path.join(ROOT, "experiments", "quickstart")
sys.dont_write_bytecode = True
sys.path.append(os.path.join(ROOT, "tests", "scripts"))

import check_report  # noqa: E402  (needs the path above)

REPORT_SCHEMA = check_report.load_schema()
TIMES = {"started_at", "finished_at", "wall_s", "steps_per_s", "time_s", "time_fraction", "peak_rss_bytes_count"}
SECONDS = 120  # of one call: a hang is a failure, whatever else the machine does

# Three steps of a small network: the least that can be run.
SMALL = {"seed": 1,
         "model": {"kind": "mlp", "hidden": [8]},
         "data": {"kind": "digits"},
         "training": {"steps": 3, "optimizer": {"kind": "sgd", "lr": 0.1}},
         "stats": {"counters": False}}
ERROR = re.compile(r"^(?P<file>[^\n]+?)(?::(?P<line>\d+):(?P<column>\d+))?: "
                   r"error\[(?P<code>E\d{3})\](?: (?P<pointer>/[^\n]*?))?: (?P<text>[^\n]*)$", re.M)


def program():
    path = os.environ.get("EXMY")
    if not path:
        raise RuntimeError("the environment variable EXMY has to name the program, for example "
                           "EXMY=build/release/sim/exmy")
    return os.path.abspath(path)


def without_times(value):
    """A report, but for what differs from run to run of the same experiment."""
    if isinstance(value, dict):
        return {key: without_times(item) for key, item in value.items() if key not in TIMES}
    return [without_times(item) for item in value] if isinstance(value, list) else value


def changed(config, **changes):
    """A copy with changes: training__steps=5 sets a member of a member, None removes it."""
    config = copy.deepcopy(config)
    for key, value in changes.items():
        *way, last = key.split("__")
        place = config
        for part in way:
            place = place.setdefault(part, {})
        if value is None:
            place.pop(last, None)
        else:
            place[last] = value
    return config


def merged(lower, upper):
    """One configuration laid over another, as `extends` does."""
    if not isinstance(lower, dict) or not isinstance(upper, dict):
        return upper
    over = {key: merged(lower[key], item) if key in lower else item for key, item in upper.items()}
    return {**lower, **over}


def load(path):
    """A configuration with what it extends."""
    with open(path, encoding="utf-8") as file:
        config = json.load(file)
    base = config.pop("extends", None)
    return merged(load(os.path.join(os.path.dirname(path), base)), config) if base else config


def shipped():
    """The paths of all configurations of the repository."""
    files = sorted(glob.glob(os.path.join(ROOT, "experiments", "*", "*.json")))
    return [path for path in files if os.path.basename(os.path.dirname(path)) not in ("schema", "data", "sweeps")]


class Answer:
    """What a call of the program did."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err
        self.lines = out.splitlines()
        self.errors = [found.groupdict() for found in ERROR.finditer(err)]

    def __repr__(self):
        return f"exit code {self.code}\nstdout:\n{self.out}\nstderr:\n{self.err}"


class ProgramTest(unittest.TestCase):
    """A test with an empty folder of its own, in which the program runs."""

    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="exmy-cli-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, content):
        """Writes text, bytes, or anything else as JSON; returns the name."""
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        if not isinstance(content, (str, bytes)):
            content = json.dumps(content, indent=1)
        with open(self.path(name), "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        return name

    def read(self, *parts):
        with open(self.path(*parts), "rb") as file:
            return file.read()

    def call(self, *words, env=None, **options):
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        done = subprocess.run([program(), *words], cwd=self.folder, env={**os.environ, **(env or {})},
                              timeout=SECONDS, stdin=subprocess.DEVNULL, **options)
        return Answer(done.returncode, (done.stdout or b"").decode(), (done.stderr or b"").decode())

    def good(self, *words, code=0, **options):
        answer = self.call(*words, **options)
        self.assertEqual(answer.code, code, answer)
        return answer

    def runs(self, *words, **options):
        """Runs; returns the answer and the report of every line of stdout, checked against its schema."""
        answer = self.good("run", *words, **options)
        return answer, [self.report(line) for line in answer.lines]

    def report(self, directory):
        report = json.loads(self.read(directory, "report.json"))
        self.assertEqual(check_report.problems(report, REPORT_SCHEMA), [], directory)
        return report

    def refused(self, config, *expected, words=(), command="validate"):
        """The configuration is refused with exactly these problems: (code, pointer, part of the text)."""
        name = self.write("refused.json", config)
        answer = self.good(command, name, *words, code=2)
        self.assertEqual(answer.out, "", answer)
        found = [(e["code"], e["pointer"] or "", e["text"]) for e in answer.errors]
        self.assertEqual(sorted(f[:2] for f in found), sorted(e[:2] for e in expected), answer)
        for code, pointer, text in expected:
            matches = [f for f in found if f[:2] == (code, pointer) and text in f[2]]
            self.assertTrue(matches, f"{text!r} is not said:\n{answer}")
        return answer

    def files(self, *parts):
        """Every file and folder below a folder, sorted."""
        top = self.path(*parts)
        found = []
        for folder, folders, names in os.walk(top):
            found += [os.path.relpath(os.path.join(folder, name), top) for name in folders + names]
        return sorted(found)
