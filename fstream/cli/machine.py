"""The JSON about a run, for programs."""

import json
import math
from dataclasses import fields
from dataclasses import is_dataclass
from typing import TypeGuard

from fstream.interpreter.report import Report
from fstream.result.errors import RunError
from fstream.result.errors import as_json
from fstream.result.outcome import Failure
from fstream.result.outcome import Outcome
from fstream.result.outcome import Success
from fstream.result.printable import is_sequence
from fstream.result.printable import short_repr

_LONGEST = 1_000
_MOST_BITS = 10_000


def run_json(outcome: Outcome[object, object], report: Report) -> str:
    """Tell how a run ended, its ledger, and its failures, as one JSON object."""
    told = {
        "outcome": _outcome(outcome),
        "stages": [_json(stage) for stage in report.stages],
        "run": _json(report.run),
        "cancelled": report.cancelled,
        "failures": [_failure(failure) for failure in report.failures],
    }
    return json.dumps(told, allow_nan=False)


def _outcome(outcome: Outcome[object, object]) -> dict[str, object]:
    match outcome:
        case Success(value):
            return {"type": "Success", "value": _value(value)}
        case Failure(error):
            return {"type": "Failure", "error": _failure(error)}


def _failure(error: object) -> dict[str, object]:
    if isinstance(error, RunError):
        return as_json(error)
    return {"type": "OpenExit", "exit": short_repr(error, _LONGEST)}


def _value(value: object) -> object:
    """What stands for a user's ``value`` in JSON."""
    try:
        return _json(value)
    except Exception:  # noqa: BLE001 - user code answers for its fields
        return short_repr(value, _LONGEST)


def _json(value: object) -> object:
    """The same structure; text for what JSON does not know."""
    if is_sequence(value):
        return [_json(part) for part in value]
    if _is_dict(value) and all(type(key) is str for key in value):
        return {str(key): _json(part) for key, part in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {at.name: _json(getattr(value, at.name)) for at in fields(value)}
    return value if _is_known(value) else short_repr(value, _LONGEST)


def _is_dict(value: object) -> TypeGuard[dict[object, object]]:
    return type(value) is dict


def _is_known(value: object) -> bool:
    match value:
        case None | str():
            return True
        case int():  # Python refuses to print whole numbers that are too long
            return value.bit_length() < _MOST_BITS
        case float():
            return math.isfinite(value)
        case _:
            return False
