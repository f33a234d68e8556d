"""Where the program is started: arithmetic in other modes, EXMY_ISA, EXMY_SHARE_FROM, OMP_NUM_THREADS."""

import json
import os
import platform
import subprocess
import time
import unittest

from program import HERE, ProgramTest, SMALL, changed, program

X86 = platform.machine() == "x86_64"
# What the library does: what is said of it.
MODES = {"down": "rounding is toward negative", "up": "rounding is toward positive", "zero": "rounding is toward zero"}
MODES_OF_X86 = {"ftz": "results below the normal range become 0 (flush-to-zero)",
                "daz": "subnormal operands are read as 0 (denormals-are-zero)",
                "traps": "floating-point exceptions trap"}
REFUSAL = "floating-point arithmetic is not in its usual modes"
LEVELS = ("baseline", "x86-64-v2", "x86-64-v3", "x86-64-v4")


class Modes(ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.library = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"exmy-modes-{os.getpid()}.so")
        subprocess.run(["g++", "-shared", "-fPIC", "-O1", "-o", cls.library, os.path.join(HERE, "modes.cpp"), "-ldl"],
                       check=True)
        cls.addClassCleanup(os.remove, cls.library)

    def setUp(self):
        super().setUp()
        self.write("a.json", SMALL)
        self.write("s.json", {"base": "a.json", "parameters": {"seed": {"values": [1, 2]}}})

    def mode(self, name, where="any"):
        return {"LD_PRELOAD": self.library, "EXMY_MODE": name, "EXMY_MODE_WHERE": where}

    def refused(self, *words, mode, where="any", said=None):
        """Exit code 3, one line that says what is wrong and what to do, and nothing is written."""
        answer = self.good(*words, env=self.mode(mode, where), code=3)
        self.assertEqual(answer.out, "")
        (line,) = answer.err.splitlines()
        self.assertTrue(line.startswith(REFUSAL), line)
        self.assertIn({**MODES, **MODES_OF_X86}[mode], line)
        self.assertIn("nothing was computed", line)
        self.assertIn("LD_PRELOAD", line)
        self.assertIn(said or "", line)
        self.assertEqual(self.files("results"), [])

    def test_each_mode_is_named(self):
        for mode in {**MODES, **(MODES_OF_X86 if X86 else {})}:
            with self.subTest(mode):
                self.refused("quantize", "--format", "e4m3fn", "0.1", mode=mode)

    def test_every_command_that_computes_refuses(self):
        for words in (("run", "a.json"), ("run", "a.json", "--dry-run"), ("resume", "x"), ("arith", "--op", "add"),
                      ("quantize", "--format", "fp16", "1"), ("verify", "--quick"), ("sweep", "s.json"),
                      ("bench", "--quick"), ("format", "show", "fp16"), ("validate", "a.json"), ("compare", "x")):
            with self.subTest(words):
                self.refused(*words, mode="zero")

    def test_version_and_help_do_not_compute(self):
        for words in (("--version",), ("--help",), ("run", "--help")):
            self.good(*words, env=self.mode("zero"))

    def test_a_library_that_leaves_all_as_it_is(self):
        self.good("run", "a.json", env=self.mode("none"))

    def test_the_runs_of_a_sweep_refuse(self):
        answer = self.good("sweep", "s.json", "--quiet", env=self.mode("up", "run"), code=1)
        self.assertIn("failed", answer.out + answer.err)
        (failure, _) = [name for name in self.files("results") if name.endswith("failure.json")]
        told = json.loads(self.read("results", failure))
        self.assertEqual(told["exit_code"], 3)
        self.assertIn("rounding is toward positive", told["message"])
        self.assertEqual([name for name in self.files("results") if name.endswith("report.json")], [])

    def test_threads_with_another_mode_than_the_first(self):
        for mode in ("down", "ftz") if X86 else ("down",):
            env = {**self.mode(mode, "threads"), "OMP_NUM_THREADS": "3"}
            for words in (("run", "a.json", "--quiet"), ("verify", "--quick", "--part", "codes")):
                with self.subTest(words):
                    answer = self.good(*words, env=env, code=3)
                    (line,) = answer.err.splitlines()
                    self.assertIn(REFUSAL + " in a thread of OpenMP: ", line)
                    self.assertIn({**MODES, **MODES_OF_X86}[mode], line)
            self.assertEqual([name for name in self.files() if name.endswith("report.json")], [])

    def test_one_thread_has_no_others(self):
        self.good("run", "a.json", "--quiet", env={**self.mode("down", "threads"), "OMP_NUM_THREADS": "1"})


class Environment(ProgramTest):
    def setUp(self):
        super().setUp()
        self.config = changed(SMALL, policy=[{"match": {"role": "accumulator"}, "format": "fp16"}])
        self.write("a.json", self.config)
        self.count = 0

    def bits(self, *words, **env):
        self.count += 1
        answer, (report,) = self.runs("a.json", *words, "--quiet", "--out", f"out-{self.count}", env=env)
        return report["determinism"], report["provenance"], answer

    def test_an_unknown_level(self):
        for name in ("avx512", "x86-64-v5", "X86-64-V3", "v3", " baseline"):
            for words in (("run", "a.json"), ("quantize", "--format", "fp16", "1"), ("bench", "--quick")):
                with self.subTest(name, words=words):
                    answer = self.good(*words, env={"EXMY_ISA": name}, code=2)
                    self.assertEqual(answer.err, f'EXMY_ISA: unknown level "{name}" (known: auto, '
                                                 f'{", ".join(LEVELS)})\n')
                    self.assertEqual(self.files("results"), [])

    def test_every_level_has_the_same_bits_also_one_that_the_machine_lacks(self):
        first, provenance, _ = self.bits()
        best = provenance["instruction_set"]["used"]
        for name in (*LEVELS, "auto", ""):
            with self.subTest(name):
                same, provenance, _ = self.bits(EXMY_ISA=name)
                self.assertEqual(same, first)
                used = provenance["instruction_set"]["used"]
                self.assertEqual(used, name if name in LEVELS[: LEVELS.index(best)] else best)

    def test_threads_wait_without_spinning(self):
        """On cores that are shared, threads that spin take them from the one that they wait for."""
        for given, wanted in ((None, b"passive"), ("active", b"active")):
            env = {key: value for key, value in os.environ.items() if key != "OMP_WAIT_POLICY"}
            env |= {"OMP_WAIT_POLICY": given} if given else {}
            process = subprocess.Popen([program(), "verify"], env=env, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            try:
                found, deadline = b"", time.monotonic() + 30
                while b"OMP_WAIT_POLICY=" not in found and time.monotonic() < deadline:
                    with open(f"/proc/{process.pid}/environ", "rb") as file:
                        found = file.read()
                self.assertIn(b"OMP_WAIT_POLICY=" + wanted, found.split(b"\0"))
            finally:
                process.kill()
                process.wait()

    def test_from_how_much_work_on_threads_share(self):
        first, _, _ = self.bits("+threads=3")
        for number in ("", "0", "1", "100", "18446744073709551615"):
            with self.subTest(number):
                self.assertEqual(self.bits("+threads=3", EXMY_SHARE_FROM=number)[0], first)

    def test_no_number_from_which_threads_share(self):
        for number in ("-1", "1e3", "0x10", "two", " 1", "1 ", "18446744073709551616"):
            for words in (("run", "a.json"), ("quantize", "--format", "fp16", "1")):
                with self.subTest(number, words=words):
                    answer = self.good(*words, env={"EXMY_SHARE_FROM": number}, code=2)
                    self.assertEqual(answer.err, f'EXMY_SHARE_FROM: "{number}" is no number of elements or '
                                                 'multiply-adds (a decimal number, 0 or greater)\n')
                    self.assertEqual(self.files("results"), [])

    def test_too_many_threads_for_openmp(self):
        for number in ("1025", "100000", "2000000000"):
            for words in (("run", "a.json"), ("verify", "--quick", "--part", "codes")):
                with self.subTest(number, words=words):
                    answer = self.good(*words, env={"OMP_NUM_THREADS": number}, code=2)
                    self.assertEqual(answer.err,
                                     f"OMP_NUM_THREADS: {number} threads; at most 1024 are possible\n")
        self.assertEqual(self.files("results"), [])

    def test_other_numbers_of_threads_for_openmp(self):
        """OpenMP says that it cannot use them, and takes its own number."""
        first, provenance, _ = self.bits()
        for number in ("0", "-1", "two", "1e3", "1,2"):
            with self.subTest(number):
                same, found, answer = self.bits(OMP_NUM_THREADS=number)
                self.assertEqual(same, first)
                if number != "1,2":
                    self.assertIn("OMP_NUM_THREADS", answer.err)
                    self.assertEqual(found["threads"], provenance["threads"])
                else:
                    self.assertEqual(found["threads"]["used"], 1)

    def test_threads_of_a_configuration(self):
        first, _, _ = self.bits()
        for number in ("0", "1", "2", "7", "200"):
            with self.subTest(number):
                same, provenance, _ = self.bits(f"+threads={number}")
                self.assertEqual(same, first)
                if number != "0":
                    self.assertEqual(provenance["threads"], {"given": int(number), "used": int(number)})
        for number, code, text in ((-1, "E204", "[0, 1024], got -1"), (1025, "E204", "[0, 1024], got 1025"),
                                   (100000, "E204", "[0, 1024], got 100000"), ("two", "E202", 'the string "two"'),
                                   (1.5, "E202", "got 1.5")):
            with self.subTest(number):
                name = self.write("refused.json", changed(self.config, threads=number))
                answer = self.good("run", name, code=2)
                self.assertEqual([(e["code"], e["pointer"]) for e in answer.errors], [(code, "/threads")])
                self.assertIn(text, answer.err)


if __name__ == "__main__":
    unittest.main()
