"""What scripts/mutate does: see there."""

import argparse
import concurrent.futures
import json
import os
import random
import re
import shlex
import subprocess
import sys
import time

sys.dont_write_bytecode = True  # leave the source tree clean

from builds import CORES, ROOT, build, folder
from equivalents import EQUIVALENT
from mutants import mutants
from tally import Tally

TEST = "rounding_test"
PRESET = "test"
WORK = os.path.join(ROOT, "build", "mutation")
# What is compiled again for each mutant of a file; a mutated header stands before the real one.
SOURCES = {"formats/rounding.hpp": ["tests/support/rounding_calls.cpp", "formats/project.cpp"],
           "formats/project.cpp": ["formats/project.cpp"]}
SETS = {"rounding": ["formats/rounding.hpp"], "projection": ["formats/project.cpp"],
        "all": ["formats/rounding.hpp", "formats/project.cpp"]}
TIME_LIMIT_S = 300  # a mutant that loops is killed; the test takes 2 s, more on a busy machine


class Bench:
    """The commands of the build, for one source that is not the tree's."""

    def __init__(self):
        with open(folder(PRESET, "compile_commands.json"), encoding="utf-8") as file:
            self.compile = {os.path.relpath(entry["file"], ROOT): entry["command"] for entry in json.load(file)}
        listed = subprocess.run(["ninja", "-C", folder(PRESET), "-t", "commands", f"tests/{TEST}"],
                                capture_output=True, text=True, check=True).stdout
        self.link = next(line for line in listed.splitlines() if f"-o tests/{TEST} " in line)

    def object(self, source, place, mutant):
        """Compiles a source with the mutant in front of the tree; None if that is no C++."""
        output = os.path.join(place, os.path.basename(source) + ".o")
        words = shlex.split(self.compile[source])
        at = words.index("-o")
        words = words[:at] + words[at + 2:]  # without the object's name
        words = [word for word in words if word not in ("-O2", "-O3", "-Werror")]
        if mutant.path == source:
            words[words.index(os.path.join(ROOT, source))] = os.path.join(place, source)
        words[words.index("-c"):words.index("-c")] = ["-O1", "-w", "-I" + place, "-o", output]
        words = _front(words, "-I" + place)
        return output if self._run(words) == 0 else None

    def result(self, mutant, number):
        """killed, survived, or stillborn: no C++."""
        place = os.path.join(WORK, str(number % 64))
        path = os.path.join(place, mutant.path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(mutant.text)
        objects = [self.object(source, place, mutant) for source in SOURCES[mutant.path]]
        os.remove(path)
        if None in objects:
            return "stillborn"
        program = os.path.join(place, TEST)
        link = self.link.replace(f"-o tests/{TEST} ", " ".join([*objects, "-o", program, ""]))
        if subprocess.run(link, shell=True, cwd=folder(PRESET), check=False).returncode != 0:
            return "stillborn"
        return "survived" if self._run([program]) == 0 else "killed"

    @staticmethod
    def _run(words):
        try:
            return subprocess.run(words, cwd=folder(PRESET), check=False, timeout=TIME_LIMIT_S,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
        except subprocess.TimeoutExpired:
            return 124


def _front(words, option):
    """The option before every other -I."""
    words = [word for word in words if word != option]
    first = next((i for i, word in enumerate(words) if word.startswith("-I")), words.index("-c"))
    return words[:first] + [option] + words[first:]


def chosen(which, sample, seed, match=""):
    found = []
    for path in SETS[which]:
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            found += [mutant for mutant in mutants(path, file.read()) if re.search(match, mutant.name())]
    return found if sample is None or sample >= len(found) else random.Random(seed).sample(found, sample)


def check(tally, which="rounding", sample=None, seed=1, match=""):
    """Builds the test, then tries every mutant; one test each, for the mutants that are C++."""
    if not build(tally, PRESET, TEST):
        return {}
    bench, started = Bench(), time.monotonic()
    if Bench._run([folder(PRESET, "tests", TEST)]) != 0:
        tally.add(f"{TEST} without a mutant", False)
        return {}
    tried = chosen(which, sample, seed, match)
    with concurrent.futures.ThreadPoolExecutor(int(CORES)) as pool:
        results = []
        for mutant, result in zip(tried, pool.map(bench.result, tried, range(len(tried)))):
            results.append(result)
            if result != "killed":
                print(f"{result}: {mutant.name()}", flush=True)
    counts = {kind: results.count(kind) for kind in ("killed", "survived", "stillborn")}
    for mutant, result in zip(tried, results):
        reason = mutant.reason_to_survive()
        if result == "survived" and reason:
            print(f"equivalent: {mutant.name()}: {reason}")
        elif reason and result == "killed":
            tally.add(f"listed as equivalent, but a test fails: {mutant.name()}", False)
        elif result != "stillborn":
            tally.add(f"no test notices {mutant.name()}", result == "killed")
    if sample is None and not match:
        made = {(mutant.path, mutant.after) for mutant in tried}
        for path, line in EQUIVALENT:
            if path in SETS[which] and (path, line) not in made:
                tally.add(f"listed as equivalent, but nothing becomes {path}: {line}", False)
    print(f"mutation of {', '.join(SETS[which])}: {len(tried)} mutants, {counts['killed']} killed, "
          f"{counts['survived']} survived, {counts['stillborn']} do not compile; "
          f"{time.monotonic() - started:.1f} s")
    return {"cases": len(tried), **counts}


def main():
    parser = argparse.ArgumentParser(prog="scripts/mutate", description="Shows that tests notice wrong constants.")
    parser.add_argument("--set", dest="which", choices=SETS, default="rounding")
    parser.add_argument("--sample", type=int, help="so many of them, drawn with the seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--match", default="", help="only those whose name (FILE:LINE: NEW LINE) matches")
    parser.add_argument("--list", action="store_true", help="only says which there are")
    arguments = parser.parse_args()
    choice = (arguments.which, arguments.sample, arguments.seed, arguments.match)
    if arguments.list:
        print(*(mutant.name() for mutant in chosen(*choice)), sep="\n")
        return 0
    tally = Tally()
    check(tally, *choice)
    return tally.summary()


if __name__ == "__main__":
    sys.exit(main())
