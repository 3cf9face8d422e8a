"""The threads context: threads of this process, for functions that wait."""

import os
import socket
import time
from collections import deque
from contextlib import suppress
from contextvars import Context as Variables
from contextvars import copy_context
from queue import SimpleQueue
from threading import Thread
from typing import final

from fstream.compiler.program import Segment
from fstream.interpreter.chunk import Call
from fstream.interpreter.chunk import Happening
from fstream.interpreter.chunk import Returned
from fstream.interpreter.kernel import ChunkKernel
from fstream.interpreter.kernel import Surroundings
from fstream.interpreter.kernel import chunk_kernel
from fstream.plan.contexts import Threads
from fstream.transport.channel import raised

_PATIENCE = 0.5


@final
class ThreadBackend:
    """Up to ``width`` threads, started when there is work for them.

    They see the context variables of the caller of ``open``. A thread that is
    stuck in a user's function cannot be ended: ``close`` leaves it behind, and
    it ends as soon as that function returns.
    """

    __slots__ = (
        "_answers",
        "_broken",
        "_calls",
        "_context",
        "_is_closed",
        "_open",
        "_segments",
        "_surroundings",
        "_threads",
        "_variables",
        "_waker",
    )

    def __init__(self, context: Threads) -> None:
        self._answers: deque[Happening] = deque()
        self._broken: BaseException | None = None
        self._calls: SimpleQueue[Call | None] = SimpleQueue()
        self._context = context
        self._is_closed = False
        self._open = 0
        self._segments: dict[int, Segment] = {}
        self._surroundings = Surroundings(
            context=repr(context),
            pid=os.getpid(),
            clock=time.monotonic,
        )
        self._threads: list[Thread] = []
        self._variables: Variables | None = None
        self._waker = _Waker()

    def open(self, segments: tuple[Segment, ...]) -> None:
        """Get ready; no thread is started before there is a call."""
        self._segments = {segment.number: segment for segment in segments}
        self._variables = copy_context()

    def submit(self, call: Call) -> None:
        """Hand ``call`` to the next free thread."""
        self._open += 1
        self._calls.put(call)
        if len(self._threads) < min(self._open, self._context.width):
            self._start()

    def watch(self) -> tuple[int, ...]:
        """The descriptor that becomes readable when there are answers."""
        return () if self._is_closed else (self._waker.fileno(),)

    def poll(self) -> list[Happening]:
        """Give the answers that are ready; raises what is a mistake of ours."""
        self._waker.rest()
        if self._broken is not None:
            raise self._broken
        answers: list[Happening] = []
        while self._answers:
            answers.append(self._answers.popleft())
        self._open -= len(answers)
        return answers

    def close(self) -> None:
        """Drop all calls that no thread has begun; wait a little for the others."""
        if self._is_closed:
            return
        self._is_closed = True
        for _ in self._threads:
            self._calls.put(None)
        deadline = time.monotonic() + _PATIENCE
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self._threads.clear()
        self._waker.close()

    def _start(self) -> None:
        assert self._variables is not None, "submit before open"  # noqa: S101
        thread = Thread(
            target=self._variables.copy().run,
            args=(self._serve,),
            name=f"fstream-{len(self._threads) + 1}",
            daemon=True,  # a stuck function must not keep the program
        )
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
        while (call := self._calls.get()) is not None and not self._is_closed:
            kernel = kernels.get(call.segment)
            if kernel is None:
                kernel = kernels[call.segment] = self._kernel(call.segment)
            began = time.perf_counter_ns()
            reply = kernel(call.items, call.keys, call.flush)
            service = time.perf_counter_ns() - began
            self._answers.append(
                Returned(call.ticket, reply, service, 0, self._surroundings.pid)
            )
            self._waker.wake()

    def _kernel(self, segment: int) -> ChunkKernel:
        return chunk_kernel(
            self._segments[segment],
            surroundings=self._surroundings,
            recorder=None,
        )


@final
class _Waker:
    """A socket pair that tells a selector of answers, once for many."""

    __slots__ = ("_inner", "_is_awake", "_outer")

    def __init__(self) -> None:
        inner, outer = socket.socketpair()
        self._inner = raised(inner)
        self._outer = raised(outer)
        self._inner.settimeout(0)
        self._outer.settimeout(0)
        self._is_awake = False

    def fileno(self) -> int:
        return self._outer.fileno()

    def wake(self) -> None:
        if not self._is_awake:
            self._is_awake = True
            with suppress(OSError):  # closed by now
                self._inner.send(b"!")

    def rest(self) -> None:
        with suppress(OSError):
            self._outer.recv(64)
        self._is_awake = False

    def close(self) -> None:
        self._inner.close()
        self._outer.close()
