"""The text about a run, for people."""

from collections.abc import Iterable
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from fstream.interpreter.report import Failures
from fstream.interpreter.report import Report
from fstream.interpreter.report import StageReport
from fstream.interpreter.row import Row
from fstream.result.errors import RunError
from fstream.result.errors import StageFailure
from fstream.result.errors import TooManyFailures
from fstream.result.outcome import Failure
from fstream.result.outcome import Outcome
from fstream.result.outcome import Success
from fstream.result.printable import clip
from fstream.result.printable import guarded
from fstream.result.printable import short_repr

LISTED = 100
_LONGEST = 100_000
_LINE = 300
_COLUMNS = ("entered", "out", "failed", "filtered", "emitted", "exits")


def run_text(outcome: Outcome[object, object], report: Report, seconds: float) -> str:
    """Tell how a run ended, its ledger, and its failures."""
    parts = [_outcome(outcome, report, seconds), _ledger(report)]
    if report.failures:
        parts.append("\n".join(_failures(report.failures, outcome)))
    return "\n\n".join(parts)


def _outcome(outcome: Outcome[object, object], report: Report, seconds: float) -> str:
    match outcome:
        case Success(value):
            return f"complete in {seconds:.1f} s:\n{_shown(value)}"
        case Failure(error):
            text = _brief(error) if _is_told(error, report) else _full(error)
            return f"failed after {seconds:.1f} s: {text}"


def _is_told(error: object, report: Report) -> bool:
    """Whether ``error`` stands in full among the failures."""
    if isinstance(error, TooManyFailures):
        return True
    return bool(report.failures) and report.failures[0] == error


def _shown(value: object) -> str:
    """The value as it wants to be read."""
    if type(value).__str__ is object.__str__:
        return short_repr(value, _LONGEST)
    return guarded(lambda: str(value), _LONGEST)


def _full(error: object) -> str:
    """The text of an error value, or of an exit that was left open."""
    if isinstance(error, RunError):
        return str(error)
    return f"an exit is open: {short_repr(error, 1000)}"


def _brief(error: object) -> str:
    """What is most important about ``error``, in one line."""
    text = _full(error)
    if isinstance(error, StageFailure):
        told = f"item {error.index} in stage {error.stage!r}: {error.error.headline}"
        text = f"{_line(told)}; it was {error.item}"
    return _line(text)


def _line(text: str) -> str:
    return clip(text.partition("\n")[0], _LINE)


def _failures(failures: Failures, outcome: Outcome[object, object]) -> Iterator[str]:
    tolerated = ", tolerated" if isinstance(outcome, Success) else ""
    if len(failures) == 1:
        yield f"1 failure{tolerated}:\n"
        yield _full(failures[0])
        return
    yield f"{len(failures)} failures{tolerated}; the first:\n"
    yield _full(failures[0])
    yield "\nthe others:\n"
    yield from (f"  {_brief(each)}" for each in islice(failures, 1, LISTED))
    if len(failures) > LISTED:
        yield f"  ... and {len(failures) - LISTED} more"


def _ledger(report: Report) -> str:
    table = [
        ("stage", "context", *_COLUMNS, "where"),
        *(_stage_line(stage) for stage in report.stages),
        ("run", "", *_numbers(report.run), _behind(report.cancelled)),
    ]
    return "\n".join(_aligned(table))


def _stage_line(stage: StageReport) -> tuple[str, ...]:
    return (stage.name, stage.context, *_numbers(stage), _near(stage.site))


def _numbers(row: StageReport | Row) -> Iterable[str]:
    told = (row.entered, row.out, row.failed, row.filtered, row.emitted, row.exits)
    return map(str, told)


def _behind(cancelled: int) -> str:
    return f"and {cancelled} cancelled" if cancelled else ""


def _near(site: str) -> str:
    """``site`` as seen from the current folder, if it lies below."""
    return site.removeprefix(f"{Path.cwd()}/")


def _aligned(table: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    last = 1 + len(_COLUMNS)
    for line in table:
        cells = (
            cell.rjust(width) if 1 < at <= last else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()
