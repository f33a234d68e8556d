"""`exmy format compare`, the drawing and the picture of `exmy format show`. Expected values are enumerated here from
`format table`, or stand in the standards."""

import csv
import io
import json
import math
import os
import pty
import re
import struct
import subprocess
import fcntl
import termios
import unittest
import xml.etree.ElementTree

from program import ProgramTest, SECONDS, program

SVG = "{http://www.w3.org/2000/svg}"
BINADES = {"fp32": "277.00", "tf32": "264.00", "bf16": "260.99", "fp16": "40.00", "e6m9": "71.00", "e5m2": "31.81",
           "e4m3fn": "17.81", "e4m3": "16.91", "e3m2fn": "8.81", "e2m3fn": "5.91", "e2m1fn": "3.58",
           "Binary8p4se": "17.81", "Binary8p3se": "32.58"}
THRESHOLD = {"fp16": 65520, "e4m3fn": 464, "e5m2": 61440, "e4m3": 248, "e2m1fn": 7, "bf16": float.fromhex("0x1.ffp+127"),
             "fp32": float.fromhex("0x1.ffffffp+127"), "e8m0": 1.5 * 2.0**127, "e3m2fn": 30}
SPACING = {"fp16": 2.0**-10, "e4m3fn": 0.125, "e2m1fn": 0.5, "fp64": 2.0**-52, "e8m0": 1, "e4m3b0": 0.25,
           "e3m2b0": 0.5, "e3m2b12": None, "dlfloat16": 2.0**-9}


class FormatTools(ProgramTest):
    def compare(self, *names):
        return json.loads(self.good("format", "compare", *names, "--json").out)

    def values(self, name):
        text = self.good("format", "table", name, "--csv").out
        values = {float.fromhex(row["value_hex"]) for row in csv.DictReader(io.StringIO(text))
                  if row["class"][1:] in ("normal", "subnormal", "zero")}
        return values  # a set: -0.0 == 0.0

    def blocks(self, text):
        """{format: {fact: text}} of a table of possibly several blocks."""
        facts = {}
        for block in text.rstrip("\n").split("\n\n"):
            heading, *rows = block.split("\n")
            names = heading.split()
            for row in rows:
                label, *cells = re.split(r"  +", row)
                self.assertEqual(len(cells), len(names), row)
                for name, cell in zip(names, cells):
                    facts.setdefault(name, {})[label] = cell
        return facts

    def test_values_in_common_are_those_of_the_tables(self):
        names = ["fp16", "e4m3fn", "e5m2", "e2m1fn", "e8m0", "dlfloat16", "Binary8p4se", "Binary6p2uf", "e1m2fn",
                 "e3m0b9fn", "e5m10b31"]
        values = {name: self.values(name) for name in names}
        common = self.compare(*names)["common_values"]
        self.assertEqual(len(common), len(names) ** 2)
        for row in common:
            self.assertEqual(row["count"], len(values[row["of"]] & values[row["in"]]), row)

    def test_wide_formats_contain_the_narrow_ones(self):
        common = {(row["of"], row["in"]): row["count"]
                  for row in self.compare("fp64", "fp32", "tf32", "bf16", "e4m3fn")["common_values"]}
        sizes = {"fp64": 2 * (2047 * 2**52 - 1) + 1, "fp32": 2 * (255 * 2**23 - 1) + 1,
                 "tf32": 2 * (255 * 2**10 - 1) + 1, "bf16": 2 * (255 * 2**7 - 1) + 1, "e4m3fn": 253}
        names = list(sizes)
        for i, wide in enumerate(names):
            for narrow in names[i:]:
                self.assertEqual(common[narrow, wide], sizes[narrow], (narrow, wide))
                self.assertEqual(common[wide, narrow], sizes[narrow], (narrow, wide))

    def test_thresholds_and_spacing(self):
        for facts in self.compare(*THRESHOLD)["formats"]:
            self.assertEqual(facts["overflow_threshold"], THRESHOLD[facts["name"]], facts["name"])
            self.assertEqual(float.fromhex(facts["overflow_threshold_hex"]), THRESHOLD[facts["name"]])
        for facts in self.compare(*SPACING)["formats"]:
            self.assertEqual(facts.get("spacing_near_one"), SPACING[facts["name"]], facts["name"])
        self.assertNotIn("overflow_threshold", self.compare("fp64")["formats"][0])  # needs 54 bits

    def test_show_knows_what_compare_knows(self):
        for facts in self.compare(*SPACING)["formats"]:
            shown = json.loads(self.good("format", "show", facts["name"], "--json").out)
            self.assertEqual(shown, facts)

    def test_the_table_says_what_json_says(self):
        facts = self.blocks(self.good("format", "compare", *BINADES).out)
        self.assertEqual(list(facts), list(BINADES))
        for name, binades in BINADES.items():
            self.assertEqual(facts[name]["range in binades"], binades, name)
        self.assertEqual(facts["e4m3fn"]["bits"], "8")
        self.assertEqual(facts["e4m3fn"]["exponent bits E"], "4")
        self.assertEqual(facts["e4m3fn"]["mantissa bits M"], "3")
        self.assertEqual(facts["e4m3fn"]["bias"], "7")
        self.assertEqual(facts["e4m3fn"]["specials"], "NaN")
        self.assertEqual(facts["e5m2"]["specials"], "inf, NaN")
        self.assertEqual(facts["e2m1fn"]["specials"], "none")
        self.assertEqual(facts["e4m3fn"]["maximum"], "448")
        self.assertEqual(facts["e4m3fn"]["overflow threshold"], "464")
        self.assertEqual(facts["e4m3fn"]["min normal"], "0.0156 = 2^-6")
        self.assertEqual(facts["e4m3fn"]["min subnormal"], "0.00195 = 2^-9")
        self.assertEqual(facts["e4m3fn"]["spacing near 1"], "0.125 = 2^-3")
        self.assertEqual(facts["e4m3fn"]["relative precision"], "0.0625 = 2^-4")
        self.assertEqual(facts["e4m3fn"]["finite values"], "253")
        self.assertEqual(facts["e4m3fn"]["also in e5m2"], "135")
        self.assertEqual(facts["Binary8p4se"]["semantics"], "p3109")

    def on_terminal(self, columns, *words):
        screen, side = pty.openpty()
        fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        running = subprocess.Popen([program(), *words], stdout=side, stdin=subprocess.DEVNULL)
        os.close(side)
        got = b""
        while True:
            try:
                part = os.read(screen, 65536)
            except OSError:  # the other side is closed
                part = b""
            if not part:
                break
            got += part
        os.close(screen)
        self.assertEqual(running.wait(timeout=SECONDS), 0)
        return got.decode().replace("\r\n", "\n")

    def test_tables_fit_the_terminal_in_blocks(self):
        names = list(BINADES)
        wide = self.blocks(self.good("format", "compare", *names).out)
        for columns in (40, 60, 80, 400):
            text = self.on_terminal(columns, "format", "compare", *names)
            self.assertLessEqual(max(map(len, text.split("\n"))), columns)
            self.assertEqual(self.blocks(text), wide)
        self.assertEqual(text.count("\n\n"), 0)
        self.assertLessEqual(max(map(len, self.good("format", "compare", *names).lines)), 80)
        for columns in (20, 1):  # too narrow for any: one format a block, nothing lost
            self.assertEqual(self.blocks(self.on_terminal(columns, "format", "compare", *names)), wide)

    def test_bit_fields(self):
        for name, fields in {"fp16": ("15", "14..10", "9..0"), "e4m3fn": ("7", "6..3", "2..0"),
                             "fp64": ("63", "62..52", "51..0"), "e3m1": ("4", "3..1", "0")}.items():
            lines = self.good("format", "show", name).lines[1:6]
            self.assertEqual(lines[0].split(), list(fields))
            self.assertEqual(lines[4].split(), ["sign", "exponent", "mantissa"])
            self.assertEqual(lines[1], lines[3])
            letters = [cell.strip() for cell in lines[2].strip(" |").split("|")]
            first, last = (int(n) for n in (fields[1].split("..") * 2)[:2])
            self.assertEqual(letters, ["s", "e" * (first - last + 1), "m" * (last)])
            self.assertLessEqual(max(map(len, lines)), 80)
            for number, line in ((0, lines[0]), (4, lines[4])):  # above and below their boxes
                for word in re.finditer(r"\S+", line):
                    box = lines[2].rfind("|", 0, word.start() + 1)
                    self.assertLess(word.end(), lines[2].index("|", box + 1) + 1, (name, number, word))
        self.assertEqual(self.good("format", "show", "e8m0").lines[5].split(), ["exponent"])
        self.assertEqual(self.good("format", "show", "Binary8p3uf").lines[5].split(), ["exponent", "mantissa"])

    def test_bit_fields_on_a_narrow_terminal(self):
        text = self.on_terminal(40, "format", "show", "fp64")
        self.assertLessEqual(max(map(len, text.split("\n")[:6])), 40)
        self.assertIn("m..m", text)
        self.assertIn("51..0", text)

    def picture(self, *names):
        self.good("format", "show", *names, "--plot", "p.svg")
        return xml.etree.ElementTree.fromstring(self.read("p.svg"))

    def test_the_picture_has_a_tick_for_every_value_at_its_logarithm(self):
        root = self.picture("e3m2fn", "e2m1fn")
        paths = [(path.get("fill"), [tuple(map(float, found)) for found in re.findall(
            r"M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)", path.get("d"))]) for path in root.iter(SVG + "path")
                 if path.get("fill") and "z" in path.get("d")]
        labels = {int(text.find(SVG + "tspan").text): float(text.get("x")) for text in root.iter(SVG + "text")
                  if text.text == "2"}
        scale = (labels[4] - labels[0]) / 4
        self.assertGreater(max(labels.values()) - min(labels.values()), 0.9 * float(root.get("width")))
        e3m2fn = [(1 + m / 4) * 2.0**e for e in range(-2, 5) for m in range(4)]
        expected = [[1 / 16, 1 / 8, 3 / 16], e3m2fn, [.5], [1, 1.5, 2, 3, 4, 6]]
        heights = []
        for (colour, ticks), values in zip(paths, expected):
            self.assertEqual(len(ticks), len(values))
            for (x, _, width, height), value in zip(ticks, sorted(values)):
                self.assertAlmostEqual(x + width / 2, labels[0] + scale * math.log2(value), delta=0.02)
                heights.append((colour, height))
        self.assertEqual(len(set(heights)), 2)  # subnormal and normal: two colours, two heights
        self.assertEqual(len({colour for colour, _ in heights}), 2)

    def test_pictures_stay_small_and_inside(self):
        for names in (["fp64"], ["fp32", "bf16", "fp16", "e8m0"], ["Binary3p1se"], ["e2m1fn"]):
            root = self.picture(*names)
            self.assertLess(len(self.read("p.svg")), 100_000)
            width = float(root.get("width"))
            for path in root.iter(SVG + "path"):
                for x, _, w in re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)", path.get("d")):
                    self.assertLessEqual(float(x) + float(w), width)
            shown = "".join(root.itertext())
            for name in names:
                self.assertIn(name, shown)
        first = self.read("p.svg")
        self.picture("e2m1fn")
        self.assertEqual(first, self.read("p.svg"))  # the same bytes

    def test_pictures_that_cannot_be_written(self):
        answer = self.good("format", "show", "fp16", "--plot", "p.png", code=2)
        self.assertIn(".svg", answer.err)
        self.assertEqual(answer.out, "")
        answer = self.good("format", "show", "fp16", "--plot", "nowhere/p.svg", code=3)
        self.assertIn("nowhere/p.svg", answer.err)
        self.assertEqual(answer.out, "")
        answer = self.good("format", "show", "fp61", "--plot", "p.svg", code=2)
        self.assertIn('did you mean "fp16"', answer.err)
        self.assertEqual(self.files(), [])

    def test_compare_refuses_what_show_refuses(self):
        self.assertIn("unknown format", self.good("format", "compare", "fp16", "nonsense", code=2).err)
        self.assertIn("names", self.good("format", "compare", code=2).err)


if __name__ == "__main__":
    unittest.main()
