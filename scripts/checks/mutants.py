"""Single changes of a C++ source."""

import dataclasses
import re

from equivalents import EQUIVALENT

# Operators with blanks on both sides, as clang-format writes binary ones (templates and references have none).
BINARY = {"==": ["!="], "!=": ["=="], "<": ["<="], "<=": ["<"], ">": [">="], ">=": [">"], "&&": ["||"],
          "||": ["&&"], "+": ["-"], "-": ["+"], "*": ["+"], "/": ["*"], "&": ["|"], "|": ["&"],
          "<<": [">>"], ">>": ["<<"], "|=": ["="], "+=": ["-="]}
TOKEN = re.compile(r"(?<= )(?:==|!=|<=|>=|&&|\|\||<<|>>|\|=|\+=|[-+*/<>&|])(?= )"
                   r"|(?<![\w.'])\d+(?![\w.'])|\b(?:true|false)\b|!(?=[\w(])")
RETURN = re.compile(r"\breturn (?!true|false|!)([^;{}]+);")
NO_CODE = re.compile(r'//[^\n]*|"[^"\n]*"|^ *#[^\n]*|\bnamespace\b[^\n]*|^enum class[^;]*;', re.M)


@dataclasses.dataclass(frozen=True)
class Mutant:
    path: str
    line: int  # from 1
    before: str
    after: str
    text: str  # of the whole file

    def name(self):
        return f"{self.path}:{self.line}: {self.after}"

    def reason_to_survive(self):
        return EQUIVALENT.get((self.path, self.after))


def mutants(path, text, functions=None):
    """All single changes, in the order of the file; `functions`: only inside of these."""
    spans = [(0, len(text))] if functions is None else [span_of(text, name) for name in functions]
    code = NO_CODE.sub(lambda found: " " * len(found.group()), text)
    found = {}
    for start, end, replacement in edits(code):
        if any(first <= start < last for first, last in spans):
            mutant = _mutant(path, text, start, end, replacement)
            found.setdefault(mutant.text, mutant)
    return list(found.values())


def edits(code):
    """(start, end, replacement) of every change."""
    for token in TOKEN.finditer(code):
        for replacement in replacements(token.group()):
            yield token.start(), token.end(), replacement
    for result in RETURN.finditer(code):  # a decision becomes its opposite
        if code[: result.start()].rpartition("\n")[2].strip().startswith("case "):
            yield result.start(1), result.end(1), f"!({result.group(1)})"


def replacements(token):
    if token.isdigit():
        return [str(int(token) + 1)] + ([str(int(token) - 1)] if token != "0" else [])
    return BINARY.get(token) or {"true": ["false"], "false": ["true"], "!": [""]}[token]


def span_of(text, function):
    """From the line that begins the function's definition to its closing brace."""
    start = re.search(rf"^[\w:].*\b{function}\(.*(?:\n .*)*\{{", text, re.M)
    if start is None:
        raise ValueError(f"no function {function}")
    if start.group().endswith("}"):
        return start.start(), start.end()
    return start.start(), text.index("\n}", start.end())


def _mutant(path, text, start, end, replacement):
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    mutated = text[:start] + replacement + text[end:]
    return Mutant(path, text.count("\n", 0, start) + 1, text[first:last].strip(),
                  mutated[first:last + len(mutated) - len(text)].strip(), mutated)
