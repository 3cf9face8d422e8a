"""A wake-up for the run's loop, from threads of our own."""

import socket
from contextlib import suppress
from typing import final

from fstream.transport.channel import raised


@final
class Waker:
    """A socket pair that tells a selector of answers, once for many.

    Nothing is sent unless somebody waits, and nothing received unless something
    may have been sent: each of them would let go of the interpreter's lock.
    """

    __slots__ = ("_inner", "_is_asked", "_is_due", "_outer")

    def __init__(self) -> None:
        inner, outer = socket.socketpair()
        self._inner = raised(inner)
        self._outer = raised(outer)
        self._inner.settimeout(0)
        self._outer.settimeout(0)
        self._is_asked = False
        self._is_due = False

    def ask(self) -> int:
        """The descriptor to wait for. What is there already is to be told again."""
        if self._is_due:  # only now: what was told of is on its way
            with suppress(OSError):
                self._outer.recv(64)
        self._is_asked = self._is_due = True
        return self._outer.fileno()

    def wake(self) -> None:
        """Tell that there is an answer; from any thread, after it can be had."""
        if self._is_asked:
            self._is_asked = False
            with suppress(OSError):  # closed by now
                self._inner.send(b"!")

    def rest(self) -> None:
        """Be quiet until asked again."""
        self._is_asked = False

    def close(self) -> None:
        """Close the pair."""
        self._inner.close()
        self._outer.close()
