"""The inline context: the calling thread."""

import os
import time
from typing import final

from fstream.compiler.program import Segment
from fstream.interpreter.chunk import Call
from fstream.interpreter.chunk import Elapsed
from fstream.interpreter.chunk import Happening
from fstream.interpreter.chunk import Returned
from fstream.interpreter.chunk import flushed
from fstream.interpreter.kernel import Batching
from fstream.interpreter.kernel import ChunkKernel
from fstream.interpreter.kernel import Surroundings
from fstream.interpreter.kernel import chunk_kernel
from fstream.plan.contexts import Inline


@final
class InlineBackend:
    """Executes a call when it is submitted; ``poll`` has the answer at once.

    Stages that keep items for some time only are here, too, so ``poll`` also tells
    when such a time is over.
    """

    __slots__ = ("_answers", "_kernels", "_surroundings", "_timed", "_told")

    def __init__(self, context: Inline) -> None:
        self._answers: list[Happening] = []
        self._kernels: dict[int, ChunkKernel] = {}
        self._timed: dict[int, Batching] = {}
        self._told: dict[int, float] = {}
        self._surroundings = Surroundings(
            context=repr(context),
            pid=os.getpid(),
            clock=time.monotonic,
            pause=time.sleep,
        )

    def open(self, segments: tuple[Segment, ...]) -> None:
        """Make the kernels of ``segments``."""
        for segment in segments:
            kernel = chunk_kernel(
                segment,
                surroundings=self._surroundings,
                recorder=None,
            )
            self._kernels[segment.number] = kernel
            self._timed |= kernel.timed

    def submit(self, call: Call) -> None:
        """Execute ``call``."""
        began = time.perf_counter_ns()
        reply = self._kernels[call.segment](
            call.items, call.keys, self._flush(call.flush), past=call.past
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
        """Until something that a stage holds is due."""
        now = time.monotonic()
        waits = [max(0.0, due - now) for _, due in self._untold()]
        return min(waits, default=None)

    def poll(self) -> list[Happening]:
        """Give the answers to all calls since, and what is due."""
        answers, self._answers = self._answers, []
        for stage, due in self._untold():
            if due <= time.monotonic():
                self._told[stage] = due
                answers.append(Elapsed(stage))
        return answers

    def _untold(self) -> list[tuple[int, float]]:
        """The stages that hold something for some time, and till when."""
        dues = [(stage, state.due_at()) for stage, state in self._timed.items()]
        return [
            (stage, due)
            for stage, due in dues
            if due is not None and due != self._told.get(stage)
        ]

    def _flush(self, flush: int | None) -> int | None:
        """The stage that shall give what it holds, whatever it is."""
        stage = flushed(flush)
        if stage is None or stage == flush:
            return stage
        due = self._timed[stage].due_at()
        return stage if due is not None and due <= time.monotonic() else None

    def close(self) -> None:
        """Close what the kernels have opened, and forget them."""
        for kernel in self._kernels.values():
            kernel.close()
        self._answers.clear()
        self._kernels.clear()
        self._timed.clear()
