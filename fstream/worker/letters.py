"""What a parent and its workers write to each other.

::

    parent -> worker   SETTING  head: Terms       body: what was shipped
                       CALL     head: CallHead    body: items
    worker -> parent   REPLY    head: ReplyHead   body: outputs, open exits
                       LOG      head: Told        body: users' part of a record

A frame's ``lane`` is the segment's number and its ``sequence`` the ticket of the
call. Heads hold only what is ours, so they always load; what is a user's stands
in bodies, and may fail to.
"""

import os
import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias, cast, final

from fstream.interpreter.chunk import Call
from fstream.interpreter.chunk import Fault
from fstream.interpreter.chunk import OpenExit
from fstream.interpreter.chunk import Reply
from fstream.result.captured import Details
from fstream.result.captured import Glimpse
from fstream.result.errors import Step
from fstream.transport.codec import Payload
from fstream.transport.codec import decode
from fstream.transport.codec import encode
from fstream.transport.frame import Frame
from fstream.worker.levels import Levels
from fstream.worker.recorder import Note
from fstream.worker.setting import Setting
from fstream.worker.shipped import Shipped

SETTING, CALL, REPLY, LOG = 1, 2, 3, 4


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a worker must know even when its functions do not load."""

    setting: Setting
    context: str
    levels: Levels | None
    stages: dict[int, tuple[int, ...]]


class CallHead(NamedTuple):
    """``barred`` items could not cross, and belong between the others."""

    keys: Sequence[int] | None
    flush: int | None
    barred: tuple[tuple[int, Step, Details], ...]
    length: int
    past: tuple[str, ...]


_FaultLine: TypeAlias = tuple[
    int, int, int, Step, Details | None, bool, tuple[str, ...]
]


class ReplyHead(NamedTuple):
    """A reply without outputs; a fault without details is an open exit."""

    parents: list[int] | None
    faults: list[_FaultLine]
    probes: tuple[list[int], ...]
    arrests: list[tuple[int, int]]
    lasts: list[int] | None
    outs: int
    pid: int


class Told(NamedTuple):
    """A log record's plain facts, and what was executed when it was made."""

    note: Note | None
    facts: dict[str, object]


# ---- from the parent


def setting_frame(terms: Terms, shipped: Payload) -> Frame:
    """Write the first frame to a worker."""
    return Frame(
        kind=SETTING,
        head=pickle.dumps(terms, 5),
        body=shipped.body,
        buffers=shipped.buffers,
    )


def call_frame(call: Call, head: CallHead, items: Payload) -> Frame:
    """Write ``call``."""
    return Frame(
        kind=CALL,
        lane=call.segment,
        sequence=call.ticket,
        head=pickle.dumps(tuple(head), 5),
        body=items.body,
        buffers=items.buffers,
    )


def read_reply_head(frame: Frame) -> tuple[Reply, int]:
    """Read our part of a reply, and who gave it; all outputs are yet ``None``."""
    head = ReplyHead(*pickle.loads(frame.head))  # noqa: S301  # written by us
    faults = [
        Fault(place, position, stage, step, details or OpenExit(None), result, past)
        for place, position, stage, step, details, result, past in head.faults
    ]
    outs: list[object] = [None] * head.outs
    reply = Reply(outs, head.parents, faults, head.probes, head.arrests, head.lasts)
    return reply, head.pid


def read_reply_body(frame: Frame, reply: Reply) -> None:
    """Fill in the users' part; raises what its loading raises.

    The body is as that of a call where there are no exits, so that it can be one.
    """
    opened = open_exits(reply)
    body = _loaded(frame)
    if not opened:
        reply.outs = cast("list[object]", body)
        return
    reply.outs, exits = cast("tuple[list[object], list[object]]", body)
    for fault, value in zip(opened, exits, strict=True):
        fault.cause = OpenExit(value)


def open_exits(reply: Reply) -> list[Fault]:
    """Give the faults of ``reply`` that are exits which nothing handled."""
    return [each for each in reply.faults if isinstance(each.cause, OpenExit)]


def read_told(frame: Frame) -> Told:
    """Read our part of a log record."""
    return Told(*pickle.loads(frame.head))  # noqa: S301  # written by us


# ---- from a worker


def read_terms(frame: Frame) -> Terms:
    """Read our part of a worker's first frame."""
    terms: Terms = pickle.loads(frame.head)  # noqa: S301  # written by us
    return terms


def read_shipped(frame: Frame) -> Shipped:
    """Read what was shipped; raises what importing it raises."""
    return cast("Shipped", decode(frame.body, frame.buffers))


def read_call(frame: Frame) -> CallHead:
    """Read our part of a call."""
    return CallHead(*pickle.loads(frame.head))  # noqa: S301  # written by us


def read_items(frame: Frame) -> list[object]:
    """Read the items of a call; raises what their loading raises."""
    return cast("list[object]", _loaded(frame))


def _loaded(frame: Frame) -> object:
    """Load what is users'; raises what its loading raises."""
    if frame.is_lost:
        text = "there was no room for the frame"
        raise MemoryError(text)
    return decode(frame.body, frame.buffers)


def reply_payload(reply: Reply) -> Payload:
    """Encode the users' part of ``reply``; raises what its pickling raises."""
    causes = [fault.cause for fault in reply.faults]
    exits = [cause.value for cause in causes if isinstance(cause, OpenExit)]
    return encode((reply.outs, exits) if exits else reply.outs)


def reply_frame(call: Frame, reply: Reply, payload: Payload) -> Frame:
    """Write the reply to ``call``; the service is yet to be told."""
    faults: list[_FaultLine] = [
        (
            *(fault.place, fault.position, fault.stage, fault.step),
            *(_details(fault), fault.is_result, fault.earlier),
        )
        for fault in reply.faults
    ]
    head = ReplyHead(
        reply.parents,
        faults,
        reply.probes,
        reply.arrests,
        reply.lasts,
        len(reply.outs),
        os.getpid(),
    )
    return Frame(
        kind=REPLY,
        lane=call.lane,
        sequence=call.sequence,
        head=pickle.dumps(tuple(head), 5),
        body=payload.body,
        buffers=payload.buffers,
    )


def log_frame(told: Told, own: Payload | None) -> Frame:
    """Write a log record."""
    return Frame(
        kind=LOG,
        head=pickle.dumps(tuple(told), 5),
        body=b"" if own is None else own.body,
        buffers=() if own is None else own.buffers,
    )


def _details(fault: Fault) -> Details | None:
    match fault.cause:
        case Glimpse() as glimpsed:
            return glimpsed.details()
        case Details() as details:
            return details
        case _:
            return None
