"""Errors are values.

The tree::

    RunError
      ItemFailure
        StageFailure     user code of one stage raised, or a value could not cross
        WorkerLost       a worker ended while it executed the item
        TimedOut         the item took longer than its stage allows
      SourceFailed       a source raised; it has ended
      SinkFailed         a sink raised; the run has ended
      PlanInvalid        the plan cannot run; nothing was started
      TooManyFailures    more items failed than were tolerated
      Cancelled          the run was ended before its end

The unions are closed, so callers can ``match`` on them and the type checker can
tell them what they forgot. Every member holds text and numbers only: it
compares, hashes, pickles and becomes JSON, in every process.
"""

from dataclasses import field
from dataclasses import fields
from typing import Literal, Protocol, TypeAlias, final

from fstream.result.printable import is_sequence
from fstream.result.record import Captured
from fstream.result.record import Frame
from fstream.result.value import named_value
from fstream.result.wording import AT
from fstream.result.wording import circumstances
from fstream.result.wording import ending

Step: TypeAlias = Literal["decode", "call", "encode", "open", "close"]
SinkStep: TypeAlias = Literal["call", "open", "flush", "close"]
Effects: TypeAlias = Literal["none", "complete", "unknown"]


class Carrier(Protocol):
    """Gives back the objects that a failure tells of."""

    def value(self) -> object:
        """Answer the item, or ``None``."""

    def exception(self) -> BaseException | None:
        """Answer the exception, or ``None``."""


@final
@named_value
class StageFailure:
    """User code of a stage raised, or a value could not cross to or from it.

    ``index`` is the ordinal of the pulled source item, and ``item`` the bounded
    ``repr`` of what the stage was given, made where it failed. ``attempt`` counts
    from 1; ``earlier`` tells in a line each what ended the attempts before it.

    >>> from fstream import collect, map_stage, run, source
    >>> error = run(source(["1", "x"]).via(map_stage(int)).to(collect())).failure()
    >>> error.stage, error.index, error.item, error.is_a("ValueError")
    ('int', 1, "'x'", True)
    >>> error.value(), error.exception()
    ('x', ValueError("invalid literal for int() with base 10: 'x'"))
    """

    stage: str
    site: str
    step: Step
    index: int
    item: str
    attempt: int
    context: str
    pid: int
    effects: Effects
    error: Captured
    earlier: tuple[str, ...] = ()
    carrier: Carrier | None = field(default=None, compare=False, repr=False)

    @property
    def kind(self) -> str:
        """The class of the exception: ``module.qualname``."""
        return self.error.kind

    @property
    def message(self) -> str:
        """The message of the exception."""
        return self.error.message

    @property
    def traceback(self) -> str:
        """The traceback as Python prints it where it happened."""
        return self.error.traceback

    def is_a(self, name: str) -> bool:
        """Tell whether the exception is of class ``name``, without its import."""
        return self.error.is_a(name)

    def value(self) -> object:
        """Answer the item again, or ``None`` where that was not proven to work."""
        return None if self.carrier is None else self.carrier.value()

    def exception(self) -> BaseException | None:
        """Answer the exception again, or ``None`` where that was not proven."""
        return None if self.carrier is None else self.carrier.exception()

    def to_json(self) -> dict[str, object]:
        """Answer the facts as JSON objects."""
        return as_json(self)

    def __str__(self) -> str:
        return (
            f"stage {self.stage!r} ({self.site}) failed {AT[self.step]} of item "
            f"{self.index}, {self.item}: {self.error.headline}\n{circumstances(self)}"
            f"{self.traceback.rstrip()}"
        )


@final
@named_value
class WorkerLost:
    """A worker process ended while it executed an item; maybe the item's fault.

    ``stacks`` are those of its threads at a fatal signal like ``SIGSEGV``.

    >>> from signal import raise_signal
    >>> from fstream import collect, map_stage, processes, run, source
    >>> plan = source([9]).via(map_stage(raise_signal, on=processes(1))).to(collect())
    >>> error = run(plan).failure()
    >>> error.stage, error.item, error.signal
    ('raise_signal', '9', 'SIGKILL')
    """

    stage: str
    site: str
    step: Step
    index: int
    item: str
    attempt: int
    context: str
    pid: int
    exit_code: int | None
    signal: str | None
    effects: Effects
    earlier: tuple[str, ...] = ()
    stacks: str = ""

    @property
    def ending(self) -> str:
        """How the worker ended, in a line."""
        return ending(self.exit_code, self.signal)

    def to_json(self) -> dict[str, object]:
        """Answer the facts as JSON objects."""
        return as_json(self)

    def __str__(self) -> str:
        return (
            f"stage {self.stage!r} ({self.site}) lost its worker {AT[self.step]} of "
            f"item {self.index}, {self.item}: {self.ending}\n"
            f"{circumstances(self)}{self.stacks}".rstrip()
        )


@final
@named_value
class TimedOut:
    """An item took longer than its stage allows, in seconds.

    >>> from time import sleep
    >>> from fstream import collect, map_stage, processes, run, source
    >>> nap = map_stage(sleep, on=processes(1), timeout=0.05)
    >>> error = run(source([60]).via(nap).to(collect())).failure()
    >>> error.stage, error.item, error.limit
    ('sleep', '60', 0.05)
    """

    stage: str
    site: str
    index: int
    item: str
    attempt: int
    context: str
    pid: int
    limit: float
    effects: Effects
    earlier: tuple[str, ...] = ()

    @property
    def ending(self) -> str:
        """How the attempt ended, in a line."""
        return f"it timed out after {self.limit:g} s"

    def to_json(self) -> dict[str, object]:
        """Answer the facts as JSON objects."""
        return as_json(self)

    def __str__(self) -> str:
        return (
            f"stage {self.stage!r} ({self.site}) timed out after {self.limit:g} s "
            f"on item {self.index}, {self.item}\n{circumstances(self)}".rstrip()
        )


@final
@named_value
class SourceFailed:
    """A source raised when item ``index`` was pulled; it gives no more items.

    >>> from fstream import collect, run, source_from
    >>> error = run(source_from(lambda: map(int, ["1", "x"])).to(collect())).failure()
    >>> error.index, error.error.kind
    (1, 'ValueError')
    """

    source: str
    site: str
    index: int
    error: Captured

    def to_json(self) -> dict[str, object]:
        """Answer the facts as JSON objects."""
        return as_json(self)

    def __str__(self) -> str:
        return (
            f"source {self.source!r} ({self.site}) failed to give item {self.index}: "
            f"{self.error.headline}\n{self.error.traceback.rstrip()}"
        )


@final
@named_value
class SinkFailed:
    """A sink raised; what it was given is in an unknown state.

    >>> from fstream import fold, run, source
    >>> error = run(source([1, "2"]).to(fold(0, lambda a, b: a + b))).failure()
    >>> error.step, error.error.kind
    ('call', 'TypeError')
    """

    step: SinkStep
    error: Captured

    def to_json(self) -> dict[str, object]:
        """Answer the facts as JSON objects."""
        return as_json(self)

    def __str__(self) -> str:
        return (
            f"the sink failed {AT[self.step]}: {self.error.headline}\n"
            f"{self.error.traceback.rstrip()}"
        )


@final
@named_value
class PlanInvalid:
    """The plan cannot run, for all of ``reasons``; nothing was started.

    >>> print(PlanInvalid(reasons=("it is late", "it is dark")))
    the plan is invalid, for 2 reasons:
      - it is late
      - it is dark
    """

    reasons: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """Answer the facts as JSON objects."""
        return as_json(self)

    def __str__(self) -> str:
        if len(self.reasons) == 1:
            return f"the plan is invalid: {self.reasons[0]}"
        lines = (f"\n  - {reason}" for reason in self.reasons)
        return f"the plan is invalid, for {len(self.reasons)} reasons:{''.join(lines)}"


@final
@named_value
class TooManyFailures:
    """More items failed than were tolerated; ``first`` are the first of them.

    An exit that was left open stands in ``first`` as its bounded ``repr``.

    >>> from fstream import collect, map_stage, run, source
    >>> plan = source(["1", "x", "y"]).via(map_stage(int)).to(collect())
    >>> error = run(plan, tolerate=1).failure()
    >>> error.count, [each.item for each in error.first]
    (2, ["'x'", "'y'"])
    """

    count: int
    tolerated: str
    first: tuple[object, ...]

    def to_json(self) -> dict[str, object]:
        """Answer the facts as JSON objects."""
        return as_json(self)

    def __str__(self) -> str:
        failures = "1 failure is" if self.count == 1 else f"{self.count} failures are"
        text = f"{failures} more than the tolerated {self.tolerated}"
        return f"{text}; the first: {self.first[0]}" if self.first else text


@final
@named_value
class Cancelled:
    """The run was ended before its end, by its caller or its deadline.

    >>> Cancelled(reason="Ctrl-C").to_json()
    {'type': 'Cancelled', 'reason': 'Ctrl-C'}
    """

    reason: str

    def to_json(self) -> dict[str, object]:
        """Answer the facts as JSON objects."""
        return as_json(self)

    def __str__(self) -> str:
        return f"the run was cancelled: {self.reason}"


ItemFailure: TypeAlias = StageFailure | WorkerLost | TimedOut
RunError: TypeAlias = (
    ItemFailure | SourceFailed | SinkFailed | PlanInvalid | TooManyFailures | Cancelled
)


def as_json(error: RunError) -> dict[str, object]:
    """Answer what ``json.dumps`` takes: the fields, after the ``type``."""
    told = {at.name: _json(getattr(error, at.name)) for at in fields(error)}
    told.pop("carrier", None)
    return {"type": type(error).__name__, **told}


def _json(value: object) -> object:
    if is_sequence(value):
        return [_json(part) for part in value]
    if isinstance(value, Frame | Captured):
        return {at.name: _json(getattr(value, at.name)) for at in fields(value)}
    return as_json(value) if isinstance(value, RunError) else value
