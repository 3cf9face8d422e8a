"""Chunks: what travels to a segment, and what comes back.

A *thing* is an output or a fault. The things of a chunk have an order, the
order of the law, and ``place`` is how many things came before.
"""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Protocol, TypeAlias, final

from fstream.compiler.program import Segment
from fstream.plan.labels import Label
from fstream.result.captured import Captured
from fstream.result.captured import Details
from fstream.result.captured import Glimpse
from fstream.result.errors import Step


@final
@dataclass(frozen=True, slots=True)
class OpenExit:
    """Something left a stage sideways, and nothing handles it."""

    value: object


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """The worker ended while it executed an item.

    ``limit`` is set where it was ended: so many seconds were over. ``stacks`` are
    what Python wrote when a fatal signal came.
    """

    exit_code: int | None
    signal: str | None
    pid: int
    started: bool
    limit: float | None = None
    stacks: str = ""


@final
@dataclass(frozen=True, slots=True)
class SourceBroke:
    """The source itself raised instead of giving its next item.

    ``label`` is that of the source where several are merged.
    """

    error: Captured
    label: Label | None = None


@final
@dataclass(slots=True)
class Fault:
    """What failed one item of a chunk; ``position`` is the item's in the chunk.

    ``is_result`` says that the stage was through: its result could not cross.
    ``earlier`` tells, in a line each, what ended the attempts before this one.
    """

    place: int
    position: int
    stage: int
    step: Step
    cause: "Glimpse | Details | OpenExit | Loss | SourceBroke"
    is_result: bool = False
    earlier: tuple[str, ...] = ()


@final
@dataclass(slots=True)
class Reply:
    """What a segment made of a chunk.

    ``parents`` gives each output's input position; ``None`` means that every
    item that did not fail gave exactly one. ``probes`` count what cannot be
    derived: for each probe of the segment's kernel, where its events happened.
    ``arrests`` are failures that became values: where, and of which stage.
    "Where" is the item's position in a segment that gives at most one thing an
    item, else ``(position << 32) + place``. ``lasts`` are the stages that the
    outputs come from, where that is not always the same one. ``stranded`` are
    the results that could not cross: where, and of which stage. ``cut`` is set where
    a stage ended the run: at the item of which position, and which stage.
    """

    outs: Sequence[object]
    parents: list[int] | None
    faults: list[Fault]
    probes: tuple[list[int], ...]
    arrests: list[tuple[int, int]]
    lasts: list[int] | None = None
    stranded: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    cut: tuple[int, int] | None = None


@final
@dataclass(slots=True, kw_only=True)
class Call:
    """A chunk on its way to a segment.

    ``keys[i]`` is the ordinal of the source item that ``items[i]`` comes from.
    ``flush`` is set where a stateful stage shall give what it holds, or (as
    ``if_due``) shall give it if its time is over. ``hands`` is
    how many workers are to share the items. ``past`` is set where workers have ended
    at the one item before: how, in a line each.
    """

    ticket: int
    segment: int
    items: Sequence[object]
    keys: Sequence[int]
    flush: int | None
    hands: int = 1
    past: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Returned:
    """A call was answered by process ``pid``, after ``service_ns`` of work.

    ``overhead_ns`` is what a worker of its own cost, to start and to end.
    """

    ticket: int
    reply: Reply
    service_ns: int
    size: int
    pid: int
    overhead_ns: int = 0


@final
@dataclass(frozen=True, slots=True)
class Freed:
    """The worker that had a call is through with it; the reply is yet to be read.

    Where decoding takes a while, the worker is given its next call first.
    """

    ticket: int


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A worker ended with calls open.

    ``position`` is the item that was being executed in the call ``ticket``
    (``None``: none was, or nobody knows which), ``stage`` its stage, ``step`` what was
    done with it. The worker has been replaced, and all its open calls are named in
    ``open``. It was the ``worker``-th of its place, counted from 0, where ``workers``
    have been started so far. ``is_abandoned``: it cannot be ended, and was left behind.
    """

    open: tuple[int, ...]
    ticket: int | None
    position: int | None
    stage: int | None
    loss: Loss
    step: Step = "call"
    worker: int = 0
    workers: int = 0
    is_abandoned: bool = False


@final
@dataclass(frozen=True, slots=True)
class Elapsed:
    """The time of what ``stage`` holds is over, and no item has told it so."""

    stage: int


Happening: TypeAlias = Freed | Returned | Lost | Elapsed


def if_due(stage: int) -> int:
    """The flush of ``stage`` in case that its time is over."""
    return ~stage


def flushed(flush: int | None) -> int | None:
    """The stage that ``flush`` is for."""
    return flush if flush is None or flush >= 0 else ~flush


class Backend(Protocol):
    """Where calls live: a context at work. No method but ``close`` ever blocks."""

    def open(self, segments: tuple[Segment, ...]) -> None:
        """Get ready to run ``segments``; starts nothing that is not needed."""

    def submit(self, call: Call) -> None:
        """Take ``call``; its answer comes out of ``poll``."""

    def dismiss(self) -> None:
        """Let those go who wait for calls: none will come any more."""

    @abstractmethod
    def watch(self) -> tuple[int, ...]:
        """Descriptors that become readable when ``poll`` has something."""

    @abstractmethod
    def patience(self) -> float | None:
        """In how many seconds ``poll`` shall be called though nothing is readable."""

    @abstractmethod
    def poll(self) -> list[Happening]:
        """What has happened since; maybe nothing."""

    def close(self) -> None:
        """Cancel what is pending; everyone is gone afterwards. Idempotent."""
