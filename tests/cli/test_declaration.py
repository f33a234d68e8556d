"""`exmy format declare`: what is declared of P3109 is there, and what is there is declared."""

import json
import os
import re
import subprocess
import unittest

import yaml
from p3109_names import FORMATS, OPERATIONS, ROUNDINGS, SATURATIONS
from program import ROOT, SECONDS, ProgramTest, program

FILES = ["Profiles", "Configurations", "Constraints", "Kappas", "StandardOperations"]
SIGNATURE = re.compile(r"(?P<name>\w+)<(?P<formats>[^>]*)>\((?P<operands>[^)]*)\) -> r")


def flat(tree):
    """Every name in a tree of lists and maps."""
    if isinstance(tree, dict):
        return [name for branch in tree.values() for name in flat(branch)]
    return [name for item in tree for name in (flat(item) if isinstance(item, (dict, list)) else [item])]


class Declaration(ProgramTest):
    @classmethod
    def setUpClass(cls):
        done = subprocess.run([program(), "format", "declare"], capture_output=True, check=True,
                              timeout=SECONDS)
        cls.text = done.stdout.decode()
        cls.documents = dict(zip(FILES, yaml.safe_load_all(cls.text)))
        cls.profile = cls.documents["Profiles"]["Complete"]
        cls.modes = cls.documents["Configurations"]["Complete"]["Projections"]
        listed = cls.documents["StandardOperations"].items()
        cls.declared = {category: flat(groups) for category, groups in listed
                        if category not in ("Metadata", "Projection")}

    def accepts(self, *words):
        """`exmy arith` with these words and no cases; the program's message, None if there is none."""
        done = subprocess.run([program(), "arith", *words], stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=SECONDS)
        self.assertIn(done.returncode, (0, 2), words)
        return None if done.returncode == 0 else done.stderr.decode()

    def test_documents(self):
        self.assertEqual(len(list(yaml.safe_load_all(self.text))), len(FILES))
        version = self.good("--version").out.split()[1]
        for name, document in self.documents.items():
            data = document["Metadata"]
            self.assertEqual(data["reference"]["version"], "4.0", name)
            self.assertEqual(data["reference"]["status"], "draft")
            self.assertTrue(data["conformance"].startswith("none is claimed"))
            self.assertEqual(data["implementation"], {"name": "exmy", "version": version})
        self.assertEqual(self.documents["Kappas"]["Complete"], {}, "everything is correctly rounded")

    def test_folder(self):
        paths = self.good("format", "declare", "--out", "new/folder").lines
        self.assertEqual(paths, [f"new/folder/{name}.yaml" for name in FILES])
        self.assertEqual("".join(self.read(path).decode() for path in paths), self.text)
        self.write("file", "")
        self.assertIn("file/x", self.good("format", "declare", "--out", "file/x", code=3).err)

    def test_formats_are_those_that_are_accepted(self):
        self.assertEqual(len(FORMATS), 504)
        formats = self.profile["formats"]
        self.assertEqual(len(formats), len(set(formats)))
        shown = json.loads(self.good("format", "show", *formats, "--json").out)
        self.assertEqual([facts["semantics"] for facts in shown], ["p3109"] * 454)
        refused = [name for name in FORMATS if name not in formats]
        self.assertEqual(len(refused), 50)
        for name in refused:
            message = self.accepts("--format", name, "--op", "Add")
            self.assertIn("are not binary64 values", message or "", name)
        for name in self.documents["Configurations"]["Complete"]["IEEE754"]:
            self.assertIsNone(self.accepts("--format", "Binary8p3se", "--to", name, "--op", "Convert"), name)

    def test_operations_are_those_that_run(self):
        for category, names in OPERATIONS.items():
            provided = [name for name in names
                        if self.accepts("--format", "Binary8p3se", "--op", name) is None]
            self.assertEqual(sorted(self.declared.get(category, [])), sorted(provided), category)
        self.assertLessEqual(set(self.declared), set(OPERATIONS))

    def test_every_operation_answers_as_its_signature_says(self):
        constraints = self.documents["Constraints"]["Complete"]
        signatures = [SIGNATURE.fullmatch(key) for item in constraints for key in item]
        self.assertEqual(sorted(s["name"] for s in signatures), sorted(flat(self.declared)))
        for s in signatures:
            arity = len(s["operands"].split(", "))
            projected = s["formats"].endswith("fr, ρ")
            self.assertEqual(len(s["formats"].split(", ")), arity + 2 * projected, s[0])
            to = ["--to", "Binary5p2ue"] if projected else []
            done = subprocess.run([program(), "arith", "--op", s["name"], "--format", "Binary8p3se", *to],
                                  input=b"42 " * arity + b"\n", capture_output=True, timeout=SECONDS)
            answer = rf"^(42 ){{{arity}}}[0-9A-F]{{1,2}} [0-9A-F]{{2}}\n$"
            self.assertRegex(done.stdout.decode(), answer, s[0])

    def test_modes_are_those_that_run(self):
        words = ["--format", "Binary8p3se", "--op", "Multiply"]
        declared, bits = [], {}
        for mode in self.modes["Rounding"]:
            name = mode if isinstance(mode, str) else next(iter(mode))
            declared.append(name)
            bits[name] = [] if isinstance(mode, str) else mode[name][0]["bits"]
        self.assertEqual(sorted(declared), sorted(ROUNDINGS))
        for name in ROUNDINGS:
            self.assertIsNone(self.accepts(*words, "--rounding", name), name)
            accepted = [n for n in range(0, 40)
                        if not self.accepts(*words, "--rounding", name, "--random-bits", str(n))]
            self.assertEqual(bits[name], accepted, name)
        self.assertEqual(self.modes["Saturation"], SATURATIONS)
        for name in SATURATIONS:
            self.assertIsNone(self.accepts(*words, "--saturation", name), name)
        listed = self.documents["StandardOperations"]["Projection"]
        rounding = listed["rounding"]
        self.assertEqual(sorted(rounding["nearest"] + rounding["directed"] + list(rounding["stochastic"])),
                         sorted(ROUNDINGS))
        self.assertEqual({name: mode["bits"] for name, mode in rounding["stochastic"].items()},
                         {name: n for name, n in bits.items() if n})
        self.assertEqual(listed["saturation"], SATURATIONS)

    def test_the_readme_names_what_is_missing(self):
        with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
            section = file.read().split("## IEEE P3109\n")[1].split("\n## ")[0]
        said = re.search(r"Missing are ([^;]*);", section)[1]
        missing = {name for names in OPERATIONS.values() for name in names} - set(flat(self.declared))
        self.assertEqual(set(re.findall(r"`(\w+)`", said)), missing)
        for number in ("454", "50", "4.0"):
            self.assertIn(number, section)


if __name__ == "__main__":
    unittest.main()
