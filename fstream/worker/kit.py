"""What a forked child works with, made before it is."""

import mmap
import os
import signal
import time
from struct import Struct
from typing import final

from fstream.compiler.program import Segment
from fstream.interpreter.kernel import ChunkKernel
from fstream.interpreter.kernel import Surroundings
from fstream.interpreter.kernel import chunk_kernel
from fstream.worker.recorder import OFFSET
from fstream.worker.recorder import PAGE
from fstream.worker.recorder import new_page

_WORDS = Struct(f"@{OFFSET + 1}Q")
_NOTHING = (0,) * (OFFSET + 1)


@final
class Kit:
    """A flight recorder, with kernels that note in it, for one child at a time.

    Fatal signals leave their stacks in ``page``.
    The next child gets it when that one has ended as it should; to bind kernels
    anew for each would take as long as a fork.
    """

    __slots__ = ("_kernels", "_surroundings", "page", "words")

    def __init__(self, context: str) -> None:
        self.page = new_page()
        # Of no file: a descriptor more would be opened, with any number.
        self.words = memoryview(mmap.mmap(-1, PAGE)).cast("Q")
        self._kernels: dict[int, ChunkKernel] = {}
        self._surroundings = Surroundings(
            context=context,
            pid=0,
            clock=time.monotonic,
            pause=time.sleep,
            alarm=alarm,
        )

    def prepare(self, segment: Segment) -> None:
        """Be ready for a child that executes ``segment``."""
        if segment.number not in self._kernels:
            self._kernels[segment.number] = chunk_kernel(
                segment, surroundings=self._surroundings, recorder=self.words
            )
        _WORDS.pack_into(self.words.cast("B"), 0, *_NOTHING)

    def kernel(self, segment: Segment) -> ChunkKernel:
        """Give the kernel of ``segment`` in the child that executes it."""
        self._surroundings.pid = os.getpid()
        return self._kernels[segment.number]


def alarm(seconds: float) -> None:
    """End this process when its item is overdue, also while nobody looks after it."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
