"""The threads context: threads of this process, for functions that wait."""

import os
import time
from collections import deque
from contextlib import suppress
from contextvars import Context as Variables
from contextvars import copy_context
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import final

from fstream.compiler.program import Segment
from fstream.contexts.shared import Part
from fstream.contexts.shared import Shared
from fstream.contexts.waker import Waker
from fstream.interpreter.chunk import Call
from fstream.interpreter.chunk import Happening
from fstream.interpreter.kernel import ChunkKernel
from fstream.interpreter.kernel import Surroundings
from fstream.interpreter.kernel import chunk_kernel
from fstream.plan.contexts import Threads
from fstream.transport.undisturbed import Undisturbed

_PATIENCE = 0.5


@final
class ThreadBackend:
    """Up to ``width`` threads, started when there is work for them.

    They see the context variables of the caller of ``open``. A thread that is
    stuck in a user's function cannot be ended: ``close`` leaves it behind, and
    it ends as soon as that function returns.
    """

    __slots__ = (
        "_broken",
        "_context",
        "_done",
        "_is_closed",
        "_open",
        "_parts",
        "_quiet",
        "_segments",
        "_surroundings",
        "_threads",
        "_variables",
        "_waker",
    )

    def __init__(self, context: Threads) -> None:
        self._broken: BaseException | None = None
        self._context = context
        self._done: deque[Shared] = deque()
        self._is_closed = False
        self._open = 0
        self._parts: SimpleQueue[Part | None] = SimpleQueue()
        self._quiet = Undisturbed()
        self._segments: dict[int, Segment] = {}
        self._surroundings = Surroundings(
            context=repr(context),
            pid=os.getpid(),
            clock=time.monotonic,
            pause=time.sleep,
        )
        self._threads: list[Thread] = []
        self._variables: Variables | None = None
        self._waker = Waker()

    def open(self, segments: tuple[Segment, ...]) -> None:
        """Get ready; no thread is started before there is a call."""
        self._segments = {segment.number: segment for segment in segments}
        self._variables = copy_context()
        self._waker.open()

    def submit(self, call: Call) -> None:
        """Hand ``call`` to the next free threads."""
        parts = Shared(call, call.hands).parts()
        self._open += len(parts)
        for _ in range(len(self._threads), min(self._open, self._context.width)):
            self._start()
        for part in parts:
            self._parts.put(part)

    def watch(self) -> tuple[int, ...]:
        """The descriptor that becomes readable when there are answers."""
        if self._is_closed:
            return ()
        descriptor = self._waker.ask()
        if self._done or self._broken is not None:
            self._waker.wake()
        return (descriptor,)

    def patience(self) -> float | None:
        """No time is kept."""
        return None

    def poll(self) -> list[Happening]:
        """Give the answers that are ready; raises what is a mistake of ours."""
        self._waker.rest()
        if self._broken is not None:
            raise self._broken
        answers: list[Happening] = []
        while self._done:
            done = self._done.popleft()
            self._open -= done.count
            segment = self._segments[done.call.segment]
            answers.append(done.answer(segment, self._surroundings.pid))
        return answers

    def close(self) -> None:
        """Drop all calls that no thread has begun; wait a little for the others."""
        # Called again: Ctrl-C came meanwhile, and again means now.
        patience = 0.0 if self._is_closed else _PATIENCE
        self._is_closed = True
        try:
            with Undisturbed():
                self._end(patience)
        finally:
            self._waker.close()

    def _end(self, patience: float) -> None:
        for _ in self._threads:
            self._parts.put(None)
        deadline = time.monotonic() + patience
        for thread in self._threads:
            with suppress(RuntimeError):  # Ctrl-C came while it was being started
                thread.join(max(0.0, deadline - time.monotonic()))
        self._threads.clear()

    def _start(self) -> None:
        assert self._variables is not None, "submit before open"  # noqa: S101
        thread = Thread(
            target=self._variables.copy().run,
            args=(self._serve,),
            name=f"fstream-{len(self._threads) + 1}",
            daemon=True,  # a stuck function must not keep the program
        )
        with Undisturbed() as self._quiet:
            self._threads.append(thread)
            thread.start()

    def _serve(self) -> None:
        try:
            self._work()
        except BaseException as exc:  # noqa: BLE001 - or the run would wait for ever
            self._broken = exc
            self._waker.wake()

    def _work(self) -> None:
        kernels: dict[int, ChunkKernel] = {}
        while (part := self._parts.get()) is not None and not self._is_closed:
            shared, number = part
            call = shared.call
            kernel = kernels.get(call.segment)
            if kernel is None:
                kernel = kernels[call.segment] = self._kernel(call.segment)
            began = time.perf_counter_ns()
            items, keys = shared.items(number), shared.keys(number)
            reply = self._quiet.run(partial(kernel, items, keys, None, past=call.past))
            if shared.take(number, reply, time.perf_counter_ns() - began):
                self._done.append(shared)
                self._waker.wake()

    def _kernel(self, segment: int) -> ChunkKernel:
        return chunk_kernel(
            self._segments[segment],
            surroundings=self._surroundings,
            recorder=None,
        )
