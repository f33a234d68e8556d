#!/usr/bin/python3
"""Checks the house rules of formats/ and sim/: who may include whom, no libm, short files and functions.

Prints every violation as FILE:LINE: TEXT; exit code 1 if there is one. usage: scripts/floors.py [ROOT]
"""

import pathlib
import re
import sys

# A folder includes itself and what stands in rows above it. (The longest name that fits a file decides.)
FLOORS = [["formats"], ["formats/kernels", "formats/functions"], ["formats/operations"],
          ["sim/base"], ["sim/tensor"], ["sim/quant"], ["sim/config"], ["sim/arith"], ["sim/ops"], ["sim/nn"],
          ["sim/nn/ops", "sim/nn/optimizers", "sim/nn/datasets", "sim/nn/schedules"], ["sim/nn/layers"],
          ["sim/nn/models"],
          ["sim/run"], ["sim/tools", "sim/verify", "sim/bench", "sim/sweep"], ["sim/compare"], ["sim/cli"],
          ["sim/command_line"], ["sim/main.cpp"]]
# Folders of plug-ins: a file includes its own header and these of its folder, never another plug-in; registry.cpp
# includes them all.
SHARED = {"sim/nn/ops": {"visible_keys", "weighted_product"},
          "sim/nn/layers": {"layer", "sequence", "initialize", "weight_and_bias"},
          "sim/nn/models": {"transformer"},
          "sim/nn/optimizers": {"optimizer", "adam_moments"},
          "sim/nn/datasets": {"dataset", "data_file", "data_error", "features", "token_windows", "wrong_labels"}}
GENERATED = {"schemas.hpp"}  # by CMake
FORMATS_MAY_NOT = re.compile(r"<(?:.*[/.].*|iostream|fstream|sstream|ostream|cstdio|filesystem|thread|mutex|"
                             r"atomic|future)>")
FORMATS_MAY = {"<hwy/highway.h>"}
# Highway 1.0 permutes no table of 16-bit numbers in two registers.
ONE_FILE_MAY = {"formats/functions/mpfr_value.cpp": {"<mpfr.h>"}, "formats/functions/look_up.inc": {"<immintrin.h>"}}
LIBM = re.compile(r"(?:std::|(?<!\w)::|__builtin_)(?:exp2?|expm1|log(?:2|10|1p)?|pow|a?(?:sin|cos|tan)h?|"
                  r"atan2|cbrt|hypot|erfc?|[tl]gamma)[fl]?\s*\(|<math\.h>")
MAX_FILE, MAX_FUNCTION = 300, 60
LONG_FILES = ("formats/functions/tables/", "sim/verify/digests.inc")
BODY = re.compile(r"^ *[\w:~].*\).*\{$")  # a line that opens a function's body, as clang-format writes it
CONTROL = re.compile(r"^\s*(?:if|for|while|switch|else|do|try|catch|return|namespace)\b|\[.*\]\s*(?:\(|\{)")
INCLUDE = re.compile(r'^#include\s+("([^"]+)"|<[^>]+>)')


def floor(path):
    fits = [(len(name), row, name) for row, names in enumerate(FLOORS) for name in names
            if path == name or path.startswith(name + "/")]
    return max(fits)[1:] if fits else (len(FLOORS), path)


def includes(text):
    for number, line in enumerate(text.splitlines(), 1):
        if found := INCLUDE.match(line):
            yield number, found.group(1), found.group(2)


def without_comments(text):
    return re.sub(r"//[^\n]*|/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), text, flags=re.S)


def check_includes(path, text, files):
    row, own = floor(path)
    for number, spelled, target in includes(text):
        if target is None:
            allowed = FORMATS_MAY | ONE_FILE_MAY.get(path, set())
            foreign = FORMATS_MAY_NOT.fullmatch(spelled) and spelled not in allowed
            if own.startswith("formats") and foreign:
                yield number, f"formats/ may not include {spelled}"
            continue
        if target not in files:
            if target not in GENERATED:
                yield number, f'no file "{target}" (includes are rooted at the repository)'
            continue
        other_row, other = floor(target)
        if other_row > row or (other_row == row and other != own):
            yield number, f"{own} may not include {other} ({target}): not a lower floor"
        folder, _, file = target.rpartition("/")
        stem, own_stem = pathlib.Path(file).stem, pathlib.Path(path).stem
        if folder in SHARED and path.startswith(folder + "/") and stem not in SHARED[folder] | {own_stem}:
            if path != f"{folder}/registry.cpp":
                yield number, f"a plug-in may not include its sibling {target}"


def check_text(path, text):
    lines = text.splitlines()
    if len(lines) > MAX_FILE and not path.startswith(LONG_FILES):
        yield MAX_FILE, f"{len(lines)} lines, at most {MAX_FILE}"
    code = without_comments(text).splitlines()
    for number, line in enumerate(code, 1):
        if LIBM.search(line):
            yield number, f"libm: {line.strip()}"
        if BODY.match(line):
            first = start_of(code, number - 1)
            if not CONTROL.search(code[first]) and (length := length_from(code, first)) > MAX_FUNCTION:
                yield first + 1, f"a function of {length} lines, at most {MAX_FUNCTION}"


def start_of(code, index):
    """The first line of the declaration that ends in line `index`: brackets closed, no initialiser."""
    text = code[index]
    while index > 0 and (text.count(")") > text.count("(") or text.lstrip().startswith((":", ","))):
        index -= 1
        text = code[index] + text
    return index


def length_from(code, first):
    """Lines up to the closing brace, which stands under the first letter."""
    indent = len(code[first]) - len(code[first].lstrip())
    end = next((i for i in range(first + 1, len(code)) if code[i].startswith(" " * indent + "}")), first)
    return end - first + 1


def cycles(files):
    """Headers that include themselves, directly or not: (file, line, text)."""
    done, stack = set(), []

    def visit(path):
        stack.append(path)
        for number, _, target in includes(files[path]):
            if target in stack:
                yield path, number, "a cycle: " + " -> ".join(stack[stack.index(target):] + [target])
            elif target in files and target not in done:
                yield from visit(target)
        done.add(stack.pop())

    for path in files:
        if path not in done:
            yield from visit(path)


def main(root):
    names = [p for folder in ("formats", "sim") for p in sorted((root / folder).rglob("*.*"))
             if p.suffix in (".hpp", ".cpp", ".inc")]
    files = {str(p.relative_to(root)): p.read_text(encoding="utf-8") for p in names}
    found = list(cycles(files))
    for path, text in files.items():
        for check in (check_includes(path, text, files), check_text(path, text)):
            found += [(path, number, what) for number, what in check]
    for script in sorted((root / "scripts").rglob("*.py")):
        found += [(str(script.relative_to(root)), n, what) for n, what in
                  check_text(str(script), script.read_text(encoding="utf-8")) if "lines, at most" in what]
    for path, number, what in sorted(found):
        print(f"{path}:{number}: {what}")
    print(f"floors: {len(files)} files, {len(found)} violations", file=sys.stderr)
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[1])))
