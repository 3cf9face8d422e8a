"""The audience of a run: its observers, told of what happens."""

from collections.abc import Mapping
from collections.abc import Sequence
from functools import partial
from typing import final

from fstream.compiler.program import Program
from fstream.compiler.program import StageEntry
from fstream.interpreter.failed import Failed
from fstream.interpreter.failed import error_value
from fstream.interpreter.log import complain
from fstream.interpreter.report import Failures
from fstream.interpreter.report import ItemsFailed
from fstream.interpreter.report import Observer
from fstream.interpreter.report import RunEvent
from fstream.interpreter.report import RunFinished
from fstream.interpreter.report import RunStarted
from fstream.interpreter.report import StageFinished
from fstream.interpreter.report import StageReport
from fstream.interpreter.report import StageStarted
from fstream.interpreter.row import Row


@final
class Audience:
    """The observers of a run; one that raises is not told anything more."""

    __slots__ = ("observers", "program")

    def __init__(self, observers: Sequence[Observer], program: Program) -> None:
        self.observers = list(observers)
        self.program = program

    def begin(self) -> None:
        """Tell that the run begins."""
        if self.observers:
            stages = _stage_reports(self.program, {})
            self._tell(RunStarted(stages=stages))
            for stage in stages:
                self._tell(StageStarted(stage))

    def failed(self, records: Sequence[Failed]) -> None:
        """Tell of ``records``, which were released in this order."""
        if self.observers:
            show = partial(error_value, program=self.program)
            self._tell(ItemsFailed(Failures(records, show)))

    def end(
        self, run: Row, rows: Mapping[int, Row], *, cancelled: int, abandoned: int
    ) -> None:
        """Tell that the run has ended; ``rows`` by the number of their stage."""
        if self.observers:
            stages = _stage_reports(self.program, rows)
            for stage in stages:
                self._tell(StageFinished(stage))
            finished = RunFinished(
                run=run,
                stages=stages,
                cancelled=cancelled,
                abandoned_threads=abandoned,
            )
            self._tell(finished)

    def _tell(self, event: RunEvent) -> None:
        for observer in tuple(self.observers):
            try:
                observer.on(event)
            except KeyboardInterrupt:
                raise
            except BaseException as exc:  # noqa: BLE001 - an observer changes nothing
                self.observers.remove(observer)
                complain(exc, "observer %r failed, and hears no more", observer)


def _stage_reports(
    program: Program, rows: Mapping[int, Row]
) -> tuple[StageReport, ...]:
    return tuple(
        _stage_report(entry, rows.get(number, Row()))
        for number, entry in enumerate(program.stages)
        if entry.kind
    )


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
