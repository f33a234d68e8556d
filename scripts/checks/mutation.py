"""What scripts/mutate does: see there."""

import argparse
import concurrent.futures
import filecmp
import json
import os
import re
import shlex
import subprocess
import sys
import threading
import time
import zlib

sys.dont_write_bytecode = True  # leave the source tree clean

from builds import CORES, ROOT, build, folder
from equivalents import EQUIVALENT, is_tuning
from mutants import mutants
from mutation_targets import SETS, TARGETS, levels_of, source
from tally import Tally

PRESET = "test"
WORK = os.path.join(ROOT, "build", "mutation")
COMPILER_LIMIT_S = 600
LIMITED = ["sh", "-c", 'ulimit -v 16000000; exec "$@"', "sh"]  # KiB: a mutant that allocates without end is killed, too
ENVIRONMENT = {"OMP_WAIT_POLICY": "passive", "OMP_NUM_THREADS": "1", "CCACHE_DISABLE": "1"}
PROGRESS = 100  # mutants


class Bench:
    """The commands of the build, for one source that is not the tree's."""

    def __init__(self, tests):
        with open(folder(PRESET, "compile_commands.json"), encoding="utf-8") as file:
            self.compile = {os.path.relpath(entry["file"], ROOT): entry["command"] for entry in json.load(file)}
        self.link = {test: self._link(test) for test in tests}
        self.originals, self.lock = {}, threading.Lock()
        self.limit_s = {}  # of each test: a mutant that loops is killed

    @staticmethod
    def _link(test):
        listed = subprocess.run(["ninja", "-C", folder(PRESET), "-t", "commands", f"tests/{test}"],
                                capture_output=True, text=True, check=True).stdout
        return next(line for line in listed.splitlines() if f"-o tests/{test} " in line)

    def object(self, unit, place, path=""):
        """Compiles a unit with what is in `place` in front of the tree; None if that is no C++."""
        output = os.path.join(place, os.path.basename(unit) + ".o")
        words = shlex.split(self.compile[unit])
        at = words.index("-o")
        words = words[:at] + words[at + 2:]  # without the object's name
        words = [word for word in words if word not in ("-O2", "-O3", "-Werror")]
        if path == unit:
            words[words.index(os.path.join(ROOT, unit))] = os.path.join(place, unit)
        words[words.index("-c"):words.index("-c")] = ["-O1", "-w", "-I" + place, "-o", output]
        words = _front(words, "-I" + place)
        return output if self._run(words) == 0 else None

    def original(self, unit):
        """The object of the tree's unit, compiled in the same way."""
        with self.lock:
            if unit not in self.originals:
                self.originals[unit] = self.object(unit, _made(os.path.join(WORK, "original")))
        return self.originals[unit]

    def result(self, mutant, seed, number):
        """killed, survived, same code, or stillborn: no C++. At the first level where it is killed, or at all."""
        target = TARGETS[mutant.path]
        place = _made(os.path.join(WORK, str(number % 64)))
        results = []
        for level in levels_of(target, seed, mutant.after):
            results.append(self.at_level(mutant, target, level, place))
            if results[-1] in ("killed", "stillborn"):
                return results[-1]
        return "survived" if "survived" in results else "same code"

    def at_level(self, mutant, target, level, place):
        path = os.path.join(place, mutant.path)
        _made(os.path.dirname(path))
        with open(path, "w", encoding="utf-8") as file:
            file.write(mutant.text)
        units = target.of_level(level)
        objects = [self.object(unit, place, mutant.path) for unit in units]
        os.remove(path)
        if None in objects:
            return "stillborn"
        found = self.judged(target.tests, level, objects, place)
        same = found == "survived" and all(filecmp.cmp(self.original(unit), made, shallow=False)
                                           for unit, made in zip(units, objects))
        return "same code" if same else found

    def judged(self, tests, level, objects, place):
        environment = {"EXMY_ISA": level} if level else {}
        for test, cases in tests:
            program = os.path.join(place, test)
            link = self.link[test].replace(f"-o tests/{test} ", " ".join([*objects, "-o", program, ""]))
            if subprocess.run(link, shell=True, cwd=folder(PRESET), check=False).returncode != 0:
                return "stillborn"
            run = self._run([*LIMITED, *_command(program, cases)], self.limit_s[test, cases], **environment)
            os.remove(program)
            if run != 0:
                return "killed"
        return "survived"

    def passes(self, test, cases):
        """Whether a test passes without a mutant; it may take ten times as long with one, on a busy machine more."""
        started = time.monotonic()
        code = self._run(_command(folder(PRESET, "tests", test), cases))
        self.limit_s[test, cases] = 30 + 10 * (time.monotonic() - started)
        return code == 0

    @staticmethod
    def _run(words, limit_s=COMPILER_LIMIT_S, **environment):
        try:
            return subprocess.run(words, cwd=folder(PRESET), check=False, timeout=limit_s,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  env={**os.environ, **ENVIRONMENT, **environment}).returncode
        except subprocess.TimeoutExpired:
            return 124


def _command(program, cases):
    return [program, "--abort", "-#", *([cases] if cases else [])]


def _made(place):
    os.makedirs(place, exist_ok=True)
    return place


def _front(words, option):
    """The option before every other -I."""
    words = [word for word in words if word != option]
    first = next((i for i, word in enumerate(words) if word.startswith("-I")), words.index("-c"))
    return words[:first] + [option] + words[first:]


def chosen(which, sample, seed, match="", constants=False):
    """The mutants of a set; `constants`: one of each number but 0, 1 and 2. A sample has those whose names, without the line, come first after hashing with the seed: a
    change of a source changes it little."""
    found = []
    for target in SETS[which]:
        found += [mutant for mutant in mutants(target.path, source(target.path), constants=constants)
                  if re.search(match, mutant.name()) and not is_tuning(mutant)]
    if sample is None or sample >= len(found):
        return found
    return sorted(found, key=lambda mutant: zlib.crc32(f"{seed} {mutant.path} {mutant.after}".encode()))[:sample]


def _baseline(tally, bench, tried):
    """Whether the tests pass without a mutant; one test each."""
    good = True
    for test, cases in sorted({test for mutant in tried for test in TARGETS[mutant.path].tests}):
        good = tally.add(f"{test} {cases} without a mutant", bench.passes(test, cases)) and good
    return good


def check(tally, which="rounding", sample=None, seed=1, match="", constants=False):
    """Builds the tests, then tries every mutant; one test each, for the mutants that are C++ and change the code."""
    tried, started = chosen(which, sample, seed, match, constants), time.monotonic()
    tests = sorted({test for mutant in tried for test, _ in TARGETS[mutant.path].tests})
    if not build(tally, PRESET, *tests):
        return {}
    bench = Bench(tests)
    if not _baseline(tally, bench, tried):
        return {}
    with concurrent.futures.ThreadPoolExecutor(int(CORES)) as pool:
        results = []
        for mutant, result in zip(tried, pool.map(lambda one: bench.result(one[1], seed, one[0]), enumerate(tried))):
            results.append(result)
            if len(results) % PROGRESS == 0:
                print(f"{len(results)} of {len(tried)}, {time.monotonic() - started:.0f} s", flush=True)
            if result not in ("killed", "same code"):
                print(f"{result}: {mutant.name()}", flush=True)
    counts = {kind: results.count(kind) for kind in ("killed", "survived", "stillborn", "same code")}
    _judge(tally, tried, results)
    if sample is None and not match and not constants:
        _all_listed_exist(tally, which, tried)
    print(f"mutation of {which}{' (constants)' if constants else ''}: {len(tried)} mutants, {counts['killed']} killed, {counts['survived']} survived, "
          f"{counts['same code']} change no code, {counts['stillborn']} do not compile; "
          f"{time.monotonic() - started:.1f} s")
    return {"cases": len(tried), **counts}


def _judge(tally, tried, results):
    lines = [(mutant.path, mutant.after) for mutant in tried]
    for mutant, result in zip(tried, results):
        reason = mutant.reason_to_survive()
        if result == "survived" and reason:
            print(f"equivalent: {mutant.name()}: {reason}")
        elif reason and result == "killed" and lines.count((mutant.path, mutant.after)) == 1:
            tally.add(f"listed as equivalent, but a test fails: {mutant.name()}", False)
        elif result in ("killed", "survived"):
            tally.add(f"no test notices {mutant.name()}", result == "killed")


def _all_listed_exist(tally, which, tried):
    made = {(mutant.path, mutant.after) for mutant in tried}
    paths = [target.path for target in SETS[which]]
    for path, line in EQUIVALENT:
        if path in paths and (path, line) not in made:
            tally.add(f"listed as equivalent, but nothing becomes {path}: {line}", False)


def main():
    parser = argparse.ArgumentParser(prog="scripts/mutate", description="Shows that tests notice wrong constants.")
    parser.add_argument("--set", dest="which", choices=SETS, default="rounding")
    parser.add_argument("--sample", type=int, help="so many of them, drawn with the seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--match", default="", help="only those whose name (FILE:LINE: NEW LINE) matches")
    parser.add_argument("--constants", action="store_true", help="one change of each number but 0, 1 and 2")
    parser.add_argument("--list", action="store_true", help="only says which there are")
    arguments = parser.parse_args()
    choice = (arguments.which, arguments.sample, arguments.seed, arguments.match, arguments.constants)
    if arguments.list:
        print(*(mutant.name() for mutant in chosen(*choice)), sep="\n")
        return 0
    tally = Tally()
    check(tally, *choice)
    return tally.summary()


if __name__ == "__main__":
    sys.exit(main())
