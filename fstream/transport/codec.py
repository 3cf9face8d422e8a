"""Objects as bytes: pickle 5 with big buffers out of band."""

import pickle
from dataclasses import dataclass
from typing import final

from fstream.transport.frame import LIMIT
from fstream.transport.frame import MOST_BUFFERS
from fstream.transport.frame import Bytes

_BIG = 1 << 14
MOST_BYTES = LIMIT - (1 << 28)
"""Room is left for our own part of a frame."""


@final
@dataclass(frozen=True, slots=True)
class Payload:
    """An encoded object."""

    body: bytes
    buffers: tuple[memoryview, ...]


def encode(value: object) -> Payload:
    """Encode ``value``; raises whatever its pickling raises."""
    buffers: list[memoryview] = []

    def stays_inside(buffer: pickle.PickleBuffer) -> bool:
        raw = _contiguous(buffer)
        if raw is None or raw.nbytes < _BIG or len(buffers) == MOST_BUFFERS:
            return True
        buffers.append(raw)
        return False

    body = pickle.dumps(value, 5, buffer_callback=stays_inside)
    size = len(body) + sum(buffer.nbytes for buffer in buffers)
    if size > MOST_BYTES:
        text = f"{size} bytes are more than can cross at once ({MOST_BYTES})"
        raise OverflowError(text)
    return Payload(body, tuple(buffers))


def decode(body: Bytes, buffers: tuple[Bytes, ...] = ()) -> object:
    """Decode what ``encode`` gave; raises whatever its loading raises."""
    return pickle.loads(body, buffers=buffers)  # noqa: S301  # our own workers'


def _contiguous(buffer: pickle.PickleBuffer) -> memoryview | None:
    try:
        return buffer.raw()
    except BufferError:
        return None
