#!/usr/bin/env python3
"""Writes experiments/data/king-james.txt: Genesis and Exodus from Debian's packages bible-kjv and bible-kjv-text.

    apt-get install bible-kjv && scripts/make_king_james.py          # or, of unpacked packages:
    scripts/make_king_james.py --bible usr/bin/bible --data usr/lib

The program prints a verse a line after its reference, "Ge1:1 In the beginning ..."; the reference is left out, and
everything else stays as it is.
"""
import argparse
import re
import subprocess
from pathlib import Path

RANGE = "Ge1:1-Ex40:38"
TARGET = Path(__file__).resolve().parent.parent / "experiments/data/king-james.txt"


def verses(bible, data):
    command = [bible, "-f", *(["-p", data] if data else []), RANGE]  # -f: turns pretty-printing off
    lines = subprocess.run(command, check=True, capture_output=True, text=True, encoding="ascii").stdout
    for line in lines.splitlines():
        reference = re.match(r"(?:Gen?|Exo?d?)\d+:\d+ ", line)
        if not reference:
            raise SystemExit(f"not a verse: {line!r}")
        yield line[reference.end():]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bible", default="bible", help="the program (default: from PATH)")
    parser.add_argument("--data", help="folder of bible.data (default: the program's)")
    parser.add_argument("--output", type=Path, default=TARGET)
    options = parser.parse_args()
    options.output.write_bytes("".join(v + "\n" for v in verses(options.bible, options.data)).encode("ascii"))


if __name__ == "__main__":
    main()
