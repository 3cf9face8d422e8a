"""Losses: a worker ended, and what becomes of the calls it had.

Only the item in execution is blamed. All others of the call run again, and the
loss takes its place among what they give.
"""

from bisect import insort
from dataclasses import dataclass
from typing import final

from fstream.interpreter.chunk import Fault
from fstream.interpreter.chunk import Reply

MOST_DEATHS = 5


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
    things = [(sent[position], thing) for position, thing in _things(reply)]
    things += [(missing.position, missing.thing) for missing in lost]
    things.sort(key=_position)
    whole = Reply(outs=[], parents=[], faults=[], probes=(), arrests=[])
    parents: list[int] = []
    for position, thing in things:
        if isinstance(thing, Value):
            whole.outs.append(thing.value)
            parents.append(position)
        else:
            place = len(whole.outs) + len(whole.faults)
            moved = Fault(place, position, thing.stage, thing.step, thing.cause)
            whole.faults.append(moved)
    whole.parents = parents

    def moved_place(where: int) -> int:
        position = sent[where >> shift]
        before = sum(1 for missing in lost if missing.position < position)
        return _where(position, where, before, shift=shift)

    whole.probes = tuple([moved_place(w) for w in probe] for probe in reply.probes)
    whole.arrests = [(moved_place(where), stage) for where, stage in reply.arrests]
    for missing in lost:
        where = _where(missing.position, 0, _place(things, missing), shift=shift)
        for number in missing.passage:
            insort(whole.probes[number], where)
        if isinstance(missing.thing, Value):
            whole.arrests.append((where, missing.stage))
    return whole


def _things(reply: Reply) -> list[tuple[int, Fault | Value]]:
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
