"""The stream shape: a generator over the source's items, for inline runs."""

from collections.abc import Callable
from collections.abc import Generator
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Literal, Protocol, cast, final

from fstream.compiler.program import Segment
from fstream.interpreter.chunk import Fault
from fstream.interpreter.chunk import OpenExit
from fstream.interpreter.chunk import SourceBroke
from fstream.interpreter.kernel.build import bindings
from fstream.interpreter.kernel.build import cared_for
from fstream.interpreter.kernel.build import compiled
from fstream.interpreter.kernel.nets import Net
from fstream.interpreter.kernel.nets import Stopped
from fstream.interpreter.kernel.nets import Surroundings
from fstream.interpreter.kernel.nets import fails
from fstream.interpreter.kernel.nets import not_emitted
from fstream.interpreter.kernel.nets import unrouted
from fstream.interpreter.kernel.supplying import supplying_in
from fstream.interpreter.kernel.template import SOURCE
from fstream.interpreter.kernel.template import UNTIL
from fstream.interpreter.kernel.template import Probe
from fstream.plan.emissions import Item
from fstream.plan.emissions import Message
from fstream.result.anatomy import trace_of
from fstream.result.captured import capture
from fstream.result.errors import StageFailure

Hits = Sequence[int]
PAUSE = object()  # yielded after a fault, where each shall be told at once


class _Function(Protocol):
    def __call__(self, items: Iterator[object]) -> Generator[object]: ...


@final
@dataclass(slots=True, kw_only=True)
class StreamKernel:
    """Runs a whole program inline: pull one item, push it through, pull the next.

    ``allowed`` faults may happen before the run ends; each is in ``net.faults``
    before anything that comes after it is yielded.
    """

    function: _Function
    tally: Callable[[], tuple[tuple[int, ...], int, int]]
    net: Net
    stream: "_Stream"
    probes: tuple[Probe, ...]
    seen: list[int]
    is_landing: bool

    def over(self, items: Iterator[object]) -> Generator[object]:
        """The results for ``items``; lazy, one item at a time."""
        return self.function(items)

    def counts(self) -> tuple[int, ...]:
        """How often each probe's event has happened so far."""
        return self.tally()[0]

    def hits(self) -> Hits:
        """How many pulled items came to nothing, a good end, a bad one, both.

        The item in progress counts as what it has come to so far.
        """
        hits = self.seen[:4]
        now = self.tally()[1]
        if now < len(hits):
            hits[now] += 1
        return hits


def stream_kernel(
    segment: Segment,
    *,
    surroundings: Surroundings,
    allowed: float,
    shape: Literal["sized", "counted"],
    pulled: Callable[[], int] | None,
) -> StreamKernel:
    """The kernel of ``segment`` over a source; ``pulled`` counts a sized one."""
    code = compiled(segment.op, segment.exits, shape)
    labels = dict(zip(segment.stages, segment.labels, strict=True))
    bound = bindings(segment.op, surroundings, None)
    net = Net(
        marks=code.marks,
        labels=labels,
        surroundings=surroundings,
        cared=cared_for(bound),
        supplying=supplying_in(bound),
    )
    stream = _Stream(
        net=net,
        allowed=allowed,
        pulled=pulled or _nothing,
        depth=2 if UNTIL in bound else 1,  # what ends the loop has a frame, too
    )
    seen = [0] * 16
    # The pair is erased by exec.
    function, tally = cast(
        "tuple[_Function, Callable[[], tuple[tuple[int, ...], int, int]]]",
        code.made({**bound, **stream.names(), "seen": seen}),
    )
    if pulled is None:
        stream.pulled = lambda: tally()[2] + 1
    return StreamKernel(
        function=function,
        tally=tally,
        net=net,
        stream=stream,
        probes=code.probes,
        seen=seen,
        is_landing=code.is_landing,
    )


def _nothing() -> int:
    return 0


@final
@dataclass(slots=True, kw_only=True)
class _Stream:
    """The nets of a stream. ``KeyboardInterrupt`` is Ctrl-C here and passes."""

    net: Net
    allowed: float
    pulled: Callable[[], int]
    is_ended: bool = field(default=False)
    pauses: bool = field(default=False)
    depth: int = 1

    def names(self) -> dict[str, object]:
        """What generated source calls besides users' functions."""
        return {
            "caught": self.caught,
            "arrest": self.arrest,
            "opened": self.opened,
            "over": self.over,
            "pause": PAUSE,
            "ended": self.ended,
            "source_broke": self.source_broke,
            "fails": fails,
            "unrouted": unrouted,
            "not_emitted": not_emitted,
            "Item": Item,
            "Message": Message,
        }

    def caught(self, exc: BaseException, item: object) -> bool:
        """Make ``exc`` a fault of ``item``, if it is for this net."""
        if issubclass(type(exc), KeyboardInterrupt):
            return False
        cause = self.net.cause(exc, item, 0)
        if cause is None:
            return False
        fault = Fault(0, self._index(), cause[0], self.net.step(cause[0]), cause[1])
        fault.earlier = self.net.earlier(cause[0])
        self.net.faults.append(fault)
        return True

    def arrest(self, exc: BaseException, item: object, net: int) -> StageFailure | None:
        """Make ``exc`` a value, if it is for this net."""
        if issubclass(type(exc), KeyboardInterrupt):
            return None
        cause = self.net.cause(exc, item, net)
        if cause is None:
            return None
        self.net.arrests.append((0, cause[0]))
        return self.net.failure(*cause, self._index())

    def opened(self, value: object, stage: int) -> None:
        """Make an exit that nothing handles a fault."""
        fault = Fault(0, self._index(), stage, "call", OpenExit(value))
        self.net.faults.append(fault)

    def source_broke(self, exc: BaseException) -> bool:
        """Make what the source raised a fault of the run."""
        trace = trace_of(exc)
        mark = None if trace is None else self.net.marks.get(trace.tb_lineno)
        if mark is None or mark.net != SOURCE:
            return False
        if issubclass(type(exc), KeyboardInterrupt | Stopped):
            return False
        cause = SourceBroke(capture(exc, skip=self.depth))
        self.net.faults.append(Fault(0, self.pulled(), SOURCE, "call", cause))
        return True

    def ended(self) -> None:
        """The source has ended: what follows belongs to no item of it."""
        self.is_ended = True

    def over(self) -> bool:
        """End the run if there were more faults than allowed; whether to pause."""
        if len(self.net.faults) > self.allowed:
            raise Stopped
        return self.pauses

    def _index(self) -> int:
        return self.pulled() if self.is_ended else self.pulled() - 1
