"""Kernels run on their own: the same operations in each shape, told alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from itertools import pairwise
from math import inf
from operator import length_hint

from fstream.compiler.place import place
from fstream.compiler.program import Segment
from fstream.compiler.shape import holders
from fstream.compiler.shape import numbers
from fstream.interpreter.chunk import Fault
from fstream.interpreter.chunk import OpenExit
from fstream.interpreter.kernel import Surroundings
from fstream.interpreter.kernel import chunk_kernel
from fstream.interpreter.kernel import stream_kernel
from fstream.interpreter.kernel.build import compiled
from fstream.interpreter.kernel.template import Probe
from fstream.plan.contexts import Context
from fstream.plan.contexts import threads
from fstream.plan.typed import Stage
from tests.engine.plans import told

HERE = Surroundings(context="here", pid=1, clock=lambda: 0.0, pause=abs)
SHAPES = ("sized", "counted", "chunk", "recorded")


@dataclass(frozen=True)
class Seen:
    """What came of items: results and failures in order, and what was counted."""

    things: tuple[str, ...]
    counts: dict[Probe, int]
    arrests: tuple[int, ...]


def segment_of(stage: Stage, *, on: Context | None = None, exits: int = 0) -> Segment:
    """``stage`` as one segment, whatever its stages say about where they run."""
    op, entries = place(stage.node, on or threads(1))
    stages = numbers(op)
    return Segment(
        number=0,
        context=on or threads(1),
        op=op,
        exits=exits,
        stages=stages,
        labels=tuple(entries[number].label for number in stages),
    )


def seen(
    stage: Stage, items: Sequence[object], shape: str, *, cuts: Sequence[int] = ()
) -> Seen:
    """What comes of ``items`` in ``stage``, run as a kernel of ``shape``.

    ``cuts`` are where one chunk ends and the next begins.
    """
    segment = segment_of(stage)
    if shape in {"sized", "counted"}:
        return _streamed(segment, items, shape)
    bounds = [0, *sorted(cuts), len(items)]
    chunks = [range(*each) for each in pairwise(bounds)]
    return _chunked(segment, [([*map(items.__getitem__, c)], c) for c in chunks], shape)


def _streamed(segment: Segment, items: Sequence[object], shape: str) -> Seen:
    given = iter(items)

    def pulled() -> int:
        return len(items) - length_hint(given)

    kernel = stream_kernel(
        segment,
        surroundings=HERE,
        allowed=inf,
        shape=shape,
        pulled=pulled if shape == "sized" else None,
    )
    things: list[str] = []
    faults = kernel.net.faults
    done = 0
    for value in kernel.over(given):
        things += [fault_told(fault) for fault in faults[done:]]
        done = len(faults)
        things.append(told(value))
    things += [fault_told(fault) for fault in faults[done:]]
    counts = dict(zip(kernel.probes, kernel.counts(), strict=True))
    return Seen(tuple(things), counts, _stages(kernel.net.arrests))


def _chunked(
    segment: Segment, chunks: Sequence[tuple[Sequence[object], range]], shape: str
) -> Seen:
    page = memoryview(bytearray(64)).cast("Q") if shape == "recorded" else None
    kernel = chunk_kernel(segment, surroundings=HERE, recorder=page)
    at_end = range(chunks[-1][1].stop, chunks[-1][1].stop + 1)
    calls = [(*chunk, None) for chunk in chunks]
    calls += [([], at_end, number) for number in holders(segment.op)]
    ended_by = -1
    told_all: list[str] = []
    arrests: list[tuple[int, int]] = []
    counts: dict[Probe, int] = {}
    probes = compiled(segment.op, segment.exits, shape).probes
    for each, keys, flush in calls:
        if ended_by >= 0 and (flush is None or flush < ended_by):
            continue  # a stage has ended the run before
        reply = kernel(each, keys, flush)
        ended_by = ended_by if reply.cut is None else reply.cut[1]
        things = [told(value) for value in reply.outs]
        for fault in reply.faults:
            moved = replace(fault, position=keys[fault.position])
            things.insert(fault.place, fault_told(moved))
        told_all += things
        arrests += reply.arrests
        for probe, places in zip(probes, reply.probes, strict=True):
            if probe.what != "landed":  # a stream counts that item by item
                counts[probe] = counts.get(probe, 0) + len(places)
    return Seen(tuple(told_all), counts, _stages(arrests))


def fault_told(fault: Fault) -> str:
    cause = fault.cause
    if isinstance(cause, OpenExit):
        text = f"open {told(cause.value)}"
    else:
        text = f"{cause.error.headline} of {told(cause.held)}"
    return f"{fault.position} in {fault.stage}: {text}"


def _stages(arrests: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    return tuple(stage for _, stage in arrests)
