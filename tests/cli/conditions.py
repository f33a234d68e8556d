"""What the schema of configurations needs beside draft7.py: conditions, and who judges which place."""

import program  # noqa: F401  (sets the import path)
import draft7


def prepared(schema):
    """A copy in which each "if" holds its "then": draft7.py shows a keyword nothing but its own rule."""
    if isinstance(schema, list):
        return [prepared(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    copy = {key: prepared(item) for key, item in schema.items()}
    if "if" in copy:
        copy["if"] = {"condition": copy["if"], "then": copy.pop("then")}
    return copy


def holds(value, schema, root):
    return not any(True for _ in draft7.errors(value, schema, root))


def _if(value, rule, root, pointer):
    if holds(value, rule["condition"], root):
        yield from draft7.errors(value, rule["then"], root, pointer)


def _all_of(value, rule, root, pointer):
    for part in rule:
        yield from draft7.errors(value, part, root, pointer)


def _exclusive_maximum(value, rule, root, pointer):
    if draft7.TYPES["number"](value) and value >= rule:
        yield f"{pointer}: {value!r} is not less than {rule!r}"


def _min_items(value, rule, root, pointer):
    if isinstance(value, list) and len(value) < rule:
        yield f"{pointer}: fewer than {rule} items"


for _keyword, _check in (("if", _if), ("allOf", _all_of), ("exclusiveMaximum", _exclusive_maximum),
                         ("minItems", _min_items)):
    draft7.KEYWORDS.setdefault(_keyword, _check)


def errors(value, schema):
    """Everything that a prepared schema forbids."""
    return list(draft7.errors(value, schema))


def places(value, schema, root, pointer=()):
    """Yields (pointer, value, schema) for each schema that judges a place of a valid value; no conditions."""
    while "$ref" in schema:
        yield pointer, value, schema
        schema = draft7.resolve(schema["$ref"], root)
    yield pointer, value, schema
    parts = list(schema.get("allOf", [])) + [o for o in schema.get("anyOf", []) if holds(value, o, root)]
    if "if" in schema and holds(value, schema["if"]["condition"], root):
        parts.append(schema["if"]["then"])
    for part in parts:
        yield from places(value, part, root, pointer)
    for key, item, judge in _children(value, schema):
        yield from places(item, judge, root, pointer + (key,))


def _children(value, schema):
    if isinstance(value, dict):
        known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
        for key, item in value.items():
            judge = known.get(key, others)
            if isinstance(judge, dict):
                yield key, item, judge
    elif isinstance(value, list) and "items" in schema:
        yield from ((index, item, schema["items"]) for index, item in enumerate(value))


def spelled(pointer):
    return "".join(f"/{part}" for part in pointer)
