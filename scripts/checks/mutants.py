"""Single changes of a C++ source."""

import dataclasses
import re

from equivalents import EQUIVALENT

# Operators with blanks on both sides, as clang-format writes binary ones (templates and references have none).
BINARY = {"==": ["!="], "!=": ["=="], "<": ["<="], "<=": ["<"], ">": [">="], ">=": [">"], "&&": ["||"],
          "||": ["&&"], "+": ["-"], "-": ["+"], "*": ["+"], "/": ["*"], "%": ["*"], "&": ["|"], "|": ["&"],
          "^": ["|"], "<<": [">>"], ">>": ["<<"], "|=": ["="], "+=": ["-="], "-=": ["+="], "*=": ["+="],
          "<<=": [">>="], ">>=": ["<<="]}
# What stands for operators in vectors, and functions with an opposite.
NAMED = {"hn::Add": "hn::Sub", "hn::Sub": "hn::Add", "hn::Mul": "hn::Add", "hn::MulAdd": "hn::MulSub",
         "hn::MulSub": "hn::MulAdd", "hn::NegMulAdd": "hn::MulAdd", "hn::And": "hn::Or", "hn::Or": "hn::And",
         "hn::Xor": "hn::Or", "hn::AndNot": "hn::And", "hn::Eq": "hn::Ne", "hn::Ne": "hn::Eq", "hn::Lt": "hn::Le",
         "hn::Le": "hn::Lt", "hn::Gt": "hn::Ge", "hn::Ge": "hn::Gt", "hn::Max": "hn::Min", "hn::Min": "hn::Max",
         "hn::ShiftLeft": "hn::ShiftRight", "hn::ShiftRight": "hn::ShiftLeft", "hn::AllFalse": "hn::AllTrue",
         "hn::AllTrue": "hn::AllFalse", "hn::InterleaveLower": "hn::InterleaveUpper",
         "hn::InterleaveUpper": "hn::InterleaveLower", "hn::MaxOfLanes": "hn::MinOfLanes",
         "hn::MinOfLanes": "hn::MaxOfLanes", "hn::IfThenElseZero": "hn::IfThenZeroElse", "std::min": "std::max",
         "std::max": "std::min"}
TOKEN = re.compile(r"(?<= )(?:==|!=|<=|>=|&&|\|\||<<=|>>=|<<|>>|\|=|[-+*]=|[-+*/%<>&|^])(?= )"
                   r"|(?<![\w.'])(?:0x[\da-fA-F]+(?:\.[\da-fA-F]+)?(?:p-?\d+)?|\d+(?:\.\d+)?)[uUfL]*(?![\w.'])"
                   r"|\b(?:true|false)\b|!(?=[\w(])|~(?=[\w({])|(?<=[(,=?:] )-(?=[\w(])|(?<=[(\[{])-(?=[\w(])"
                   r"|\b(?:hn|std)::\w+(?=[<(])")
RETURN = re.compile(r"\breturn (?!true|false|!)([^;{}]+);")
NO_CODE = re.compile(r'//[^\n]*|"[^"\n]*"|^ *#[^\n]*|\bnamespace\b[^\n]*|^enum class[^;]*;|\bstatic_assert\(.*?\);',
                     re.M | re.S)
CHOICE = re.compile(r" (?P<left>[\w.>()-]+) (?P<token>[<>]=?) (?P<right>[\w.>()-]+) \? (?P<one>[^?:;]+) : "
                    r"(?P<other>[\w.>()-]+)")
NUMBER = re.compile(r"(?P<hex>0x[\da-fA-F]+(?:\.[\da-fA-F]+)?)?(?P<power>p-?\d+)?(?P<decimal>\d+)?(?P<point>\.\d+)?"
                    r"(?P<suffix>[uUfL]*)")


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


def mutants(path, text, functions=None, constants=False):
    """All single changes, in the order of the file; `functions`: only inside of these; `constants`: only one of each
    number but 0, 1 and 2, which are mostly indices and steps."""
    spans = [(0, len(text))] if functions is None else [span_of(text, name) for name in functions]
    code = NO_CODE.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)
    found = {}
    for start, end, replacement in constants_of(code) if constants else edits(code):
        if any(first <= start < last for first, last in spans):
            mutant = _mutant(path, text, start, end, replacement)
            found.setdefault(mutant.text, mutant)
    return list(found.values())


def edits(code):
    """(start, end, replacement) of every change."""
    same = {choice.start("token") for choice in CHOICE.finditer(code)  # of two equal numbers both are the larger one
            if {choice["left"].lstrip("("), choice["right"]} == {choice["one"], choice["other"]}}
    for token in TOKEN.finditer(code):
        if token.start() in same:
            continue
        for replacement in replacements(token.group()):
            yield token.start(), token.end(), replacement
    for result in RETURN.finditer(code):  # a decision becomes its opposite
        if code[: result.start()].rpartition("\n")[2].strip().startswith("case "):
            yield result.start(1), result.end(1), f"!({result.group(1)})"


def constants_of(code):
    """(start, end, replacement) of one change of each constant: of a mask the lowest bit that is set, for those below are
    often 0 in what is masked."""
    for token in TOKEN.finditer(code):
        if token.group()[0].isdigit() and not re.fullmatch(r"[0-2](?:\.0*)?[uUfL]*", token.group()):
            is_mask = re.fullmatch(r"0x[\da-fA-F]+[uUL]*", token.group())
            changes = replacements(token.group())
            yield token.start(), token.end(), changes[1 if is_mask and len(changes) > 1 else 0]


def replacements(token):
    if token[0].isdigit():
        return _numbers(NUMBER.fullmatch(token))
    if "::" in token:
        return [NAMED[token]] if token in NAMED else []
    return BINARY.get(token) or {"true": ["false"], "false": ["true"], "!": [""], "~": [""]}[token]


def _numbers(number):
    """Other numbers for one: its neighbours; half and twice a power of two; a mask with a bit more and less."""
    suffix = number["suffix"]
    if number["power"]:
        power = int(number["power"][1:])
        return [f"{number['hex']}p{power + change}{suffix}" for change in (1, -1)]
    if number["hex"]:
        # A trailing f of a hexadecimal integer is a digit, as the expression reads it.
        value = int(number["hex"], 16)
        others = [value ^ 1, value & (value - 1), value ^ (1 << max(value.bit_length() - 1, 0))]
        return list(dict.fromkeys(f"{other:#x}{suffix}" for other in others))
    whole, point = int(number["decimal"]), number["point"] or ""
    less = [f"{whole - 1}{point}{suffix}"] if whole > 0 else []
    without = [f"{whole}.0{suffix}"] if point.strip(".0") else []
    return [f"{whole + 1}{point}{suffix}"] + less + without


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
