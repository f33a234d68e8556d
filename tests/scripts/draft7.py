"""A validator for the part of JSON Schema draft-07 that the project's schemas use. Standard library only.

A keyword that it does not know is an error of the schema, so that no rule is ever skipped in silence.
"""

import re

TYPES = {
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool),
    "null": lambda v: v is None,
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    "integer": lambda v: not isinstance(v, bool)
    and (isinstance(v, int) or isinstance(v, float) and v.is_integer()),
}
ANNOTATIONS = {"$schema", "title", "description", "definitions", "default", "examples"}


def errors(value, schema, root=None, pointer=""):
    """Yields "POINTER: what is wrong" for everything in `value` that `schema` forbids."""
    root = schema if root is None else root
    if "$ref" in schema:  # its siblings are ignored, as draft-07 says
        yield from errors(value, resolve(schema["$ref"], root), root, pointer)
        return
    for keyword, rule in schema.items():
        if keyword not in ANNOTATIONS and keyword not in ("properties", "additionalProperties"):
            yield from KEYWORDS[keyword](value, rule, root, pointer)
    if isinstance(value, dict):
        yield from _properties(value, schema, root, pointer)


def resolve(reference, root):
    if not reference.startswith("#/"):
        raise ValueError(f"{reference}: only references inside the schema are known")
    for name in reference[2:].split("/"):
        root = root[name]
    return root


def _properties(value, schema, root, pointer):
    known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    for key, item in value.items():
        if key in known:
            yield from errors(item, known[key], root, f"{pointer}/{key}")
        elif others is False:
            yield f"{pointer}/{key}: unknown key"
        elif others is not True:
            yield from errors(item, others, root, f"{pointer}/{key}")


def _type(value, rule, root, pointer):
    names = [rule] if isinstance(rule, str) else rule
    if not any(TYPES[name](value) for name in names):
        yield f"{pointer}: {_show(value)} is no {' or '.join(names)}"


def _any_of(value, rule, root, pointer):
    if all(any(True for _ in errors(value, option, root, pointer)) for option in rule):
        yield f"{pointer}: {_show(value)} is none of the allowed alternatives"


def _items(value, rule, root, pointer):
    for index, item in enumerate(value if isinstance(value, list) else ()):
        yield from errors(item, rule, root, f"{pointer}/{index}")


def _names(value, rule, root, pointer):
    for key in value if isinstance(value, dict) else ():
        yield from errors(key, rule, root, f"{pointer}/{key}")


def _check(wrong, text):
    def check(value, rule, root, pointer):
        if wrong(value, rule):
            yield f"{pointer}: {_show(value)} {text.format(_show(rule))}"
    return check


def _same(a, b):
    return a == b and isinstance(a, bool) == isinstance(b, bool)


def _show(value):
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


is_number, is_string = TYPES["number"], TYPES["string"]
KEYWORDS = {
    "type": _type, "anyOf": _any_of, "items": _items, "propertyNames": _names,
    "const": _check(lambda v, r: not _same(v, r), "is not {}"),
    "enum": _check(lambda v, r: not any(_same(v, option) for option in r), "is not one of {}"),
    "minimum": _check(lambda v, r: is_number(v) and v < r, "is less than {}"),
    "maximum": _check(lambda v, r: is_number(v) and v > r, "is more than {}"),
    "exclusiveMinimum": _check(lambda v, r: is_number(v) and v <= r, "is not more than {}"),
    "minLength": _check(lambda v, r: is_string(v) and len(v) < r, "is shorter than {}"),
    "pattern": _check(lambda v, r: is_string(v) and not re.search(r, v), "does not match {}"),
    "required": lambda v, rule, root, pointer: (f"{pointer}: {key} is missing" for key in rule
                                                if isinstance(v, dict) and key not in v),
}
