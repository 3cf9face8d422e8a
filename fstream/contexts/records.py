"""Log records that workers made, given to the handlers of this process."""

from collections.abc import Mapping
from typing import TypeGuard

from fstream.compiler.program import Segment
from fstream.contexts.parcels import Sent
from fstream.interpreter.log import complain
from fstream.transport.codec import decode
from fstream.transport.frame import Frame
from fstream.worker.letters import read_told
from fstream.worker.recorder import Note


def handle_record(
    frame: Frame, calls: Mapping[int, Sent], segments: Mapping[int, Segment]
) -> None:
    """Handle a record as if it had been made here, by the stage that made it there.

    It has two attributes more, ``stage`` and ``index``: ``None`` where no item was
    being executed. Whatever handlers and filters raise changes nothing.
    """
    import logging  # noqa: PLC0415  # only where the host has imported it

    try:
        note, facts = read_told(frame)
        facts = _place(note, calls, segments) | facts | _of_users(frame)
        record = logging.makeLogRecord(facts)
        logger = logging.getLogger(record.name)
        if logger.isEnabledFor(record.levelno):
            logger.handle(record)
    except Exception as exc:  # noqa: BLE001  # users' handlers
        complain(exc, "a log record of a worker could not be handled")


def _of_users(frame: Frame) -> dict[str, object]:
    if not frame.body:
        return {}
    try:
        own = decode(frame.body, frame.buffers)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001  # loading runs user code: the text will do
        return {}
    return own if _is_facts(own) else {}


def _place(
    note: Note | None, calls: Mapping[int, Sent], segments: Mapping[int, Segment]
) -> dict[str, object]:
    nowhere: dict[str, object] = {"stage": None, "index": None}
    sent = None if note is None else calls.get(note.ticket)
    if note is None or sent is None or note.position is None:
        return nowhere
    segment, keys = segments[sent.call.segment], sent.call.keys
    stage = segment.stages[0] if note.stage is None else note.stage
    labels = dict(zip(segment.stages, segment.labels, strict=True))
    if stage not in labels or note.position >= len(keys):
        return nowhere
    return {"stage": labels[stage].name, "index": keys[note.position]}


def _is_facts(value: object) -> TypeGuard[dict[str, object]]:
    return type(value) is dict
