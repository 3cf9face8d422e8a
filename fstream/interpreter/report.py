"""Reports: what a run did, told to observers."""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Protocol, TypeAlias, TypeVar, final

from fstream.interpreter.row import Row
from fstream.result.value import named_value
from fstream.result.value import value

T = TypeVar("T")


@final
@named_value
class StageReport:
    """One stage's row of the ledger: ``entered = out + failed + filtered``.

    >>> from fstream import collect, filter_stage, run, source
    >>> report = Report()
    >>> odd = filter_stage(lambda n: n % 2, name="odd")
    >>> _ = run(source([1, 2, 3]).via(odd).to(collect()), observers=[report])
    >>> (row,) = report.stages
    >>> row.name, row.kind, row.entered, row.out, row.filtered
    ('odd', 'filter', 3, 2, 1)
    """

    name: str
    site: str
    kind: str
    context: str
    entered: int = 0
    out: int = 0
    failed: int = 0
    filtered: int = 0
    emitted: int = 0
    exits: int = 0


@final
class Failures(Collection[object]):
    """Error values and open exits, in item order; each is made when looked at.

    >>> from fstream import drain, map_stage, run, source
    >>> report = Report()
    >>> plan = source(["x", "1", "y"]).via(map_stage(int)).to(drain())
    >>> _ = run(plan, tolerate=2, observers=[report])
    >>> [error.item for error in report.failures]
    ["'x'", "'y'"]
    """

    __slots__ = ("_count", "_value_at")

    def __init__(self, records: Sequence[T], value_of: Callable[[T], object]) -> None:
        self._count = len(records)
        self._value_at: Callable[[int], object] = lambda n: value_of(records[n])

    @staticmethod
    def joined(parts: "Sequence[Failures]") -> "Failures":
        """The failures of one run, told in ``parts``, as one."""
        places = [(part, n) for part in parts for n in range(len(part))]
        return Failures(places, _value_in)

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> object:
        """Make the value of record ``index``."""
        return self._value_at(range(self._count)[index])

    def __iter__(self) -> Iterator[object]:
        """Make the values one by one."""
        return map(self._value_at, range(self._count))

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


def _value_in(place: tuple[Failures, int]) -> object:
    part, number = place
    return part[number]


@final
@value
class RunStarted:
    """A run begins; ``stages`` has a row a stage, all of them empty.

    >>> RunStarted(stages=()).stages
    ()
    """

    stages: tuple[StageReport, ...]


@final
@value
class StageStarted:
    """A stage begins, right after its run: all do, in plan order, nested ones too.

    >>> row = StageReport(name="read", site="", kind="map", context="")
    >>> StageStarted(row).stage.name
    'read'
    """

    stage: StageReport


@final
@value
class StageFinished:
    """A stage has ended, right before its run: all do, in plan order.

    >>> row = StageReport(name="read", site="", kind="map", context="", out=2)
    >>> StageFinished(row).stage.out
    2
    """

    stage: StageReport


@final
@value
class ItemsFailed:
    """Failure records were released; in item order, also over several events.

    >>> len(ItemsFailed(Failures([], repr)).failures)
    0
    """

    failures: Failures


@final
@named_value
class RunFinished:
    """The run has ended; ``stages`` has a row a stage, ``cancelled`` in none.

    >>> RunFinished(run=Row(entered=2, out=2), stages=(), cancelled=1).run.out
    2
    """

    run: Row
    stages: tuple[StageReport, ...]
    cancelled: int
    abandoned_threads: int = 0


RunEvent: TypeAlias = (
    RunStarted | StageStarted | ItemsFailed | StageFinished | RunFinished
)


class Observer(Protocol):
    """Hears the events of a run, in the process that runs it.

    What it raises is logged once and changes nothing. For what shall happen in workers,
    before their first item and after their last, there is ``using``.

    >>> from fstream import drain, map_stage, run, source
    >>> class Told:
    ...     def on(self, event: RunEvent) -> None:
    ...         print(type(event).__name__)
    >>> _ = run(source([1]).via(map_stage(abs)).to(drain()), observers=[Told()])
    RunStarted
    StageStarted
    StageFinished
    RunFinished
    """

    def on(self, event: RunEvent) -> None:
        """Hear ``event``."""


@final
class Report:
    """The ledger of a run, and its failures in item order.

    Pass it to ``run`` as an observer and read it afterwards; a report that hears
    another run begin starts afresh.

    >>> from fstream import collect, map_stage, run, source
    >>> report = Report()
    >>> plan = source(["1", "x"]).via(map_stage(int)).to(collect())
    >>> run(plan, tolerate=1, observers=[report])
    <Success: (1,)>
    >>> report.run.entered, report.run.out, report.run.failed
    (2, 1, 1)
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
            case StageStarted() | StageFinished():  # the run's own events have it all
                pass
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
        return () if self._finished is None else self._finished.stages

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

    @property
    def abandoned_threads(self) -> int:
        """How many threads were left behind in items whose time was over.

        They cannot be ended; each is gone as soon as its function returns.
        """
        return 0 if self._finished is None else self._finished.abandoned_threads
