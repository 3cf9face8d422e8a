"""The flight recorder: a shared page where a worker notes what it executes.

Words of 64 bits, written without any call into the system, and read by the
parent when the worker is gone:

* ``TICKET``: the chunk being executed, plus 1; 0 while idle
* ``POSITION``: the item being executed, written by the kernel
* ``STAGE``: the stage being called, written by the kernel where there are
  several, else one of ``DECODING``, ``CALLING``, ``ENCODING``
* ``OFFSET``: where in its chunk the kernel's position 0 is
"""

import os
from dataclasses import dataclass
from struct import Struct
from typing import Literal, final

TICKET, POSITION, STAGE, STAMP, OFFSET = range(5)
NOWHERE = (1 << 64) - 1
DECODING, CALLING, ENCODING = (1 << 62, (1 << 62) + 1, (1 << 62) + 2)
PAGE = 4096

_WORDS = Struct("@5Q")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a worker was executing; ``position`` is set in a call.

    ``stage`` is ``None`` in a segment's only stage.
    """

    ticket: int
    step: Literal["decode", "call", "encode"]
    position: int | None = None
    stage: int | None = None


def new_page() -> int:
    """Make a page that processes can share; give its descriptor."""
    page = os.memfd_create("fstream", os.MFD_CLOEXEC)
    os.ftruncate(page, PAGE)
    return page


def last_note(page: int) -> Note | None:
    """Read what the owner of ``page`` noted last; ``None`` if it was idle."""
    words = os.pread(page, _WORDS.size, 0)
    ticket, position, stage, _, offset = _WORDS.unpack(words)
    if ticket == 0:
        return None
    if stage == ENCODING:
        return Note(ticket=ticket - 1, step="encode")
    if stage == DECODING or position == NOWHERE:
        return Note(ticket=ticket - 1, step="decode")
    return Note(
        ticket=ticket - 1,
        step="call",
        position=position + offset,
        stage=None if stage == CALLING else stage,
    )
