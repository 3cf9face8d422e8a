"""What a worker's end means for the calls it had."""

import signal
from collections.abc import Mapping

from fstream.compiler.program import Segment
from fstream.compiler.shape import last_stage
from fstream.interpreter.chunk import Call
from fstream.interpreter.chunk import Loss
from fstream.interpreter.chunk import Lost
from fstream.worker.recorder import Note


def lost(
    open_calls: Mapping[int, Call],
    note: Note | None,
    segments: Mapping[int, Segment],
    *,
    pid: int,
    code: int | None,
) -> Lost:
    """Tell of the end of worker ``pid``, whose last note was ``note``.

    ``code`` is its exit code, negative for a signal; ``None``: nobody knows.
    """
    if note is not None and note.ticket not in open_calls:
        note = None  # it was answered: nobody is to blame
    position, stage = None, None
    if note is not None:
        call = open_calls[note.ticket]
        position, stage = _blame(note, call, segments[call.segment])
    return Lost(
        open=tuple(open_calls),
        ticket=None if note is None else note.ticket,
        position=position,
        stage=stage,
        loss=Loss(
            exit_code=code if code is not None and code >= 0 else None,
            signal=_signal_name(code),
            pid=pid,
            started=position is not None,
        ),
    )


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
