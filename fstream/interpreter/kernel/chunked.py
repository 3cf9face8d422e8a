"""The chunk shape: a function over the items of a chunk."""

from collections.abc import Awaitable
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Protocol, cast, final

from fstream.compiler.program import Segment
from fstream.interpreter.chunk import Fault
from fstream.interpreter.chunk import OpenExit
from fstream.interpreter.chunk import Reply
from fstream.interpreter.kernel.build import bindings
from fstream.interpreter.kernel.build import cared_for
from fstream.interpreter.kernel.build import compiled
from fstream.interpreter.kernel.build import timed_in
from fstream.interpreter.kernel.cutting import Cutting
from fstream.interpreter.kernel.nets import Net
from fstream.interpreter.kernel.nets import Surroundings
from fstream.interpreter.kernel.nets import fails
from fstream.interpreter.kernel.nets import not_emitted
from fstream.interpreter.kernel.nets import noted
from fstream.interpreter.kernel.nets import numbered
from fstream.interpreter.kernel.nets import unrouted
from fstream.interpreter.kernel.state import Batching
from fstream.interpreter.kernel.supplying import supplying_in
from fstream.interpreter.kernel.template import UNTIL
from fstream.interpreter.kernel.template import Probe
from fstream.interpreter.kernel.writer import Shape
from fstream.plan.contexts import Inline
from fstream.plan.contexts import Tasks
from fstream.plan.emissions import Item
from fstream.plan.emissions import Message
from fstream.result.errors import StageFailure


class _Function(Protocol):
    def __call__(
        self, items: Sequence[object], flush: int | None, outs: list[object]
    ) -> None: ...


class _Coroutine(Protocol):
    def __call__(
        self, items: Sequence[object], flush: int | None, outs: list[object]
    ) -> Awaitable[None]: ...


@final
@dataclass(slots=True, kw_only=True)
class ChunkKernel:
    """Runs a segment on one chunk after the other; stateful stages keep state.

    ``timed`` are the states that are to be given at some time, by their stages.
    """

    function: _Function
    made: "_Made"
    timed: Mapping[int, Batching]

    def __call__(
        self,
        items: Sequence[object],
        keys: Sequence[int],
        flush: int | None,
        *,
        past: tuple[str, ...] = (),
    ) -> Reply:
        """Run on ``items``; what users' functions raise is in the reply.

        ``past`` is what ended earlier attempts at all of them.
        """
        outs = self.made.begun(keys, past)
        self.function(items, flush, outs)
        return self.made.reply(outs)

    def close(self) -> None:
        """Close what its stages have opened."""
        self.made.net.close()


@final
@dataclass(slots=True, kw_only=True)
class TaskKernel:
    """Runs a segment on one chunk after the other, awaiting what is to be awaited."""

    function: _Coroutine
    made: "_Made"

    async def __call__(
        self, items: Sequence[object], keys: Sequence[int], *, past: tuple[str, ...]
    ) -> Reply:
        """Run on ``items``, as a ``ChunkKernel`` does."""
        outs = self.made.begun(keys, past)
        await self.function(items, None, outs)
        return self.made.reply(outs)

    def close(self) -> None:
        """Close what its stages have opened."""
        self.made.net.close()


@final
@dataclass(slots=True, kw_only=True)
class _Made:
    """What a kernel has made of a chunk so far."""

    chunk: "_Chunk"
    net: Net
    cutting: Cutting
    parents: list[int]
    lasts: list[int] | None
    probes: tuple[list[int], ...]
    is_dense: bool
    timed: Mapping[int, Batching]
    before: int = -1

    def begun(self, keys: Sequence[int], past: tuple[str, ...]) -> list[object]:
        """Begin a chunk; its outputs are to go into the list."""
        self.net.keys = keys
        self.net.past = past
        self.before, self.cutting.position = self.cutting.by, -1
        outs = self.chunk.outs = []
        return outs

    def reply(self, outs: list[object]) -> Reply:
        """Give all of it away."""
        net = self.net
        # By position, and empty lists as they are: a chunk may be one item.
        reply = Reply(
            outs,
            None if self.is_dense else self.parents.copy(),
            net.faults.copy(),
            tuple([probe.copy() for probe in self.probes]) if self.probes else (),
            net.arrests.copy(),
            None if self.lasts is None else self.lasts.copy(),
            [],
            self._cut(),
        )
        self._forget()
        return reply

    def _cut(self) -> tuple[int, int] | None:
        cutting = self.cutting
        if cutting.by == self.before:
            return None
        return max(0, cutting.position), cutting.by

    def _forget(self) -> None:
        self.parents.clear()
        for probe in self.probes:
            probe.clear()
        if self.lasts is not None:
            self.lasts.clear()
        self.net.faults.clear()
        self.net.arrests.clear()


def chunk_kernel(
    segment: Segment, *, surroundings: Surroundings, recorder: memoryview | None
) -> ChunkKernel:
    """The kernel of ``segment``; notes what it executes in ``recorder``.

    Word 1 of the recorder is the position of the item in execution, word 2 the
    number of the stage (written only where the segment has more than one), word 3
    when its time is over (written only by stages that have a limit).
    """
    shape: Shape = "chunk" if recorder is None else "recorded"
    function, made = _kernel(segment, shape, here=surroundings, recorder=recorder)
    return ChunkKernel(
        function=cast("_Function", function),  # by exec
        made=made,
        timed=made.timed,
    )


def task_kernel(segment: Segment, *, surroundings: Surroundings) -> TaskKernel:
    """The kernel of ``segment`` as a coroutine function."""
    function, made = _kernel(segment, "awaiting", here=surroundings, recorder=None)
    return TaskKernel(function=cast("_Coroutine", function), made=made)  # by exec


def _kernel(
    segment: Segment, shape: Shape, *, here: Surroundings, recorder: memoryview | None
) -> tuple[object, _Made]:
    """The kernel's function, its type erased by exec, and what it fills."""
    code = compiled(segment.op, segment.exits, shape)
    bound = bindings(segment.op, here, recorder)
    net = Net(
        marks=code.marks,
        labels=dict(zip(segment.stages, segment.labels, strict=True)),
        surroundings=here,
        cared=cared_for(bound),
        supplying=supplying_in(bound),
    )
    cutting = bound.get(UNTIL)
    made = _Made(
        cutting=cutting if isinstance(cutting, Cutting) else Cutting(),
        chunk=_Chunk(net, code.is_single, _passing(segment, here)),
        net=net,
        parents=[],
        lasts=[] if recorder is not None and code.has_ends else None,
        probes=tuple([] for _ in code.probes),
        is_dense=code.is_dense,
        timed=timed_in(bound),
    )
    env: dict[str, object] = {
        **bound,
        "caught": made.chunk.caught,
        "arrest": made.chunk.arrest,
        "opened": made.chunk.opened,
        "fails": fails,
        "unrouted": unrouted,
        "not_emitted": not_emitted,
        "Item": Item,
        "Message": Message,
        "parents": made.parents,
        "lasts": made.lasts,
        "faults": net.faults,
        "probes": made.probes,
        "position": None if recorder is None else _word(recorder, 1),
        "stage": None if recorder is None else _word(recorder, 2),
        "noted": noted,
        "numbered": numbered,
    }
    return code.made(env), made


def chunk_probes(segment: Segment) -> tuple[Probe, ...]:
    """What the probes of ``segment``'s kernel count, in their order."""
    shape: Shape = "awaiting" if isinstance(segment.context, Tasks) else "chunk"
    return compiled(segment.op, segment.exits, shape).probes


def _passing(segment: Segment, here: Surroundings) -> Callable[[BaseException], bool]:
    """What is no failure: in the calling thread, ``KeyboardInterrupt`` is Ctrl-C."""
    if segment.context == Inline():
        # By its class: isinstance may ask the object.
        return lambda exc: issubclass(type(exc), KeyboardInterrupt)
    return _nothing if here.loop is None else here.loop.is_end


def _nothing(_exc: BaseException) -> bool:
    return False


def _word(recorder: memoryview, number: int) -> memoryview:
    """One word of ``recorder``: without a dimension, it is quicker to write."""
    return recorder[number : number + 1].cast("B").cast("Q", ())


@final
@dataclass(slots=True)
class _Chunk:
    """The nets of a chunk: faults and arrests with their places."""

    net: Net
    is_single: bool
    passes: Callable[[BaseException], bool]
    outs: list[object] = field(default_factory=list[object])

    def caught(self, exc: BaseException, item: object, position: int) -> bool:
        """Make ``exc`` a fault of ``item``, if it is for this net."""
        cause = None if self.passes(exc) else self.net.cause(exc, item, 0)
        if cause is None:
            return False
        fault = Fault(
            self._place(), position, cause[0], self.net.step(cause[0]), cause[1]
        )
        fault.earlier = self.net.earlier(cause[0])
        self.net.faults.append(fault)
        return True

    def arrest(
        self, exc: BaseException, item: object, *where: int
    ) -> StageFailure | None:
        """Make ``exc`` a value; ``where`` are the net and the item's position."""
        net, position = where
        cause = None if self.passes(exc) else self.net.cause(exc, item, net)
        if cause is None:
            return None
        noted = position if self.is_single else (position << 32) + self._place()
        self.net.arrests.append((noted, cause[0]))
        return self.net.failure(*cause, self.net.keys[position])

    def opened(self, value: object, stage: int, position: int) -> None:
        """Make an exit that nothing handles a fault."""
        fault = Fault(self._place(), position, stage, "call", OpenExit(value))
        self.net.faults.append(fault)

    def _place(self) -> int:
        return len(self.outs) + len(self.net.faults)
