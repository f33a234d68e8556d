"""Finding and reading report.json files. Standard library only."""

import json
import os

SCHEMA_VERSION = 1


class BrokenReport(Exception):
    """A report that cannot be used; the message names the file and the reason."""


def find_reports(paths, leave_out=()):
    """Paths of the reports of `paths`, but not below the folders `leave_out`: (given, found_below, missing).

    A path is a report.json, a run directory, or a directory with run directories somewhere below.
    given: reports named directly, in order; found_below: those found by descending, sorted by path;
    missing: paths without any report or folder to leave out.
    """
    given, below, missing = [], [], []
    for path in paths:
        direct = os.path.join(path, "report.json") if os.path.isdir(path) else path
        if os.path.isfile(direct):
            given.append(direct)
            continue
        found, left_out = _descend(path, leave_out)
        below += found
        missing += [] if found or left_out else [path]
    given = list(dict.fromkeys(given))
    return given, [path for path in dict.fromkeys(below) if path not in given], missing


def _descend(top, leave_out):
    found, left_out = [], False
    for folder, subfolders, files in os.walk(top):
        subfolders.sort()
        if folder in leave_out:
            left_out = True
            subfolders.clear()
        elif "report.json" in files:
            found.append(os.path.join(folder, "report.json"))
            subfolders.clear()  # nothing below a run directory is another run
    return found, left_out


def load_report(path):
    """The report as plain dicts and lists. Raises BrokenReport for everything that is wrong with the file."""
    try:
        with open(path, encoding="utf-8") as file:
            report = json.load(file, parse_constant=_refuse_constant)
    except OSError as error:
        raise BrokenReport(f"{path}: cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise BrokenReport(f"{path}: not valid JSON: {error}") from error
    version = report.get("schema_version") if isinstance(report, dict) else None
    if version != SCHEMA_VERSION:
        raise BrokenReport(f"{path}: no report of schema_version {SCHEMA_VERSION} (found {version!r})")
    return report


def _refuse_constant(name):
    raise ValueError(f"bare {name} is no JSON; non-finite numbers are strings")


def number(value):
    """A number of a report as float; "NaN", "Infinity" and "-Infinity" become what they say."""
    if isinstance(value, bool) or (isinstance(value, str) and value not in ("NaN", "Infinity", "-Infinity")):
        raise ValueError(f"{value!r} is no number")
    return float(value)
