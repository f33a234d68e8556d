"""Configurations made from valid ones by the rules of the schema: wrong ones, and right ones."""

import copy

import conditions

WRONG = (None, True, 7, 1.5, "some words", [], {})
NEXT_INSIDE = 2.0**-10  # from an open bound; every range of the schema is wider


def found(config, pointer):
    """What stands at a place; nothing where it is not there."""
    for part in pointer:
        inside = isinstance(config, list) and isinstance(part, int) and part < len(config)
        if not inside and not (isinstance(config, dict) and part in config):
            return None
        config = config[part]
    return config


def replaced(config, pointer, value):
    """A copy with another value at a place."""
    if not pointer:
        return value
    config = copy.deepcopy(config)
    place = config
    for part in pointer[:-1]:
        place = place[part]
    place[pointer[-1]] = value
    return config


def renamed(config, pointer, old, new):
    """A copy in which a member has another key."""
    config = copy.deepcopy(config)
    place = config
    for part in pointer:
        place = place[part]
    place[new] = place.pop(old)
    return config


def _removed(config, pointer, key):
    config = renamed(config, pointer, key, "?")
    place = config
    for part in pointer:
        place = place[part]
    del place["?"]
    return config


def _step(value):
    return 1 if isinstance(value, int) else NEXT_INSIDE


def wrong(config, schema):
    """Yields (rule of the schema, at or around the fault, configuration); each has one fault."""
    judged = {()}
    for pointer, value, judge in conditions.places(config, schema, schema):
        for other in WRONG if pointer not in judged else ():
            yield (id(judge), "type", repr(other)), pointer, replaced(config, pointer, other)
        judged.add(pointer)
        if isinstance(value, dict) and judge.get("additionalProperties") is False:
            unknown = replaced(config, pointer, {**value, "unknown_key": 1})
            yield (id(judge), "unknown"), pointer + ("unknown_key",), unknown
            for key in value:
                yield (id(judge), "misspelt", key), pointer, renamed(config, pointer, key, key + "_")
        for key in judge.get("required", ()):
            yield (id(judge), "required", key), pointer, _removed(config, pointer, key)
        for fault, other in _values_outside(value, judge):
            yield (id(judge), fault), pointer, replaced(config, pointer, other)


def _values_outside(value, judge):
    for bound, sign in (("minimum", -1), ("maximum", 1)):
        if bound in judge:
            yield bound, judge[bound] + sign * _step(judge[bound])
    for bound in ("exclusiveMinimum", "exclusiveMaximum"):
        if bound in judge:
            yield bound, judge[bound]
    if "minLength" in judge:
        yield "minLength", ""
    if "minItems" in judge:
        yield "minItems", []
    if any(isinstance(word, str) for word in judge.get("enum", [judge.get("const")])):
        yield "enum", f"{value}x"


def at_bounds(config, schema):
    """Yields (rule, pointer, configuration) with a number at each end of its range."""
    for pointer, _, judge in conditions.places(config, schema, schema):
        for bound, inside in (("minimum", 0), ("maximum", 0), ("exclusiveMinimum", NEXT_INSIDE),
                              ("exclusiveMaximum", -NEXT_INSIDE)):
            if bound in judge:
                yield (id(judge), bound), pointer, replaced(config, pointer, judge[bound] + inside)


def words(config, schema):
    """Yields (enumeration, word, pointer, configuration) for each word that may stand at a place."""
    for pointer, value, judge in conditions.places(config, schema, schema):
        for word in judge.get("enum", ()):
            yield id(judge), word, pointer, replaced(config, pointer, word)
