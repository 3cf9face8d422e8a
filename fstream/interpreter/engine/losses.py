"""Losses: a worker ended, and what becomes of the calls it had.

Only the item in execution is blamed. All others of the call run again, and the
loss takes its place among what they give.
"""

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import replace
from typing import final

from fstream.interpreter.chunk import Fault
from fstream.interpreter.chunk import Reply


@final
@dataclass(frozen=True, slots=True)
class Value:
    """An output, or what takes the place of one."""

    value: object


@final
@dataclass(frozen=True, slots=True)
class Missing:
    """The item at ``position`` was lost in ``stage``, and this is left of it.

    ``passage`` is what the probes noted of it: the numbers of those probes.
    """

    position: int
    stage: int
    thing: Fault | Value
    passage: tuple[int, ...] = ()


def rebased(reply: Reply, sent: list[int], lost: list[Missing], *, shift: int) -> Reply:
    """The answer for the items at ``sent``, as one for them and the ``lost``.

    ``shift`` is how far a place that a probe noted is shifted to give the
    position: 0 in a segment that gives at most one thing an item, else 32.
    """
    things = [(sent[position], thing) for position, thing in things_of(reply)]
    things += [(missing.position, missing.thing) for missing in lost]
    things.sort(key=_position)
    outs, parents, faults = answer_of(things)
    whole = Reply(outs, parents, faults, probes=(), arrests=[])

    def moved_place(where: int) -> int:
        position = sent[where >> shift]
        before = sum(1 for missing in lost if missing.position < position)
        return _where(position, where, before, shift=shift)

    whole.probes = tuple([moved_place(w) for w in probe] for probe in reply.probes)
    whole.arrests = [(moved_place(where), stage) for where, stage in reply.arrests]
    whole.stranded = [(moved_place(where), stage) for where, stage in reply.stranded]
    for missing in lost:
        where = _where(missing.position, 0, _place(things, missing), shift=shift)
        for number in missing.passage:
            insort(whole.probes[number], where)
        if isinstance(missing.thing, Value):
            whole.arrests.append((where, missing.stage))
    return whole


def answer_of(
    things: Iterable[tuple[int, Fault | Value]],
) -> tuple[list[object], list[int], list[Fault]]:
    """The outputs of ``things``, their input positions, and the faults."""
    outs: list[object] = []
    parents: list[int] = []
    faults: list[Fault] = []
    for position, thing in things:
        if isinstance(thing, Value):
            outs.append(thing.value)
            parents.append(position)
        else:
            place = len(outs) + len(faults)
            faults.append(replace(thing, place=place, position=position))
    return outs, parents, faults


def things_of(reply: Reply) -> list[tuple[int, Fault | Value]]:
    """The things of ``reply`` in order, each with its input position."""
    things: list[tuple[int, Fault | Value]] = []
    parents = reply.parents
    if parents is None:
        failed = {fault.position for fault in reply.faults}
        total = len(reply.outs) + len(reply.faults)
        parents = [i for i in range(total) if i not in failed]
    things += [
        (position, Value(out))
        for position, out in zip(parents, reply.outs, strict=True)
    ]
    for fault in reply.faults:
        things.insert(fault.place, (fault.position, fault))
    return things


def _position(placed: tuple[int, Fault | Value]) -> int:
    return placed[0]


def _where(position: int, where: int, before: int, *, shift: int) -> int:
    if not shift:
        return position
    place = where & ((1 << shift) - 1)
    return (position << shift) + place + before


def _place(things: list[tuple[int, Fault | Value]], missing: Missing) -> int:
    return sum(1 for position, _ in things if position < missing.position)
