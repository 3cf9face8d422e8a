"""Reports: what a run did, told to observers."""

import logging
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, final

from fstream.compiler.program import Program
from fstream.compiler.program import StageEntry
from fstream.interpreter.engine.ledger import Row
from fstream.interpreter.failed import Failed
from fstream.interpreter.failed import error_value

LOG = logging.getLogger("fstream")
LOG.addHandler(logging.NullHandler())


@final
@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run of ``program`` begins."""

    program: Program


@final
class Failures(Collection[object]):
    """Error values and open exits, in item order; each is made when looked at."""

    __slots__ = ("program", "records")

    def __init__(self, program: Program | None, records: Sequence[Failed]) -> None:
        self.program = program
        self.records = records

    def __len__(self) -> int:
        return len(self.records)

    @classmethod
    def joined(cls, parts: "Sequence[Failures]") -> "Failures":
        """The failures of one run, told in ``parts``, as one."""
        records = [record for part in parts for record in part.records]
        return cls(parts[0].program if parts else None, records)

    def __getitem__(self, index: int) -> object:
        """Make the value of record ``index``."""
        record = self.records[index]
        return None if self.program is None else error_value(record, self.program)

    def __iter__(self) -> Iterator[object]:
        """Make the values one by one."""
        return (self[index] for index in range(len(self)))

    def __contains__(self, value: object) -> bool:
        return value in tuple(self)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Failures):
            return tuple(self) == tuple(other)
        return NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))


@final
@dataclass(frozen=True, slots=True)
class ItemsFailed:
    """Failure records were released; in item order, also over several events."""

    failures: Failures


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RunFinished:
    """The run has ended; ``rows`` has a row a stage, ``cancelled`` are not in it."""

    program: Program
    run: Row
    rows: dict[int, Row]
    cancelled: int


RunEvent: TypeAlias = RunStarted | ItemsFailed | RunFinished


class Observer(Protocol):
    """Hears the events of a run, in the process that runs it.

    What it raises is logged once and changes nothing.
    """

    def on(self, event: RunEvent) -> None:
        """Hear ``event``."""


@final
class Audience:
    """The observers of a run; one that raises is not told anything more."""

    __slots__ = ("observers",)

    def __init__(self, observers: Sequence[Observer]) -> None:
        self.observers = list(observers)

    def tell(self, event: RunEvent) -> None:
        """Tell every observer."""
        for observer in tuple(self.observers):
            try:
                observer.on(event)
            except Exception:
                self.observers.remove(observer)
                LOG.exception("observer %r failed, and hears no more", observer)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StageReport:
    """One stage's row of the ledger: ``entered = out + failed + filtered``."""

    name: str
    site: str
    kind: str
    context: str
    entered: int
    out: int
    failed: int
    filtered: int
    emitted: int
    exits: int


@final
class Report:
    """The ledger of a run, and its failures in item order.

    Pass it to ``run`` as an observer and read it afterwards; a report that hears
    another run begin starts afresh.
    """

    __slots__ = ("_failures", "_finished")

    def __init__(self) -> None:
        self._failures: list[Failures] = []
        self._finished: RunFinished | None = None

    def on(self, event: RunEvent) -> None:
        """Hear ``event``."""
        match event:
            case RunStarted():
                self._failures.clear()
                self._finished = None
            case ItemsFailed(failures):
                self._failures.append(failures)
            case RunFinished():
                self._finished = event

    @property
    def failures(self) -> Failures:
        """The error values and open exits that nothing handled, in item order."""
        parts = self._failures
        if len(parts) != 1:
            parts[:] = [Failures.joined(parts)]
        return parts[0]

    @property
    def stages(self) -> tuple[StageReport, ...]:
        """A row a stage, in plan order; empty before the run has ended."""
        if self._finished is None:
            return ()
        rows, entries = self._finished.rows, self._finished.program.stages
        return tuple(
            _stage_report(entry, rows.get(number, Row()))
            for number, entry in enumerate(entries)
            if entry.kind
        )

    @property
    def run(self) -> Row:
        """What became of the pulled items, up to where the run ended.

        ``emitted`` is how many results reached the sink.
        """
        return Row() if self._finished is None else self._finished.run

    @property
    def cancelled(self) -> int:
        """How many items were pulled, but stand behind the run's end."""
        return 0 if self._finished is None else self._finished.cancelled


def _stage_report(entry: StageEntry, row: Row) -> StageReport:
    return StageReport(
        name=entry.label.name,
        site=str(entry.label.site),
        kind=entry.kind,
        context=repr(entry.context),
        entered=row.entered,
        out=row.out,
        failed=row.failed,
        filtered=row.filtered,
        emitted=row.emitted,
        exits=row.exits,
    )
