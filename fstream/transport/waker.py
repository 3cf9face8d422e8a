"""A wake-up for the run's loop, from threads of our own."""

import os
from contextlib import suppress
from typing import final

from fstream.transport.channel import raised_number
from fstream.transport.owned import Owned
from fstream.transport.undisturbed import Undisturbed

GLANCE = 0.5
"""How often who waits for threads of ours looks for signals, in seconds.

A signal that comes while this thread is undisturbed may be taken by one of them, in
a user's function. Python notes it there, and does not wake this thread for it.
"""


@final
class Waker:
    """A descriptor that tells a selector of answers, once for many.

    Nothing is sent unless somebody waits, and nothing received unless something
    may have been sent: each of them would let go of the interpreter's lock.
    """

    __slots__ = ("_counter", "_is_asked", "_is_due")

    def __init__(self) -> None:
        self._counter = Owned(-1)
        self._is_asked = False
        self._is_due = False

    def open(self) -> None:
        """Get the descriptor."""
        with Undisturbed():
            number = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
            self._counter = Owned(raised_number(number))

    def ask(self) -> int:
        """The descriptor to wait for. What is there already is to be told again."""
        if self._is_due:  # only now: what was told of is on its way
            with suppress(OSError):
                os.eventfd_read(self._counter.number)
        self._is_asked = self._is_due = True
        return self._counter.number

    def wake(self) -> None:
        """Tell that there is an answer; from any thread, after it can be had."""
        if self._is_asked:
            self._is_asked = False
            with suppress(OSError, ValueError):  # closed by now
                os.eventfd_write(self._counter.number, 1)

    def rest(self) -> None:
        """Be quiet until asked again."""
        self._is_asked = False

    def close(self) -> None:
        """Close the descriptor; who was left behind wakes nobody."""
        self._is_asked = False
        self._counter.close()
