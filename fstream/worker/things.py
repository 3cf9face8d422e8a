"""The things of a reply: its outputs together with its faults, in order."""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from fstream.interpreter.chunk import Fault
from fstream.interpreter.chunk import Reply
from fstream.result.captured import Details
from fstream.result.captured import Glimpse
from fstream.result.errors import Step


def places(reply: Reply) -> list[int]:
    """Give each output's place."""
    taken = {fault.place for fault in reply.faults}
    things = range(len(reply.outs) + len(reply.faults))
    return [place for place in things if place not in taken]


def positions(reply: Reply) -> list[int]:
    """Give each output's position: which item of the chunk it comes from."""
    if reply.parents is not None:
        return reply.parents
    failed = {fault.position for fault in reply.faults}
    items = range(len(reply.outs) + len(failed))
    return [position for position in items if position not in failed]


def with_failed_outputs(
    reply: Reply,
    causes: Mapping[int, Glimpse | Details],
    *,
    stage: int,
    step: Step,
) -> Reply:
    """Give ``reply`` with the outputs numbered in ``causes`` made faults.

    They come from ``stage``, unless the reply knows better.
    """
    at, of = places(reply), positions(reply)
    lasts = reply.lasts or [stage] * len(reply.outs)
    faults = [
        Fault(at[number], of[number], lasts[number], step, cause, is_result=True)
        for number, cause in causes.items()
    ]
    kept = [number for number in range(len(reply.outs)) if number not in causes]
    return Reply(
        [reply.outs[number] for number in kept],
        None if reply.parents is None else [of[number] for number in kept],
        sorted([*reply.faults, *faults], key=_place),
        reply.probes,
        reply.arrests,
        None if reply.lasts is None else [lasts[number] for number in kept],
    )


def all_failed(
    causes: Sequence[Glimpse | Details],
    *,
    stage: int,
    step: Step,
) -> Reply:
    """Give the reply to a chunk that failed as a whole, one cause an item."""
    faults = [
        Fault(number, number, stage, step, cause) for number, cause in enumerate(causes)
    ]
    return Reply([], None, faults, (), [])


def appended(
    reply: Reply,
    other: Reply,
    *,
    offset: int,
    where: Literal["position", "place"],
) -> Reply:
    """Join the reply to the items from ``offset`` on to that before them.

    ``where`` tells what the segment's probes and arrests count.
    """
    shift = len(reply.outs) + len(reply.faults)
    further = offset if where == "position" else (offset << 32) + shift
    parents = None
    if reply.parents is not None or other.parents is not None:
        parents = positions(reply) + [offset + each for each in positions(other)]
    moved = [
        replace(fault, place=fault.place + shift, position=fault.position + offset)
        for fault in other.faults
    ]
    lasts = None
    if reply.lasts is not None or other.lasts is not None:
        lasts = (reply.lasts or []) + (other.lasts or [])
    return Reply(
        [*reply.outs, *other.outs],
        parents,
        reply.faults + moved,
        _joined(reply.probes, other.probes, further),
        reply.arrests + [(at + further, stage) for at, stage in other.arrests],
        lasts,
    )


def _place(fault: Fault) -> int:
    return fault.place


def _joined(
    before: tuple[list[int], ...],
    after: tuple[list[int], ...],
    shift: int,
) -> tuple[list[int], ...]:
    moved = tuple([at + shift for at in probe] for probe in after)
    if not before or not moved:
        return before or moved
    return tuple(a + b for a, b in zip(before, moved, strict=True))
