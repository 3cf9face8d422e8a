"""The JSON about a run, for programs."""

import json
import math
from dataclasses import fields
from dataclasses import is_dataclass

from fstream.interpreter.report import Report
from fstream.result.errors import RunError
from fstream.result.errors import as_json
from fstream.result.outcome import Failure
from fstream.result.outcome import Outcome
from fstream.result.outcome import Success
from fstream.result.printable import is_sequence
from fstream.result.printable import short_repr

_LONGEST = 1_000


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
            return {"type": "Success", "value": _json(value)}
        case Failure(error):
            return {"type": "Failure", "error": _failure(error)}


def _failure(error: object) -> dict[str, object]:
    if isinstance(error, RunError):
        return as_json(error)
    return {"type": "OpenExit", "exit": short_repr(error, _LONGEST)}


def _json(value: object) -> object:
    """What stands for ``value`` in JSON; text for what JSON does not know."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if is_sequence(value):
        return [_json(part) for part in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {at.name: _json(getattr(value, at.name)) for at in fields(value)}
    return short_repr(value, _LONGEST)
