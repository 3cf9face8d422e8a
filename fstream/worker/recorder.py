"""The flight recorder: a shared page where a worker notes what it executes.

Words of 64 bits, written without any call into the system, and read by the
parent when the worker is gone:

* ``TICKET``: the chunk being executed, plus 1; 0 while idle
* ``POSITION``: the item being executed, written by the kernel
* ``STAGE``: the stage being called, written by the kernel where there are
  several, else one of ``DECODING``, ``CALLING``, ``ENCODING``
* ``DEADLINE``: when the time of the item is over, in nanoseconds of the monotonic
  clock; 0 where it has no limit
* ``OFFSET``: where in its chunk the kernel's position 0 is

Behind the page, in the same file, stands what Python says of a fatal signal.
"""

import faulthandler
import os
from contextlib import suppress
from dataclasses import dataclass
from struct import Struct
from typing import Literal, final

from fstream.interpreter.kernel.cared import DEADLINE
from fstream.transport.channel import raised_number
from fstream.transport.owned import Owned

TICKET, POSITION, STAGE = range(3)
OFFSET = DEADLINE + 1
NOWHERE = (1 << 64) - 1
DECODING, CALLING, ENCODING = (1 << 62, (1 << 62) + 1, (1 << 62) + 2)
PAGE = 4096
_MOST_TEXT = 1 << 16

_WORD = Struct("@Q")
_WORDS = Struct("@5Q")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a worker was executing; ``position`` is set in a call.

    ``stage`` is ``None`` in a segment's only stage. ``deadline`` is 0 for none.
    """

    ticket: int
    step: Literal["decode", "call", "encode"]
    deadline: int
    position: int | None = None
    stage: int | None = None


def new_page() -> Owned:
    """Make a page that processes can share; raises ``OSError`` without room."""
    page = Owned(raised_number(nameless_file()))
    os.ftruncate(page.number, PAGE)
    return page


def nameless_file() -> int:
    """Make a file in memory, or where that is refused one on disk that has no name.

    Only its owner may open it, by way of ``/proc``.
    """
    try:
        number = os.memfd_create("fstream", os.MFD_CLOEXEC)
    except OSError as exc:
        refusal = exc
    else:
        os.fchmod(number, 0o600)
        return number
    for folder in (os.environ.get("TMPDIR", "/tmp"), "/var/tmp", "/dev/shm"):  # noqa: S108  # nothing has a name there
        with suppress(OSError):
            return os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
    raise refusal


def deadline_in(page: int) -> int:
    """Read the deadline in the page behind a descriptor; 0 where there is none."""
    return deadline_of(os.pread(page, _WORDS.size, 0))


def deadline_of(page: bytes | memoryview) -> int:
    """Read the deadline in ``page``; 0 where there is none."""
    (deadline,) = _WORD.unpack_from(page, DEADLINE * _WORD.size)
    return int(deadline)


def tell_fatal_errors(page: int) -> None:
    """Have the stacks of all threads written behind ``page`` by a fatal signal."""
    os.lseek(page, PAGE, os.SEEK_SET)
    faulthandler.enable(page)


def fatal_error(page: Owned) -> str:
    """Read what the worker of ``page`` said of the signal that ended it."""
    return os.pread(page.number, _MOST_TEXT, PAGE).decode(errors="replace").rstrip()


def last_note(page: Owned) -> Note | None:
    """Read what the owner of ``page`` noted last; ``None`` if it was idle."""
    return note_in(os.pread(page.number, _WORDS.size, 0))


def note_in(page: bytes | memoryview) -> Note | None:
    """Read what was noted last in ``page``; ``None`` if its owner was idle."""
    ticket, position, stage, deadline, offset = _WORDS.unpack_from(page)
    if ticket == 0:
        return None
    if stage == ENCODING:
        return Note(ticket=ticket - 1, step="encode", deadline=deadline)
    if stage == DECODING or position == NOWHERE:
        return Note(ticket=ticket - 1, step="decode", deadline=deadline)
    return Note(
        ticket=ticket - 1,
        step="call",
        deadline=deadline,
        position=position + offset,
        stage=None if stage == CALLING else stage,
    )
