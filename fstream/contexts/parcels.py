"""Calls as frames, with what cannot be encoded or decoded made faults."""

import os
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from typing import TypeAlias, final

from fstream.contexts.sealed import Sealed
from fstream.contexts.sealed import Unloaded
from fstream.interpreter.chunk import Call
from fstream.interpreter.chunk import Fault
from fstream.interpreter.chunk import OpenExit
from fstream.interpreter.chunk import Reply
from fstream.interpreter.chunk import Returned
from fstream.result.captured import ITEM_LIMIT
from fstream.result.captured import Details
from fstream.result.errors import Step
from fstream.result.printable import short_repr
from fstream.transport.codec import Payload
from fstream.transport.codec import encode
from fstream.transport.frame import Frame
from fstream.worker.blame import glimpse_outside
from fstream.worker.letters import REPLY
from fstream.worker.letters import CallHead
from fstream.worker.letters import call_frame
from fstream.worker.letters import open_exits
from fstream.worker.letters import read_reply_body
from fstream.worker.letters import read_reply_head
from fstream.worker.results import why_not_encoded
from fstream.worker.saved import saved_results
from fstream.worker.things import all_failed
from fstream.worker.things import with_failed_outputs

_NO_HURRY = 1_000_000_000  # so much work in ns keeps the next chunk small


@final
@dataclass(frozen=True, slots=True)
class Sent:
    """A call on its way, and how many bytes it is."""

    call: Call
    size: int


def pack_call(call: Call, *, keyed: frozenset[int]) -> Frame:
    """Encode ``call``, barring the items that cannot be encoded.

    Only segments in ``keyed`` are told the keys.
    """
    barred: _Barred = {}
    payload = _payload(call.items)
    if isinstance(payload, Details):
        barred, payload = _barred(call.items)
    head = CallHead(
        keys=_plain(call) if call.segment in keyed else None,
        flush=call.flush,
        barred=tuple((n, *why) for n, why in barred.items()),
        length=len(call.items),
        past=call.past,
    )
    return call_frame(call, head, payload)


def is_reply(frame: Frame, call: Call) -> bool:
    """Tell whether ``frame`` is the reply to ``call``; else it means nothing."""
    told = (frame.kind, frame.lane, frame.sequence, bool(frame.head))
    return told == (REPLY, call.segment, call.ticket, True)


def unpack_reply(
    frame: Frame, sent: Sent, *, stage: int, is_onward: bool = False
) -> Returned:
    """Decode the reply to what was sent; ``stage`` fails if its outputs do not load.

    What goes on to other workers is left as it is: if need be, it fails there.
    """
    reply, pid = read_reply_head(frame)
    if is_onward and not frame.is_lost and not open_exits(reply):
        reply.outs = Sealed(frame, len(reply.outs))
    else:
        reply = _opened(frame, reply, stage=stage)
    for fault in reply.faults:
        _name_item(fault, sent.call)
    size = max(sent.size, frame.size)
    return Returned(sent.call.ticket, reply, frame.service, size, pid)


def refused(call: Call, cause: Details, *, stage: int) -> Returned:
    """Answer ``call``, of which nothing was executed, with one failure an item."""
    reply = all_failed([cause] * len(call.items), stage=stage, step="open")
    for fault in reply.faults:
        _name_item(fault, call)
    return Returned(call.ticket, reply, _NO_HURRY, 0, os.getpid())


def _opened(frame: Frame, reply: Reply, *, stage: int) -> Reply:
    try:
        read_reply_body(frame, reply)
    except KeyboardInterrupt:
        raise
    except BaseException as exc:  # noqa: BLE001  # loading runs user code
        whole = glimpse_outside(exc, None).details()
        return _saved(frame, reply, whole, stage=stage)
    return reply


_Barred: TypeAlias = dict[int, tuple[Step, Details]]


def _payload(items: Sequence[object]) -> Payload | Details:
    if isinstance(items, Sealed):
        return items.payload()
    try:
        return encode(items)
    except KeyboardInterrupt:
        raise
    except BaseException as exc:  # noqa: BLE001  # pickling runs user code
        return glimpse_outside(exc, None).details()


def _barred(items: Sequence[object]) -> tuple[_Barred, Payload]:
    barred: _Barred = {}
    for position, item in enumerate(items):
        if isinstance(item, Unloaded):
            barred[position] = ("decode", item.cause)
            continue
        cause = why_not_encoded(item, item)
        if cause is None:
            continue
        if cause.error.kind == "KeyboardInterrupt":
            raise KeyboardInterrupt
        barred[position] = ("encode", cause)
    able = [item for position, item in enumerate(items) if position not in barred]
    payload = _payload(able)
    if isinstance(payload, Details):  # each can cross, but not together
        return dict.fromkeys(range(len(items)), ("encode", payload)), encode([])
    return barred, payload


def _plain(call: Call) -> range | list[int]:
    return call.keys if isinstance(call.keys, range) else list(call.keys)


def _saved(frame: Frame, reply: Reply, whole: Details, *, stage: int) -> Reply:
    """Fill in what loads of ``frame``; if nothing does, all of it failed as a whole."""
    exits = open_exits(reply)
    try:
        loaded = saved_results(frame, exits=len(exits))
    except ValueError:
        causes: Mapping[int, Details] = dict.fromkeys(range(len(reply.outs)), whole)
        opened: Sequence[OpenExit | Details] = [whole] * len(exits)
    else:
        reply.outs, causes, opened = loaded
    for fault, cause in zip(exits, opened, strict=True):
        fault.cause = cause
        if isinstance(cause, Details):
            fault.step, fault.is_result = "decode", True
    return with_failed_outputs(reply, causes, stage=stage, step="decode")


def _name_item(fault: Fault, call: Call) -> None:
    """Tell the item where the worker could not, or nothing was there to tell."""
    if isinstance(fault.cause, Details) and fault.step in {"decode", "open"}:
        item = short_repr(call.items[fault.position], ITEM_LIMIT)
        fault.cause = replace(fault.cause, item=item)
