"""Runs the fuzz targets of tests/fuzz (preset fuzz) for a while."""

import concurrent.futures
import os
import re
import subprocess
import tempfile

from builds import CORES, ROOT, build, folder

SOURCES = os.path.join(ROOT, "tests", "fuzz")
MAX_LENGTH = 2048  # bytes of an input
SLOWEST_S = 10     # an input that takes longer is a finding
MEMORY_MIB = 1024


def targets():
    """Every folder of inputs is a target's."""
    return sorted(os.listdir(os.path.join(SOURCES, "corpus")))


def check(tally, total_s=60, seed=1, kept=None):
    """One test a target. `total_s`: the targets' times together; `kept`: a folder in which their inputs stay
    for the next time (else only those of the repository are known)."""
    if not build(tally, "fuzz", "fuzzers"):
        return {}
    names = targets()
    print(f"{len(names)} targets, {total_s} s in all, seed {seed}", flush=True)
    with concurrent.futures.ThreadPoolExecutor(int(CORES)) as pool:
        results = list(pool.map(lambda name: _fuzz(name, total_s // len(names), seed, kept), names))
    for name, (code, output) in zip(names, results):
        done = re.search(r"Done (\d+) runs", output)
        print(f"fuzzing {name}: " + (done.group() if done else output[-6000:]), flush=True)
        if code != 0:
            print(f"the input is now in tests/fuzz/corpus/{name}: correct the cause and commit it", flush=True)
        tally.add(f"fuzzing {name}", code == 0)
    return {"cases": sum(int(run) for _, output in results for run in re.findall(r"Done (\d+) runs", output)),
            "mismatches": sum(code != 0 for code, _ in results)}


def _fuzz(name, seconds, seed, kept):
    """What the fuzzer says; a finding becomes a file of the corpus, where the ordinary test meets it too."""
    corpus = os.path.join(SOURCES, "corpus", name)
    dictionary = os.path.join(SOURCES, "dictionaries", name)
    with tempfile.TemporaryDirectory(dir=folder("fuzz")) as scratch:
        found = os.path.join(kept, name) if kept else scratch
        os.makedirs(found, exist_ok=True)
        command = [folder("fuzz", "tests", "fuzz", f"fuzz_{name}"), f"-max_total_time={seconds}",
                   f"-seed={seed}", f"-max_len={MAX_LENGTH}", f"-timeout={SLOWEST_S}", f"-rss_limit_mb={MEMORY_MIB}",
                   f"-artifact_prefix={corpus}/", "-print_final_stats=1", found, corpus]
        if os.path.exists(dictionary):
            command.insert(1, f"-dict={dictionary}")
        try:
            ended = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False,
                                   timeout=seconds + 120)
        except subprocess.TimeoutExpired:
            return 124, f"did not end after {seconds + 120} s"
    return ended.returncode, ended.stderr.decode(errors="replace")
