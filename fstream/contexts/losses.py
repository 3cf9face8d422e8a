"""What a worker's end means for the calls it had."""

import signal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from fstream.compiler.program import Segment
from fstream.compiler.shape import goes_singly
from fstream.compiler.shape import last_stage
from fstream.compiler.shape import limit_in
from fstream.compiler.shape import limit_of
from fstream.interpreter.chunk import Call
from fstream.interpreter.chunk import Loss
from fstream.interpreter.chunk import Lost
from fstream.worker.recorder import Note


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a worker ended.

    ``code`` is its exit code, negative for a signal; ``None``: nobody knows.
    ``overdue`` is the deadline for which it was killed, or 0. Where the connection
    ``is_spoilt`` it was killed for that. It was the ``worker``-th of ``workers``.
    A fatal signal left ``stacks``.
    """

    pid: int
    code: int | None
    overdue: int = 0
    is_spoilt: bool = False
    worker: int = 0
    workers: int = 0
    stacks: str = ""


def lost(
    open_calls: Mapping[int, Call],
    note: Note | None,
    segments: Mapping[int, Segment],
    *,
    end: End,
) -> Lost:
    """Tell of the ``end`` of a worker whose last note was ``note``."""
    position, stage, limit = None, None, None
    if end.is_spoilt and open_calls:
        # Answers come in order: the first that is missing is the one that was spoilt.
        note = Note(ticket=next(iter(open_calls)), step="encode", deadline=end.overdue)
    if note is not None and note.ticket not in open_calls:
        note = None  # it was answered: nobody is to blame
    if note is not None:
        call = open_calls[note.ticket]
        segment = segments[call.segment]
        if _is_mistaken(note, segment, end):
            note = None
        else:
            position, stage = _blame(note, call, segment)
            is_late = end.overdue and note.deadline == end.overdue
            limit = _limit(note, segment, stage) if is_late else None
    return Lost(
        open=tuple(open_calls),
        ticket=None if note is None else note.ticket,
        position=position,
        stage=stage,
        loss=Loss(
            exit_code=end.code if end.code is not None and end.code >= 0 else None,
            signal=_signal_name(end.code),
            pid=end.pid,
            started=position is not None,
            limit=limit,
            stacks=end.stacks,
        ),
        step="call" if note is None else note.step,
        worker=end.worker,
        workers=end.workers,
    )


def _is_mistaken(note: Note, segment: Segment, end: End) -> bool:
    """Whether the overdue item was done when its worker was killed for it.

    What runs at most once must not run again, whatever the reason.
    """
    if not end.overdue or note.deadline == end.overdue:
        return False
    return not goes_singly(segment)


def _limit(note: Note, segment: Segment, stage: int | None) -> float | None:
    """The time that was over, in seconds."""
    if stage is None or note.step != "call":
        return limit_of(segment)
    return limit_in(segment, stage)


def _blame(note: Note, call: Call, segment: Segment) -> tuple[int | None, int | None]:
    stages = segment.stages
    is_alone = len(call.items) == 1
    match note.step:
        case "call":
            return note.position, stages[0] if note.stage is None else note.stage
        case "decode":
            return (0, stages[0]) if is_alone else (None, None)
        case "encode":
            return (0, last_stage(segment.op)) if is_alone else (None, None)


def _signal_name(code: int | None) -> str | None:
    if code is None or code >= 0:
        return None
    try:
        return signal.Signals(-code).name
    except ValueError:  # a real-time signal
        return f"SIG{-code}"
