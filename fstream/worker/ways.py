"""The standard streams of forked children, made before they are.

What a child would have to make anew for itself is made once for all of them, and
used by none but them.
"""

import os
import sys
from typing import TextIO, final

from fstream.transport.channel import raised_number
from fstream.transport.owned import Owned
from fstream.worker.lines import new_lock
from fstream.worker.lines import whole_lines


@final
class Ways:
    """Nothing to read, and lines that come out whole.

    Streams that belong to the host's own making stay what they are.
    """

    __slots__ = ("_errors", "_lines", "_lock", "_nothing", "_of", "_reader")

    def __init__(self) -> None:
        self._nothing = Owned(raised_number(os.open(os.devnull, os.O_RDONLY)))
        self._reader = open(self._nothing.number, closefd=False, encoding="utf-8")  # noqa: SIM115  # as long as this
        self._lock = Owned(new_lock())
        self._of: list[TextIO] = []
        self.renew()

    def renew(self) -> None:
        """Look whether the host's streams are others than they were."""
        if self._of == [sys.stdout, sys.stderr]:
            return
        self._of = [sys.stdout, sys.stderr]
        lock = self._lock.number
        self._lines, self._errors = (whole_lines(each, lock) for each in self._of)

    def go(self) -> list[object]:
        """In a child, take these; give those that they replace."""
        os.dup2(self._nothing.number, 0)
        replaced: list[object] = [sys.stdin, sys.stdout, sys.stderr]
        sys.stdin, sys.stdout, sys.stderr = self._reader, self._lines, self._errors
        return replaced

    def close(self) -> None:
        """Give back all descriptors; idempotent."""
        self._reader.close()
        self._nothing.close()
        self._lock.close()
