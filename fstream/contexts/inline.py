"""The inline context: the calling thread."""

import os
import time
from typing import final

from fstream.compiler.program import Segment
from fstream.interpreter.chunk import Call
from fstream.interpreter.chunk import Happening
from fstream.interpreter.chunk import Returned
from fstream.interpreter.kernel import ChunkKernel
from fstream.interpreter.kernel import Surroundings
from fstream.interpreter.kernel import chunk_kernel
from fstream.plan.contexts import Inline


@final
class InlineBackend:
    """Executes a call when it is submitted; ``poll`` has the answer at once."""

    __slots__ = ("_answers", "_kernels", "_surroundings")

    def __init__(self, context: Inline) -> None:
        self._answers: list[Happening] = []
        self._kernels: dict[int, ChunkKernel] = {}
        self._surroundings = Surroundings(
            context=repr(context),
            pid=os.getpid(),
            clock=time.monotonic,
            pause=time.sleep,
        )

    def open(self, segments: tuple[Segment, ...]) -> None:
        """Make the kernels of ``segments``."""
        for segment in segments:
            self._kernels[segment.number] = chunk_kernel(
                segment,
                surroundings=self._surroundings,
                recorder=None,
            )

    def submit(self, call: Call) -> None:
        """Execute ``call``."""
        began = time.perf_counter_ns()
        reply = self._kernels[call.segment](
            call.items, call.keys, call.flush, past=call.past
        )
        service = time.perf_counter_ns() - began
        self._answers.append(
            Returned(call.ticket, reply, service, 0, self._surroundings.pid)
        )

    def dismiss(self) -> None:
        """Nobody is kept who would have to go."""

    def watch(self) -> tuple[int, ...]:
        """Nothing needs to be waited for."""
        return ()

    def patience(self) -> float | None:
        """No time is kept."""
        return None

    def poll(self) -> list[Happening]:
        """Give the answers to all calls since."""
        answers, self._answers = self._answers, []
        return answers

    def close(self) -> None:
        """Close what the kernels have opened, and forget them."""
        for kernel in self._kernels.values():
            kernel.close()
        self._answers.clear()
        self._kernels.clear()
